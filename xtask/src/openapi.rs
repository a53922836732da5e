//! `cargo xtask openapi`: the description of the APIs, as the code has it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::tools::{cargo, say};

/// Writes `docs/openapi.json`.
///
/// # Errors
/// When the server does not build, or the file cannot be written.
pub fn run() -> Result<()> {
    let mut command = cargo::cargo();
    command.args(["run", "--quiet", "--package", "claviger", "--", "openapi"]);
    let output = command.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    fs::write(&path, output.stdout).context("cannot write docs/openapi.json")?;
    say("wrote docs/openapi.json");
    Ok(())
}
