//! `cargo xtask fuzz`: generated inputs for what reads and writes texts of strangers.
//!
//! The targets are in `fuzz/`, a workspace of its own. They are built with the compiler's options that
//! are not stable yet, which a stable compiler allows with `RUSTC_BOOTSTRAP=1`; nothing that is shipped
//! is built so.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::e2e::fetch;
use crate::tools::{cargo, command, say, workspace_root};

const MANIFEST: &str = "fuzz/Cargo.toml";
/// Hand-made inputs, a folder for each target.
const SEEDS: &str = "fuzz/corpus";
/// Where targets are built and inputs that were found are kept, so that the next run begins with them.
const TARGET_DIR: &str = "target/fuzz";
/// Where the program `cargo-fuzz` is installed if it is missing.
const TOOLS: &str = "target/tools";
const CARGO_FUZZ: &str = "0.13.2";
/// Longest input in bytes: long enough for anything that is read differently.
const LONGEST: u32 = 4096;
/// How many lines of a target's log an error shows.
const SHOWN_LINES: usize = 12;

/// What to run and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// For all targets together; each gets the same share
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// Run only this target; may be given several times
    #[arg(long, value_name = "TARGET")]
    pub only: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: 60, only: Vec::new() }
    }
}

/// Builds the targets and runs each for its share of the time.
///
/// # Errors
/// When something cannot be installed or built, or a target crashes; with the path of the input that
/// makes it crash.
pub fn run(options: &Options) -> Result<()> {
    let targets = wanted(options)?;
    install()?;
    say("building the fuzz targets: a few minutes the first time");
    fetch_dependencies()?;
    let mut build = cargo_fuzz("build");
    command::run(build.env("CARGO_TERM_QUIET", "true")).context("the fuzz targets do not build")?;
    let share = (options.seconds / targets.len() as u64).max(1);
    targets.iter().try_for_each(|target| fuzz(target, share))
}

/// The targets in the manifest, or those that were asked for.
fn wanted(options: &Options) -> Result<Vec<String>> {
    let mut known = Vec::new();
    let sources = workspace_root().join("fuzz/fuzz_targets");
    for entry in fs::read_dir(&sources).with_context(|| format!("cannot read {}", sources.display()))? {
        known.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    known.sort();
    if let Some(unknown) = options.only.iter().find(|name| !known.contains(name)) {
        bail!("there is no target {unknown}; there are {}", known.join(", "));
    }
    Ok(if options.only.is_empty() { known } else { options.only.clone() })
}

fn fuzz(target: &str, seconds: u64) -> Result<()> {
    say(format!("fuzzing {target} for {seconds} s"));
    let root = workspace_root();
    let found = root.join(TARGET_DIR).join("corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot make the folder {}", found.display()))?;
    let log = root.join(TARGET_DIR).join(format!("{target}.log"));
    let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut run = cargo_fuzz("run");
    run.arg(target).arg(&found).arg(root.join(SEEDS).join(target)).arg("--");
    run.args([format!("-max_total_time={seconds}"), format!("-max_len={LONGEST}")]);
    run.args(["-timeout=10", "-print_final_stats=1"]);
    run.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let status = command::wait(&mut command::spawn(&mut run)?)?;
    let printed = fs::read(&log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())?;
    if !status.success() {
        bail!("{}", complaint(target, &printed, &log));
    }
    let runs = after(&printed, "stat::number_of_executed_units:").unwrap_or("no");
    say(format!("{target}: {runs} inputs, no crash"));
    Ok(())
}

/// What went wrong, with the path of the input if there is one.
fn complaint(target: &str, printed: &str, log: &Path) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    // What follows is long and says little: a stack without names, and the input as numbers.
    let cause = lines.iter().position(|line| line.contains("panicked at") || line.contains("ERROR: "));
    let start = cause.unwrap_or(lines.len().saturating_sub(SHOWN_LINES));
    let is_frame = |line: &str| line.trim_start().starts_with('#');
    let shown = lines[start..].iter().take(SHOWN_LINES).take_while(|line| !is_frame(line));
    let shown = shown.copied().collect::<Vec<_>>().join("\n");
    let input = after(printed, "Test unit written to").map_or_else(String::new, |input| {
        format!("; the input is in {input}: once it is moved to {SEEDS}/{target}/, each run begins with it")
    });
    format!("{shown}\nthe fuzz target {target} failed, the log is {}{input}", log.display())
}

/// The rest of the line that begins with `start`, perhaps after other words.
fn after<'a>(printed: &'a str, start: &str) -> Option<&'a str> {
    let line = printed.lines().find_map(|line| line.split_once(start));
    line.map(|(_, rest)| rest.trim())
}

fn cargo_fuzz(verb: &str) -> Command {
    let root = workspace_root();
    let mut command = cargo::cargo();
    command.args(["fuzz", verb, "--fuzz-dir", "fuzz", "--target-dir"]).arg(root.join(TARGET_DIR));
    command.env("RUSTC_BOOTSTRAP", "1").env("RUST_BACKTRACE", "0").env("PATH", search_path());
    command
}

/// Where programs are looked for: our own folder first.
fn search_path() -> std::ffi::OsString {
    let ours = workspace_root().join(TOOLS).join("bin");
    let others = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = [ours].into_iter().chain(env::split_paths(&others)).collect();
    env::join_paths(all).unwrap_or(others)
}

/// Installs `cargo-fuzz` unless it is there.
fn install() -> Result<()> {
    let mut ask = cargo::cargo();
    if command::succeeds(ask.args(["fuzz", "--version"]).env("PATH", search_path())) {
        return Ok(());
    }
    say(format!("installing cargo-fuzz {CARGO_FUZZ}: a minute or two"));
    let mut install = cargo::cargo();
    install.args(["install", "--quiet", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ, "--root"]);
    install.arg(workspace_root().join(TOOLS));
    // A run that is offline otherwise may still install what it misses.
    install.env_remove("CARGO_NET_OFFLINE").env_remove("CARGO_TARGET_DIR");
    fetch::run(&mut install).context("cannot install cargo-fuzz")
}

/// Fetches what the targets depend on, unless it is there.
fn fetch_dependencies() -> Result<()> {
    let fetch = || {
        let mut fetch = cargo::cargo();
        fetch.args(["fetch", "--quiet", "--locked", "--manifest-path"]).arg(workspace_root().join(MANIFEST));
        fetch
    };
    if command::succeeds(fetch().arg("--offline")) {
        return Ok(());
    }
    fetch::run(fetch().env_remove("CARGO_NET_OFFLINE")).with_context(|| {
        format!(
            "cannot fetch what the fuzz targets need; if the crates need something new, \
             run `cargo update --workspace --manifest-path {MANIFEST}`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_is_told_with_its_cause_and_input() {
        let printed = "#1 NEW\nthread panicked at reply.rs:9:1:\nit differs\n==7== ERROR: deadly signal\n\
                       artifact_prefix='a/'; Test unit written to a/crash-1\nBase64: Iw==\n";
        let told = complaint("reply", printed, Path::new("reply.log"));
        assert!(told.starts_with("thread panicked at reply.rs:9:1:\nit differs\n"), "{told}");
        assert!(told.ends_with(
            "the input is in a/crash-1: once it is moved to fuzz/corpus/reply/, each run begins with it"
        ));
        assert!(!complaint("reply", "no such thing\n", Path::new("reply.log")).contains("the input"));
    }
}
