//! `cargo xtask bench`: the release server measured beside a bare handler.
//!
//! Generator and servers share the machine's cores, so only ratios between two numbers of the same
//! run mean something. Every throughput row is measured in turns with the bare handler, which gets
//! the same requests and answers with the same bytes, from a process of its own.

mod backups;
mod bare;
mod bench;
mod bulk;
mod client;
mod connection;
mod dashboard;
mod flood;
mod grid;
mod licenses;
mod list;
mod load;
mod logins;
mod report;
mod seller;
mod sizes;
mod stats;
mod sweep;
mod table;
mod tables;
mod target;
mod targets;
mod throughput;
mod wrk;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use xtask::bench::{Options, Part};
use xtask::process;
use xtask::tools::cargo;
use xtask::tools::{interrupt, say, workspace_root};

use bench::Bench;
use report::Report;

/// Where the JSON goes unless said otherwise.
const DEFAULT_JSON: &str = "target/bench.json";
/// How long a fresh server is left alone before its idle memory is read.
const IDLE: Duration = Duration::from_secs(3);

/// The benchmark; `cargo xtask bench` builds and starts it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench", args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    helper: Option<Helper>,
}

/// What the benchmark starts beside itself.
#[derive(Debug, Subcommand)]
enum Helper {
    /// Serve one fixed reply: the ceiling that is compared with
    #[command(hide = true)]
    Bare(bare::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::watch();
    interrupt::exit_code(match &cli.helper {
        Some(Helper::Bare(options)) => bare::run(options),
        None => measure(&cli.options),
    })
}

/// Measures, prints a table and writes the JSON.
///
/// # Errors
/// When something cannot be built or measured, the server answers wrongly, or, with `--enforce`,
/// a target is missed.
fn measure(options: &Options) -> Result<()> {
    wrk::install()?;
    let bench = Bench { options, claviger: cargo::build("claviger", options.profile())? };
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
    if options.wants(Part::Dashboard) {
        report.dashboard = Some(dashboard::measure(&bench)?);
    }
    if options.wants(Part::Tables) {
        report.tables = tables::measure(&bench)?;
    }
    if options.wants(Part::Backups) {
        report.backups = Some(backups::measure(&bench)?);
    }
    report.targets = targets::judge(&report);
    println!("{}", table::render(&report));
    let file = options.json.clone().unwrap_or_else(|| workspace_root().join(DEFAULT_JSON));
    write(&report, &file)?;
    if options.enforce && !report.targets_reached() {
        bail!("a target was missed");
    }
    Ok(())
}

/// Resident memory of a fresh server that nobody has asked anything but whether it is ready.
fn idle(bench: &Bench) -> Result<u64> {
    say("idle memory of a fresh server");
    let (server, _folder) = bench.fresh_server()?;
    thread::sleep(IDLE);
    let bytes = process::resident(server.pid())?;
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
