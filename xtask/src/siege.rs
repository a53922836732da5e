//! `cargo xtask siege`: the command line of the attacks, which are a program of their own (`xtask/siege`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::tools::cargo::{self, Profile};
use crate::tools::{command, say};

/// The program that attacks.
const PACKAGE: &str = "claviger-siege";

/// What to attack, how hard, and what to compare it with.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// List the scenarios
    #[arg(long)]
    pub list: bool,
    /// A tenth of the strength for a few seconds each; only what does not depend on speed can fail
    #[arg(long)]
    pub quick: bool,
    /// Only this scenario; may be given several times
    #[arg(long, value_name = "NAME")]
    pub only: Vec<Scenario>,
    /// The program to attack [default: built now, for release]
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// An older program, attacked in the same way in turns
    #[arg(long, value_name = "FILE")]
    pub before: Option<PathBuf>,
    /// How hard: the scenarios' numbers are those at 10 [default: 10; quick: 1]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub strength: Option<u32>,
    /// Seconds under attack, and as many without one before it [default: 20; quick: 3]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: Option<u64>,
    /// Write the table to this file too
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Instead of attacks: a mixed load of all kinds of requests, whose memory must stay flat
    #[arg(long, value_name = "MINUTES")]
    pub mixed: Option<u64>,
    /// Fail when any limit is missed, that on latency too
    #[arg(long)]
    pub enforce: bool,
}

/// An attack that can run by itself; the numbers are those at strength 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// 10,000 idle connections and 1,000 that send heads byte by byte, from 50 addresses
    Idle,
    /// The same with 2,600 and 400 on a server that may have 256 descriptors
    Descriptors,
    /// 1,000 downloads of a file of 16 MiB that are not read
    SlowReaders,
    /// 640 calls of one tenant's webhook, which takes a minute
    Webhook,
    /// 80 slow readers of one tenant's list of 200,000 sessions
    Lists,
    /// 6,000 anonymous log lines for a slow webhook and for a dead one
    Deliveries,
    /// 2,200 logins of unknown names at once, each from another IPv6 /64 of one /48
    Hashing,
    /// License keys guessed from 3,000 /64s of one /48, and 600 wrong seller keys
    Guessing,
    /// What nobody's application pays for: unknown owners, bodies of nothing, the description of the API
    Doors,
    /// 120 uploads with a valid key that do not end
    Uploads,
    /// Anonymous `fetchStats` of an application with 84,000 licenses
    Stats,
    /// One tenant's flood of `init`, `register` and `log`
    Writers,
    /// TLS from one address: the first message of a handshake on one new connection after the other, 64 at a time
    Handshakes,
    /// 4,096 live pages of one owner that are not read
    Live,
}

impl Options {
    /// Whether this scenario is to run.
    pub fn wants(&self, scenario: Scenario) -> bool {
        self.only.is_empty() || self.only.contains(&scenario)
    }
}

/// Builds the program that attacks and becomes it. It reads the same command line again.
///
/// # Errors
/// When it does not build or cannot be started.
pub fn run() -> Result<()> {
    cargo::become_program(PACKAGE, Profile::Release)
}

/// The short form against a program that is there already, both as the tests build them.
///
/// # Errors
/// When the server does not hold out.
pub fn quick(claviger: &Path) -> Result<()> {
    let program = cargo::build(PACKAGE, Profile::Dev)?;
    say("attacking the server for a minute or so");
    command::run(Command::new(program).arg("--quick").arg("--binary").arg(claviger))
}
