//! `cargo xtask dist`: the program as it is shipped, with its names and line tables in a file beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::packages;
use crate::platform::Platform;
use crate::tools::{cargo, command, say, workspace_root};

/// What is shipped has at most so many bytes.
const LARGEST: u64 = 35_000_000;

/// What to make of it.
#[derive(Debug, Args)]
pub struct Options {
    /// Pack it with its manual pages, completions, unit and the list of its parts, into target/packages/
    #[arg(long)]
    archive: bool,
    /// Build for this platform instead of that which this runs on
    #[arg(long, value_enum, value_name = "PLATFORM", conflicts_with = "twice")]
    target: Option<Platform>,
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
/// When it does not build, what builds for the platform or binutils are missing, or the program has become larger than
/// what is shipped may be.
pub fn run(options: &Options) -> Result<()> {
    if options.twice {
        return packages::twice();
    }
    if options.archive {
        return packages::archive(options.target);
    }
    build(options.target).map(drop)
}

/// Builds the program with the profile `dist` and parts it from its names and line tables. A crash names functions and
/// lines of the source if the file with the tables is in the program's folder; the program names it and needs nothing
/// else of it.
///
/// # Errors
/// As [`run`].
pub fn build(platform: Option<Platform>) -> Result<Shipped> {
    build_in(workspace_root(), &cargo::target_folder(), platform)
}

/// As [`build`], of the sources in a folder.
///
/// # Errors
/// As [`run`].
pub fn build_in(sources: &Path, target: &Path, platform: Option<Platform>) -> Result<Shipped> {
    say("building claviger to be shipped: many minutes the first time");
    let mut build = cargo::cargo();
    build
        .args(["build", "--locked", "--package", "claviger", "--profile", "dist", "--target-dir"])
        .arg(target);
    without_place_and_time(build.current_dir(sources), sources, target)?;
    let (mut folder, mut objcopy) = (target.to_owned(), "objcopy");
    if let Some(platform) = platform {
        platform.prepare(&mut build)?;
        folder.push(platform.name());
        objcopy = platform.objcopy();
    }
    command::run(&mut build)?;
    let built = folder.join("dist/claviger");
    let folder = folder.join("dist/shipped");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let program = folder.join("claviger");
    let tables = part(&built, &program, objcopy)?;
    let (size, rest) = (size(&program)?, size(&tables)?);
    say(format!("{} has {size} bytes, {} has {rest}", program.display(), tables.display()));
    ensure!(size <= LARGEST, "the program has {size} bytes; what is shipped has at most {LARGEST}");
    Ok(Shipped { program, tables })
}

/// Has the compilers write the same bytes wherever the sources, the libraries and what is built lie, and whenever it is.
fn without_place_and_time(build: &mut Command, sources: &Path, target: &Path) -> Result<()> {
    let libraries = cargo::home()?;
    // What is built often lies within the sources, and of several rules the last one counts.
    let places = [(libraries.as_path(), "/cargo"), (sources, "/claviger"), (target, "/claviger/target")];
    let maps = |flag: &str, between: &str| {
        let maps = places.map(|(place, name)| format!("{flag}={}={name}", place.display()));
        maps.join(between)
    };
    build.env("CARGO_ENCODED_RUSTFLAGS", maps("--remap-path-prefix", "\u{1f}"));
    build.env("CFLAGS", maps("-ffile-prefix-map", " "));
    // For C that tells when it was compiled. Not the time of the commit: what was compiled before it is not compiled anew.
    build.env("SOURCE_DATE_EPOCH", "0");
    Ok(())
}

/// Copies a program without its tables, and these into a file of their own, whose path is returned.
fn part(built: &Path, program: &Path, objcopy: &str) -> Result<PathBuf> {
    let copy = |options: &[&str], to: &Path| {
        command::run(Command::new(objcopy).args(options).arg(built).arg(to))
            .with_context(|| format!("{objcopy} is part of binutils, which come with a C compiler"))
    };
    let tables = program.with_extension("debug");
    copy(&["--only-keep-debug"], &tables)?;
    copy(&["--strip-all", &format!("--add-gnu-debuglink={}", tables.display())], program)?;
    Ok(tables)
}

fn size(file: &Path) -> Result<u64> {
    Ok(fs::metadata(file).with_context(|| format!("cannot look at {}", file.display()))?.len())
}
