//! `cargo xtask deb`: the Debian package, tried in a clean system.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::clean_root::CleanRoot;
use super::{CARGO_DEB, folder, papers};
use crate::dist;
use crate::tools::{cargo, command, say};

/// What to do with the package.
#[derive(Debug, Args)]
pub struct Options {
    /// Install it in a clean system (debootstrap), start the server there, and remove it again; needs root
    #[arg(long = "try")]
    tried: bool,
}

/// Builds the package into `target/packages/`.
///
/// # Errors
/// When it does not build, a tool is missing and cannot be installed, or the package does not work where it is tried.
pub fn run(options: &Options) -> Result<()> {
    let package = build()?;
    say(format!("{} has {} bytes", package.display(), fs::metadata(&package)?.len()));
    if options.tried {
        CleanRoot::make(&["ca-certificates", "adduser"])?.try_package(&package)?;
        say("the package was installed, served, and was removed");
    }
    Ok(())
}

fn build() -> Result<PathBuf> {
    let shipped = dist::build(None)?;
    let folder = folder()?;
    fs::copy(&shipped.program, folder.join("claviger"))?;
    papers::write(&shipped.program, &folder)?;
    CARGO_DEB.get()?;
    let mut deb = cargo::cargo();
    deb.args(["deb", "--package", "claviger", "--no-build", "--no-strip", "--profile", "dist", "--output"])
        .arg(&folder);
    // The package's times are those of the commit.
    deb.env("SOURCE_DATE_EPOCH", super::archive::time_of_commit()?);
    let printed = command::run_reading(&mut deb)?;
    let package =
        printed.lines().map(PathBuf::from).find(|path| path.extension().is_some_and(|end| end == "deb"));
    package.with_context(|| format!("cargo-deb names no package: {printed}"))
}
