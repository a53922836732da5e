//! The package `e2e/keyauth-crate/`, which drives a server with the published Rust crate.
//!
//! It has a workspace and lock file of its own, since the crate brings an old HTTP client and needs
//! OpenSSL.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::{apt, cargo, command, say, workspace_root};

const MANIFEST: &str = "e2e/keyauth-crate/Cargo.toml";
/// Where it is built, apart from the main workspace.
const TARGET_DIR: &str = "target/e2e";

/// Builds it.
///
/// # Errors
/// When OpenSSL cannot be installed or the package does not build.
pub fn build() -> Result<()> {
    install_openssl()?;
    say("building the client (the published crate `keyauth`): a minute or two the first time");
    command::run(&mut in_package("build")).context("the end-to-end client does not build")
}

/// Drives the server that this file tells about.
pub fn command(given: &Path) -> Command {
    let mut run = in_package("run");
    run.args(["--quiet", "--"]).arg(given);
    run
}

/// The crate's HTTP client links against OpenSSL.
fn install_openssl() -> Result<()> {
    if command::succeeds(Command::new("pkg-config").args(["--exists", "openssl"])) {
        return Ok(());
    }
    apt::install(&["pkg-config", "libssl-dev"], "the client library's TLS")
}

fn in_package(verb: &str) -> Command {
    let root = workspace_root();
    let mut command = cargo::cargo();
    command.args([verb, "--locked", "--manifest-path"]).arg(root.join(MANIFEST));
    command.arg("--target-dir").arg(root.join(TARGET_DIR));
    command
}
