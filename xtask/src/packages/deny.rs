//! `cargo xtask deny`: licenses, sources and known faults of all that the program is made of.

use anyhow::{Context, Result};

use super::CARGO_DENY;
use crate::tools::{cargo, command, say};

/// Compares all dependencies with `deny.toml`. Known faults are looked up where the public list of them can be fetched;
/// where it cannot, that is said and the rest counts.
///
/// # Errors
/// When something is against `deny.toml`, or the tool is missing and cannot be installed.
pub fn run() -> Result<()> {
    CARGO_DENY.get()?;
    let check = |what: &[&str]| {
        let mut deny = cargo::cargo();
        deny.args(["deny", "--workspace", "--log-level", "error", "check", "--hide-inclusion-graph"])
            .args(what);
        deny
    };
    command::run(&mut check(&["bans", "licenses", "sources"]))
        .context("a dependency is against deny.toml")?;
    let mut fetch = cargo::cargo();
    fetch.args(["deny", "fetch", "db"]).env_remove("CARGO_NET_OFFLINE");
    if command::run_quietly(&mut fetch).is_err() {
        say(
            "the list of known faults (RustSec) cannot be fetched from here: NOT CHECKED; licenses and sources are in order",
        );
        return Ok(());
    }
    command::run(&mut check(&["advisories"])).context("a dependency has a known fault")
}
