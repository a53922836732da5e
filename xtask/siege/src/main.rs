//! `cargo xtask siege`: each attack on a server of its own, with honest clients of another tenant beside it.
//!
//! Attackers, honest clients and the server share the machine's cores. So attackers have one thread that gives way to
//! all others, send bytes that are made once, and where it is about holding they do little else: what is measured is
//! how the server shares what it has.

mod attack;
mod browser;
mod figures;
mod honest;
mod http;
mod mixed;
mod probe;
mod scenarios;
mod secure;
mod sink;
mod site;
mod stage;
mod table;
mod tenant;
mod upload;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::{Builder, Runtime};
use xtask::siege::{Options, Scenario};
use xtask::tools::cargo::{self, Profile};
use xtask::tools::{interrupt, say};

use figures::Figures;
use stage::Stage;
use table::Outcome;

/// Seconds of a lap, and of one in the short form.
const LAP: (u64, u64) = (20, 2);

/// The siege; `cargo xtask siege` builds and starts it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask siege", bin_name = "cargo xtask siege")]
struct Cli {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::watch();
    interrupt::exit_code(besiege(&cli.options))
}

/// Runs what was asked for and prints tables.
///
/// # Errors
/// When something cannot be built or started, or a limit is missed.
fn besiege(options: &Options) -> Result<()> {
    if options.list {
        Scenario::value_variants()
            .iter()
            .for_each(|scenario| println!("{:14} {}", table::name(*scenario), about(*scenario)));
        return Ok(());
    }
    raise_descriptors()?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => cargo::build("claviger", Profile::Release)?,
    };
    let binary = fs::canonicalize(&binary).with_context(|| format!("there is no {}", binary.display()))?;
    let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("honest").enable_all().build()?;
    let mut report = Report { text: String::new(), file: options.out.clone() };
    if let Some(minutes) = options.mixed {
        let stage = stage(options, &binary, &runtime);
        return mixed::run(&stage, Duration::from_secs(minutes * 60), |line| report.add(line));
    }
    let before =
        options.before.as_ref().map(fs::canonicalize).transpose().context("there is no older program")?;
    let now = stage(options, &binary, &runtime);
    report.add(&table::heading(now.strength, now.lap))?;
    let mut missed = Vec::new();
    for scenario in Scenario::value_variants().iter().filter(|scenario| options.wants(**scenario)) {
        let before = before.as_ref().map(|before| {
            say(format!("{}: before", table::name(*scenario)));
            attempt(*scenario, &stage(options, before, &runtime))
        });
        interrupt::check()?;
        say(format!("{}: {}", table::name(*scenario), about(*scenario)));
        let outcome = Outcome { scenario: *scenario, before, now: attempt(*scenario, &now) };
        interrupt::check()?;
        report.add(&table::render(&outcome, &about(*scenario)))?;
        missed.extend(outcome.missed(options.enforce));
    }
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("{} limits were missed:\n{}", missed.len(), missed.join("\n"))
    }
}

fn attempt(scenario: Scenario, stage: &Stage) -> Result<Figures, String> {
    scenarios::run(scenario, stage).map_err(|error| format!("{error:#}"))
}

fn stage<'a>(options: &Options, binary: &'a Path, runtime: &'a Runtime) -> Stage<'a> {
    let seconds = options.seconds.unwrap_or(if options.quick { LAP.1 } else { LAP.0 });
    let strength = options.strength.unwrap_or(if options.quick { 1 } else { 10 });
    Stage { binary, quick: options.quick, strength, lap: Duration::from_secs(seconds), runtime }
}

/// What a scenario is, as the command line tells it.
fn about(scenario: Scenario) -> String {
    let value = scenario.to_possible_value();
    value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
}

/// Attackers need a descriptor each.
fn raise_descriptors() -> Result<()> {
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard })
        .context("cannot raise our limit of descriptors")
}

/// What is printed, and kept in a file if there is one.
struct Report {
    text: String,
    file: Option<PathBuf>,
}

impl Report {
    fn add(&mut self, text: &str) -> Result<()> {
        println!("{text}");
        self.text += text;
        self.text += "\n";
        let Some(file) = &self.file else { return Ok(()) };
        fs::write(file, &self.text).with_context(|| format!("cannot write {}", file.display()))
    }
}
