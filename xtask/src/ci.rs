//! `cargo xtask ci`: what a change must pass.

use anyhow::{Context, Result};

use crate::tools::cargo::Profile;
use crate::tools::{cargo, command, say};
use crate::{e2e, fuzz, packages, siege, test};

/// Runs every check; the first failure ends it. The tests come last, so that their summary is
/// what the log ends with. Nothing is skipped: what is missing is installed or is a failure.
///
/// # Errors
/// When a check fails.
pub fn run() -> Result<()> {
    say("checking the formatting");
    for manifest in ["Cargo.toml", "e2e/keyauth-crate/Cargo.toml", "fuzz/Cargo.toml"] {
        let mut format = cargo::cargo();
        command::run(format.args(["fmt", "--all", "--check", "--manifest-path", manifest]))
            .with_context(|| format!("the formatting differs; run `cargo fmt --manifest-path {manifest}`"))?;
    }

    say("running clippy: it looks at all libraries in its own way the first time, some minutes");
    let mut lint = cargo::cargo();
    lint.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    command::run(&mut lint).context("clippy has complaints")?;

    packages::crates(&packages::CratesOptions { no_build: true })?;
    packages::deny()?;
    fuzz::run(&fuzz::Options::default()).context("fuzzing failed")?;
    e2e::run(&e2e::Options::default()).context("the end-to-end run failed")?;
    siege::quick(&cargo::build("claviger", Profile::Dev)?).context("the server did not hold out")?;
    test::run(&test::Options::default())
}
