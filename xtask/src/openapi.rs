//! `cargo xtask openapi`: the description of the APIs, as the code has it.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::cargo::{self, Profile};
use crate::tools::{command, say, workspace_root};

/// Writes `docs/openapi.json`.
///
/// # Errors
/// When the server does not build, or the file cannot be written.
pub fn run() -> Result<()> {
    let claviger = cargo::build("claviger", Profile::Dev)?;
    let description = command::run_quietly(Command::new(claviger).arg("openapi"))?;
    let path = workspace_root().join("docs/openapi.json");
    fs::write(&path, description).context("cannot write docs/openapi.json")?;
    say("wrote docs/openapi.json");
    Ok(())
}
