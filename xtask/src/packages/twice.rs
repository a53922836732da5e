//! `cargo xtask dist --twice`: whether the same sources make the same program, wherever they lie.

use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::dist;
use crate::tools::{command, say, workspace_root};

/// Builds the last commit in two folders of different names at once and compares the programs.
///
/// # Errors
/// When it does not build, or the programs differ.
pub fn run() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [one, another] = ["one", "another/of/a/longer/name"].map(|name| folder.path().join(name));
    // Half of the time goes to linking, which takes one core.
    let (one, another) = thread::scope(|scope| {
        let first = scope.spawn(|| built_in(&one));
        let second = built_in(&another);
        (first.join(), second)
    });
    let (one, another) = (one.expect("a build that does not panic")?, another?);
    if one != another {
        bail!("the same sources made {one} and {another}; compare them in {}", folder.keep().display());
    }
    say(format!("built twice, in two folders: {one}"));
    Ok(())
}

/// Builds the last commit in this folder; returns the program's SHA-256.
fn built_in(folder: &Path) -> Result<String> {
    std::fs::create_dir_all(folder)?;
    let mut clone = Command::new("git");
    command::run_quietly(
        clone.args(["clone", "--quiet", "--no-hardlinks"]).arg(workspace_root()).arg(folder),
    )?;
    let program = dist::build_in(folder, &folder.join("target"), None)?.program;
    let sum = command::run_reading(Command::new("sha256sum").arg(&program))?;
    Ok(sum.split_whitespace().next().context("a sum")?.to_owned())
}
