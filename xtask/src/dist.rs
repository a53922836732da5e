//! `cargo xtask dist`: the program as it is shipped, with its line tables in a file beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tools::cargo::{self, Profile};
use crate::tools::{command, say};

/// What is shipped has at most so many bytes.
const LARGEST: u64 = 20_000_000;

/// Builds the program with the profile `dist` and parts it from its line tables. A crash names lines of the source if the
/// file with the tables is in the program's folder; the program names it and needs nothing else of it.
///
/// # Errors
/// When it does not build, binutils are missing, or the program has become larger than what is shipped may be.
pub fn run() -> Result<()> {
    let built = cargo::build("claviger", Profile::Dist)?;
    let folder = built.parent().context("a program lies in a folder")?.join("shipped");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let program = folder.join("claviger");
    let tables = part(&built, &program)?;
    let (size, rest) = (size(&program)?, size(&tables)?);
    say(format!("{} has {size} bytes, {} has {rest}", program.display(), tables.display()));
    ensure!(size <= LARGEST, "the program has {size} bytes; what is shipped has at most {LARGEST}");
    Ok(())
}

/// Copies a program without its tables, and these into a file of their own, whose path is returned.
fn part(built: &Path, program: &Path) -> Result<PathBuf> {
    let tables = program.with_extension("debug");
    objcopy(&["--only-keep-debug"], built, &tables)?;
    let link = format!("--add-gnu-debuglink={}", tables.display());
    objcopy(&["--strip-debug", &link], built, program)?;
    Ok(tables)
}

fn objcopy(options: &[&str], from: &Path, to: &Path) -> Result<()> {
    command::run(Command::new("objcopy").args(options).arg(from).arg(to))
        .context("objcopy is part of binutils, which come with a C compiler")
}

fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file).with_context(|| format!("cannot look at {}", file.display()))?.len())
}
