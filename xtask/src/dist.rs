//! `cargo xtask dist`: the program as it is shipped, with its line tables in a file beside it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::packages;
use crate::tools::{cargo, command, say, workspace_root};

/// What is shipped has at most so many bytes.
const LARGEST: u64 = 20_000_000;

/// What to make of it.
#[derive(Debug, Args)]
pub struct Options {
    /// Pack it with its manual pages, completions, unit and the list of its parts, into target/packages/
    #[arg(long)]
    archive: bool,
    /// Build the last commit in two folders, and fail when the programs differ in one byte
    #[arg(long, conflicts_with = "archive")]
    twice: bool,
}

/// The program, and what crashes need to name lines of the source.
#[derive(Debug)]
pub struct Shipped {
    /// The program.
    pub program: PathBuf,
    /// Its line tables.
    pub tables: PathBuf,
}

/// Builds the program as it is shipped, and makes of it what the options say.
///
/// # Errors
/// When it does not build, binutils are missing, or the program has become larger than what is shipped may be.
pub fn run(options: &Options) -> Result<()> {
    if options.twice {
        return packages::twice();
    }
    if options.archive {
        return packages::archive();
    }
    build().map(drop)
}

/// Builds the program with the profile `dist` and parts it from its line tables. A crash names lines of the source if the
/// file with the tables is in the program's folder; the program names it and needs nothing else of it.
///
/// # Errors
/// As [`run`].
pub fn build() -> Result<Shipped> {
    build_in(workspace_root(), &cargo::target_folder())
}

/// As [`build`], of the sources in a folder.
///
/// # Errors
/// As [`run`].
pub fn build_in(sources: &Path, target: &Path) -> Result<Shipped> {
    say("building claviger to be shipped: many minutes the first time");
    let mut build = cargo::cargo();
    build
        .args(["build", "--locked", "--package", "claviger", "--profile", "dist", "--target-dir"])
        .arg(target);
    without_paths(build.current_dir(sources), sources)?;
    command::run(&mut build)?;
    let built = target.join("dist/claviger");
    let folder = target.join("dist/shipped");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let program = folder.join("claviger");
    let tables = part(&built, &program)?;
    let (size, rest) = (size(&program)?, size(&tables)?);
    say(format!("{} has {size} bytes, {} has {rest}", program.display(), tables.display()));
    ensure!(size <= LARGEST, "the program has {size} bytes; what is shipped has at most {LARGEST}");
    Ok(Shipped { program, tables })
}

/// Has the compilers write the same names of files, wherever the sources and the libraries lie.
fn without_paths(build: &mut Command, sources: &Path) -> Result<()> {
    let libraries = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&env::var_os("HOME").context("HOME names a folder")?).join(".cargo"),
    };
    let (sources, libraries) = (sources.display(), libraries.display());
    build.env(
        "CARGO_ENCODED_RUSTFLAGS",
        format!("--remap-path-prefix={libraries}=/cargo\u{1f}--remap-path-prefix={sources}=/claviger"),
    );
    build
        .env("CFLAGS", format!("-ffile-prefix-map={libraries}=/cargo -ffile-prefix-map={sources}=/claviger"));
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
