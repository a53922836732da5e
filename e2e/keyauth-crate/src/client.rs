//! The same walk with the library's API 1.1 and API 1.2: sign in, be listed, be killed, notice it.

use anyhow::{Result, bail, ensure};
use keyauth::{v1_1, v1_2};

use crate::demo::{Demo, HWID};
use crate::sessions;
use crate::steps::{Steps, ok};

/// What the two versions of the library's client have in common; the library names no such trait.
pub trait Program: Sized {
    /// The API version, as in the URL.
    const VERSION: &'static str;
    /// A program that has not spoken to the server yet.
    fn new(demo: &Demo) -> Self;
    /// Starts a session.
    fn init(&mut self) -> Result<()>;
    /// Signs in with a license key alone; afterwards the session's credential is the key.
    fn license(&mut self, license: &str) -> Result<()>;
    /// Makes a user out of a license key and signs in.
    fn register(&mut self, name: &str, password: &str, license: &str) -> Result<()>;
    /// Signs in with a name and password.
    fn login(&mut self, name: &str, password: &str) -> Result<()>;
    /// Whether the session is alive and signed in, as the library understands the reply.
    fn check(&mut self) -> Result<bool, String>;
    /// Who is online: the value of `users`.
    fn online(&mut self) -> Result<serde_json::Value>;
    /// Name, address and subscription that the last sign-in brought.
    fn identity(&self) -> (&str, &str, &str);
    /// Fails unless this is how the library reports a session that the server does not know.
    fn expect_dead(outcome: Result<bool, String>) -> Result<()>;
}

macro_rules! program {
    ($version:literal, $api:ty, $dead:expr) => {
        impl Program for $api {
            const VERSION: &'static str = $version;

            fn new(demo: &Demo) -> Self {
                let url = demo.client_url(Self::VERSION);
                <$api>::new(&demo.app_name, &demo.owner_id, &demo.app_secret, &demo.app_version, &url)
            }

            fn init(&mut self) -> Result<()> {
                ok(<$api>::init(self, None))
            }

            fn license(&mut self, license: &str) -> Result<()> {
                ok(<$api>::license(self, license.into(), Some(HWID.into())))
            }

            fn register(&mut self, name: &str, password: &str, license: &str) -> Result<()> {
                let hwid = Some(HWID.into());
                ok(<$api>::register(self, name.into(), password.into(), license.into(), hwid))
            }

            fn login(&mut self, name: &str, password: &str) -> Result<()> {
                ok(<$api>::login(self, name.into(), password.into(), Some(HWID.into())))
            }

            fn check(&mut self) -> Result<bool, String> {
                self.check_session()
            }

            fn online(&mut self) -> Result<serde_json::Value> {
                ok(self.fetch_online())
            }

            fn identity(&self) -> (&str, &str, &str) {
                (&self.username, &self.ip, &self.subscription)
            }

            fn expect_dead(outcome: Result<bool, String>) -> Result<()> {
                let dead: fn(&Result<bool, String>) -> bool = $dead;
                if !dead(&outcome) {
                    bail!("check answered {outcome:?} for a killed session");
                }
                Ok(())
            }
        }
    };
}

program!("1.1", v1_1::KeyauthApi, |outcome| *outcome == Ok(false));
// A reply about an unknown session is not signed, or signed with the session's key while the row
// is at hand: the library then reports tampering, or says that the session is not alive.
program!("1.2", v1_2::KeyauthApi, |outcome| match outcome {
    Ok(alive) => !alive,
    Err(message) => message.eq_ignore_ascii_case("response was tampered with"),
});

/// Runs the group.
///
/// # Errors
/// At the first step that fails.
pub fn run<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    let licensed = with_license::<P>(steps, demo)?;
    let registered = with_password::<P>(steps, demo)?;
    killed_all(steps, demo, licensed, registered)?;
    refusals::<P>(steps, demo)
}

fn with_license<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<P> {
    let version = P::VERSION;
    let license = demo.take_license()?;
    let mut program = P::new(demo);
    steps.run(&format!("{version}: init makes a session, listed at once"), || {
        program.init()?;
        sessions::newest(demo, None).map(drop)
    })?;
    steps.run(&format!("{version}: check fails before signing in"), || {
        let outcome = program.check();
        ensure!(outcome == Ok(false), "check answered {outcome:?}");
        Ok(())
    })?;
    steps.run(&format!("{version}: license signs in"), || {
        program.license(&license)?;
        let identity = program.identity();
        ensure!(identity == (license.as_str(), "127.0.0.1", "default"), "info says {identity:?}");
        sessions::newest(demo, Some(&license)).map(drop)
    })?;
    steps.run(&format!("{version}: check succeeds"), || alive(&mut program))?;
    steps.run(&format!("{version}: fetchOnline names it, masked"), || {
        let users = program.online()?;
        let masked: String = license.chars().take(10).chain("*".repeat(license.len() - 10).chars()).collect();
        let listed =
            users.as_array().is_some_and(|users| users.iter().any(|user| user["credential"] == *masked));
        ensure!(listed, "{masked} is not in {users}");
        Ok(())
    })?;
    Ok(program)
}

fn with_password<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<P> {
    let version = P::VERSION;
    let license = demo.take_license()?;
    let name = format!("e2e-user-{}", version.replace('.', "-"));
    steps.run(&format!("{version}: register makes a user and signs in"), || {
        let mut program = P::new(demo);
        program.init()?;
        program.register(&name, "correct horse", &license)?;
        let identity = program.identity();
        ensure!(identity == (name.as_str(), "127.0.0.1", "default"), "info says {identity:?}");
        sessions::newest(demo, Some(&name))?;
        alive(&mut program)
    })?;
    let mut program = P::new(demo);
    program.init()?;
    steps.run(&format!("{version}: login refuses a wrong password"), || {
        let refused = program.login(&name, "wrong");
        let text = refused.expect_err("it was accepted").to_string();
        ensure!(text.contains("Password does not match."), "it said: {text}");
        Ok(())
    })?;
    steps.run(&format!("{version}: login signs in"), || {
        program.login(&name, "correct horse")?;
        sessions::newest(demo, Some(&name))?;
        alive(&mut program)
    })?;
    Ok(program)
}

fn killed_all<P: Program>(steps: &mut Steps, demo: &Demo, licensed: P, registered: P) -> Result<()> {
    let version = P::VERSION;
    steps.run(&format!("{version}: the list has its three sessions, oldest first"), || {
        let listed = sessions::list(demo)?;
        ensure!(listed.len() == 3, "it has {}", listed.len());
        ensure!(listed.is_sorted_by(|one, next| one.id < next.id), "it is not in order");
        Ok(())
    })?;
    steps.run(&format!("{version}: kill all empties the list"), || {
        sessions::kill_all(demo)?;
        ensure!(sessions::list(demo)?.is_empty(), "the list has rows");
        Ok(())
    })?;
    steps.run(&format!("{version}: check fails for each program afterwards"), || {
        [licensed, registered].into_iter().try_for_each(|mut program| P::expect_dead(program.check()))
    })?;
    steps.run(&format!("{version}: a killed program may start again"), || {
        let mut again = P::new(demo);
        again.init()?;
        sessions::newest(demo, None)?;
        sessions::kill_all(demo)
    })
}

fn refusals<P: Program>(steps: &mut Steps, demo: &Demo) -> Result<()> {
    steps.run(&format!("{}: an unknown license is refused", P::VERSION), || {
        let mut program = P::new(demo);
        program.init()?;
        let refused = program.license("no-such-license").expect_err("it was accepted").to_string();
        ensure!(refused.contains("Invalid license key"), "it said: {refused}");
        sessions::kill_all(demo)
    })
}

fn alive(program: &mut impl Program) -> Result<()> {
    let outcome = program.check();
    ensure!(outcome == Ok(true), "check answered {outcome:?}");
    Ok(())
}
