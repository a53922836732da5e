//! `cargo xtask crates`: the program's crates, packed as the registry would take them.

use anyhow::{Context, Result};

use crate::tools::{cargo, command, say};

/// Which checks are wanted.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Only pack them; otherwise each is built from what was packed, some minutes
    #[arg(long)]
    pub no_build: bool,
}

/// Packs the crates, which finds what a manifest lacks, and builds them from that, which finds files that were left out.
///
/// # Errors
/// When the registry would refuse one, or one does not build.
pub fn run(options: &Options) -> Result<()> {
    say("packing the crates as for the registry");
    let mut package = cargo::cargo();
    // Somebody may be at work on the tree.
    package.args(["package", "--workspace", "--locked", "--allow-dirty"]);
    for chore in ["xtask", "claviger-bench", "claviger-siege"] {
        package.args(["--exclude", chore]);
    }
    if options.no_build {
        package.arg("--no-verify");
    }
    command::run_quietly(&mut package).context("the crates cannot be published as they are")?;
    Ok(())
}
