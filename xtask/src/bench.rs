//! `cargo xtask bench`: the release server measured beside a bare handler.
//!
//! Generator and servers share the machine's cores, so only ratios between two numbers of the same
//! run mean something. Every throughput row is measured in turns with the bare handler, which gets
//! the same requests and answers with the same bytes, from a process of its own.

pub mod bare;
mod bulk;
mod client;
mod connection;
mod flood;
mod licenses;
mod list;
mod load;
mod logins;
mod memory;
mod report;
mod seller;
mod sizes;
mod stats;
mod sweep;
mod table;
mod targets;
mod throughput;
mod wrk;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::server::Server;
use crate::tools::cargo::{self, Profile};
use crate::tools::{say, workspace_root};
use report::Report;

/// Where the JSON goes unless said otherwise.
const DEFAULT_JSON: &str = "target/bench.json";
/// How long a fresh server is left alone before its idle memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// What to measure and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A short run: 1 round of 2 s for each row, at most 10 k sessions and licenses, 20 k users
    #[arg(long)]
    quick: bool,
    /// Where to write the results [default: target/bench.json]
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Connections of the throughput rows; the targets are about the largest
    #[arg(long, value_delimiter = ',', default_value = "32,128")]
    connections: Vec<u32>,
    /// Measure only this part; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Rounds of each throughput row, each beside a round of the bare handler [default: 3]
    #[arg(long)]
    rounds: Option<u32>,
    /// Length of a round [default: 5]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u32>,
    /// Users, and as many licenses, that are changed at once [default: 200000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1000..=5_000_000))]
    rows: Option<u64>,
    /// Fail when a target is missed
    #[arg(long)]
    enforce: bool,
}

/// A part of the benchmark that can run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Requests per second and latency of `init`, `check`, `var` and `getvar`
    Throughput,
    /// Logins per second, by the rate at which passwords can be hashed
    Logins,
    /// Resident memory of a fresh server
    Idle,
    /// Kill, kill all, list and start-up at growing numbers of live sessions
    Sizes,
    /// Latency of `init` while killed sessions are swept
    Sweep,
    /// Requests per second and latency of `verify` and `userdata`
    Seller,
    /// Licenses made a hundred at a time, and the list of very many
    Licenses,
    /// Changes of all users or licenses, and the latency of `init` meanwhile
    Bulk,
}

impl Options {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 }).max(1)
    }

    fn seconds(&self) -> u32 {
        self.seconds.unwrap_or(if self.quick { 2 } else { 5 }).max(1)
    }

    /// The numbers of live sessions to measure at, smallest first.
    fn sizes(&self) -> &'static [u64] {
        if self.quick { &[1_000, 10_000] } else { &[1_000, 100_000, 1_000_000] }
    }

    fn largest_size(&self) -> u64 {
        self.sizes().last().copied().unwrap_or_default()
    }
}

/// What each part needs to start servers of its own.
#[derive(Debug)]
struct Bench<'a> {
    options: &'a Options,
    /// The release build of the server.
    claviger: PathBuf,
}

impl Bench<'_> {
    /// A fresh demo server with a data folder of its own.
    fn fresh_server(&self) -> Result<(Server, TempDir)> {
        let folder = tempfile::Builder::new().prefix("claviger-bench-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        let server = Server::start(&self.claviger, folder.path())?;
        Ok((server, folder))
    }

    /// The server of this folder, started again.
    fn restart(&self, folder: &Path) -> Result<Server> {
        Server::start(&self.claviger, folder)
    }
}

/// Measures, prints a table and writes the JSON.
///
/// # Errors
/// When something cannot be built or measured, the server answers wrongly, or, with `--enforce`,
/// a target is missed.
pub fn run(options: &Options) -> Result<()> {
    if cfg!(debug_assertions) {
        return run_in_release();
    }
    wrk::install()?;
    let bench = Bench { options, claviger: cargo::build("claviger", Profile::Release)? };
    let mut report = Report::new(options);
    if options.wants(Part::Idle) {
        report.idle_bytes = Some(idle(&bench)?);
    }
    if options.wants(Part::Throughput) {
        report.throughput = throughput::measure(&bench)?;
    }
    if options.wants(Part::Logins) {
        report.logins = logins::measure(&bench)?;
    }
    if options.wants(Part::Sizes) {
        report.sizes = sizes::measure(&bench)?;
    }
    if options.wants(Part::Sweep) {
        report.sweep = Some(sweep::measure(&bench)?);
    }
    if options.wants(Part::Seller) {
        report.throughput.extend(seller::measure(&bench)?);
    }
    if options.wants(Part::Licenses) {
        report.licenses = Some(licenses::measure(&bench)?);
    }
    if options.wants(Part::Bulk) {
        report.bulk = bulk::measure(&bench)?;
    }
    report.judge();
    println!("{}", table::render(&report));
    let file = options.json.clone().unwrap_or_else(|| workspace_root().join(DEFAULT_JSON));
    write(&report, &file)?;
    if options.enforce && !report.targets_reached() {
        bail!("a target was missed");
    }
    Ok(())
}

/// The generator must be fast too: the same command again, from the release build of this program.
fn run_in_release() -> Result<()> {
    let program = cargo::build("xtask", Profile::Release)?;
    let error = Command::new(&program).args(env::args_os().skip(1)).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// Resident memory of a fresh server that nobody has asked anything but whether it is ready.
fn idle(bench: &Bench) -> Result<u64> {
    say("idle memory of a fresh server");
    let (server, _folder) = bench.fresh_server()?;
    thread::sleep(IDLE);
    let bytes = memory::resident(server.pid())?;
    server.stop()?;
    Ok(bytes)
}

fn write(report: &Report, file: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(report).context("cannot write the report as JSON")?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    fs::write(file, json + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    say(format!("results are in {}", file.display()));
    Ok(())
}
