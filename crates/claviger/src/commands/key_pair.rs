//! `claviger app rotate-key-pair`, `key-pairs`, `end-key-pairs`: the Ed25519 key pairs of an application.

use claviger_service::{FormerKeyPairUse, parse_app_path};
use serde_json::json;

use super::{prompt::confirm, run::with_service};
use crate::{config::StoreArgs, output};

/// How the former key pair goes on.
pub(super) struct Terms {
    /// Seconds that it still signs; `None`: without end.
    pub(super) grace: Option<i64>,
    /// Versions that were built with it, besides those that are known.
    pub(super) versions: Vec<String>,
}

/// Gives an application another key pair.
pub(super) fn rotate(store: StoreArgs, app: &str, terms: Terms, yes: bool, json: bool) -> anyhow::Result<()> {
    let (owner, name) = parse_app_path(app).map_err(anyhow::Error::msg)?;
    let loss = match terms.grace {
        Some(0) => format!(
            "All programs of {app} that use API 1.3 stop working until they are built with the new public key."
        ),
        _ => format!(
            "Programs of {app} that use API 1.3 must be built with the new public key and a new version from now on; those that \
             are out go on."
        ),
    };
    confirm(yes, &loss)?;
    with_service(store, async move |service| {
        let replaced = service.replace_key_pair(&owner, &name, terms.grace, &terms.versions).await?;
        if json {
            return output::json(&json!({
                "public_key": replaced.public_key,
                "former_public_key": replaced.former,
                "versions": replaced.versions,
                "until": replaced.until,
            }));
        }
        let (versions, until) = match replaced.until {
            _ if terms.grace == Some(0) => ("none".into(), "now".to_owned()),
            until => (replaced.versions.join(", "), until.map_or("without end".into(), output::time)),
        };
        output::pairs(&[
            ("new public key", &replaced.public_key),
            ("former public key", &replaced.former),
            ("it signs for versions", &versions),
            ("until", &until),
        ]);
        output::say(format_args!(
            "in two seconds the new key pair signs for all other versions: build programs with the new public key, give \
             them a new version, and set that with `claviger app set`"
        ));
        Ok(())
    })
}

const HEAD: [&str; 6] = ["NUMBER", "PUBLIC KEY", "VERSIONS", "SIGNS UNTIL", "STARTED", "OUTDATED"];

/// Lists the key pairs that an application had before.
pub(super) fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    let (owner, name) = parse_app_path(app).map_err(anyhow::Error::msg)?;
    with_service(store, async |service| {
        let app = service.app(&owner, &name).await?;
        output::list(json, HEAD, service.former_key_pairs(&app).await?, cells, |former| {
            json!({
                "number": former.number,
                "public_key": former.public_key,
                "versions": former.versions,
                "replaced": former.replaced,
                "until": former.until,
                "signs": former.signs,
                "started": former.started,
                "outdated": former.outdated,
            })
        })
    })
}

fn cells(former: FormerKeyPairUse) -> [String; 6] {
    [
        former.number.to_string(),
        former.public_key,
        former.versions.join(" "),
        former.until.map_or("without end".into(), output::time),
        former.started.to_string(),
        former.outdated.to_string(),
    ]
}

/// Lets only the newest key pair sign; or one of the former ones, by its number, sign no more.
pub(super) fn end(store: StoreArgs, app: &str, number: Option<u64>, yes: bool) -> anyhow::Result<()> {
    let (owner, name) = parse_app_path(app).map_err(anyhow::Error::msg)?;
    let which = number.map_or("a former public key".into(), |number| format!("the public key {number}"));
    confirm(yes, &format!("Programs of {app} that were built with {which} stop working."))?;
    with_service(store, async move |service| {
        let ended = service.end_key_pairs(&owner, &name, number).await?;
        if let Some(number) = number.filter(|_| ended == 0) {
            anyhow::bail!("no key pair {number} of {app} signs; `claviger app key-pairs {app}` shows them");
        }
        output::say(format_args!("{ended} former key pairs of {app} sign no more"));
        Ok(())
    })
}
