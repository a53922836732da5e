//! The library's seller module: licenses, and `kill` with the library's own parameter name.

use anyhow::{Result, ensure};
use keyauth::seller::{licenses, sessions as seller_sessions};

use crate::demo::{Demo, HWID};
use crate::sessions::{self, says};
use crate::steps::{Steps, ok};

/// Runs the group.
///
/// # Errors
/// At the first step that fails.
pub fn run(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    generate(steps, demo)?;
    kill_one(steps, demo)?;
    steps.run("seller: an unknown key is refused", || {
        let refused = seller_sessions::kill_all(&"0".repeat(32), demo.seller_url());
        says(&refused.expect_err("it was accepted"), "Seller Key Not Found")
    })
}

fn generate(steps: &mut Steps, demo: &Demo) -> Result<()> {
    let (key, url) = (&demo.seller_key, || demo.seller_url());
    let one = steps.run("seller: add makes one license (status 200)", || {
        let made = ok(licenses::create(key, url(), 1, None, None, None, None))?;
        ensure!(made.len() == 1, "it made {}", made.len());
        Ok(made)
    })?;
    let three = steps.run("seller: add makes three licenses (status 302, not followed)", || {
        let mask = Some("E2E-****-****".to_owned());
        let made = ok(licenses::create(key, url(), 30, mask, Some(1), Some(3), None))?;
        ensure!(made.len() == 3, "it made {}", made.len());
        ensure!(made.iter().all(|key| key.starts_with("E2E-") && key.len() == 13), "keys {made:?}");
        Ok(made)
    })?;
    steps.run("seller: verify knows each of them", || {
        one.iter().chain(&three).try_for_each(|license| {
            let said = ok(licenses::verify_license_exists(key, url(), license))?;
            says(&said, "Key Successfully Verified")
        })
    })?;
    steps.run("seller: verify does not know another", || {
        let refused = licenses::verify_license_exists(key, url(), "no-such-license");
        says(&refused.expect_err("it was verified"), "Key Not Found")
    })?;
    steps.run("seller: a generated license signs a program in", || {
        let mut program = keyauth::v1_1::KeyauthApi::new(
            &demo.app_name,
            &demo.owner_id,
            &demo.app_secret,
            &demo.app_version,
            &demo.client_url("1.1"),
        );
        ok(program.init(None))?;
        ok(program.license(one[0].clone(), Some(HWID.into())))
    })
}

fn kill_one(steps: &mut Steps, demo: &Demo) -> Result<()> {
    let (key, url) = (&demo.seller_key, || demo.seller_url());
    let session = steps.run("seller: the session is listed", || Ok(sessions::list(demo)?.remove(0)))?;
    steps.run("seller: kill, which the library sends as `session`", || {
        let said = ok(seller_sessions::kill(key, url(), &session.id))?;
        says(&said, "Successfully killed session!")?;
        ensure!(sessions::list(demo)?.is_empty(), "it is still listed");
        Ok(())
    })?;
    steps.run("seller: killed once, not twice", || {
        let refused = seller_sessions::kill(key, url(), &session.id);
        says(&refused.expect_err("it was killed again"), "Failed to kill session!")
    })?;
    steps.run("seller: kill all of nothing fails", || {
        let refused = seller_sessions::kill_all(key, url());
        says(&refused.expect_err("it succeeded"), "Failed to kill all sessions!")
    })
}
