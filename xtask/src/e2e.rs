//! `cargo xtask e2e`: the published client library `keyauth`, unmodified, against a demo server.
//!
//! The package in `e2e/keyauth-crate/` has a workspace and lock file of its own, since the library
//! brings an old HTTP client and needs OpenSSL.

use std::process::Command;

use anyhow::{Context, Result};

use crate::server::{Server, demo_file};
use crate::tools::cargo::{self, Profile};
use crate::tools::{apt, command, say, workspace_root};

/// The package that drives the server.
const MANIFEST: &str = "e2e/keyauth-crate/Cargo.toml";
/// Where it is built, apart from the main workspace.
const TARGET_DIR: &str = "target/e2e";

/// Builds both sides, lets one drive the other, and stops the server.
///
/// # Errors
/// When something does not build, an assertion fails, or the server does not exit with status 0.
pub fn run() -> Result<()> {
    install_openssl()?;
    let binary = cargo::build("claviger", Profile::Dev)?;
    let mut build = client("build");
    say("building the client (the published crate `keyauth`)");
    command::run(&mut build).context("the end-to-end client does not build")?;

    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let server = Server::start(&binary, folder.path())?;
    say(format!("the demo server runs at {}", server.demo.base_url));
    let mut drive = client("run");
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        drive.env_remove(name);
    }
    command::run(drive.arg("--").arg(demo_file(folder.path()))).context("an end-to-end step failed")?;
    server.stop()?;
    say("the server stopped on SIGTERM with exit status 0");
    Ok(())
}

/// The client library's HTTP client links against OpenSSL.
fn install_openssl() -> Result<()> {
    if command::succeeds(Command::new("pkg-config").args(["--exists", "openssl"])) {
        return Ok(());
    }
    apt::install(&["pkg-config", "libssl-dev"], "the client library's TLS")
}

fn client(verb: &str) -> Command {
    let root = workspace_root();
    let mut command = cargo::cargo();
    command.args([verb, "--quiet", "--locked", "--manifest-path"]).arg(root.join(MANIFEST));
    command.arg("--target-dir").arg(root.join(TARGET_DIR));
    command
}
