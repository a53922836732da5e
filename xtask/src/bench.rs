//! `cargo xtask bench`: the command line of the benchmark, which is a program of its own (`xtask/bench`).
//!
//! It is built for release, since the generator must be fast too, and needs libraries that the other chores do
//! without.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use crate::tools::cargo::{self, Profile};

/// The program that measures.
const PACKAGE: &str = "claviger-bench";

/// What to measure and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A short run: 1 round of 2 s for each row, at most 10 k sessions and licenses, 20 k users
    #[arg(long)]
    pub quick: bool,
    /// Where to write the results [default: target/bench.json]
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Connections of the throughput rows; the targets are about the largest
    #[arg(long, value_delimiter = ',', default_value = "32,128")]
    pub connections: Vec<u32>,
    /// Measure only this part; may be given several times
    #[arg(long, value_name = "PART")]
    pub only: Vec<Part>,
    /// Rounds of each throughput row, each beside a round of the bare handler [default: 3]
    #[arg(long)]
    pub rounds: Option<u32>,
    /// Length of a round [default: 5]
    #[arg(long, value_name = "SECONDS")]
    pub seconds: Option<u32>,
    /// Users, and as many licenses, that are changed at once [default: 200000]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1000..=5_000_000))]
    pub rows: Option<u64>,
    /// Measure the program as it is shipped, not as `cargo build --release` makes it
    #[arg(long)]
    pub dist: bool,
    /// Fail when a target is missed
    #[arg(long)]
    pub enforce: bool,
}

/// A part of the benchmark that can run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
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
    /// The dashboard's page of sessions with very many, and a thousand of them live beside `init`
    Dashboard,
    /// The dashboard's tables of a million licenses and users
    Tables,
    /// Backups of a large server, restoring them and moving between databases, and the rate of `init` meanwhile
    Backups,
}

impl Options {
    /// How the program that is measured is built.
    pub fn profile(&self) -> Profile {
        if self.dist { Profile::Dist } else { Profile::Release }
    }

    /// Whether this part is to be measured.
    pub fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// Rounds of each row.
    pub fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 3 }).max(1)
    }

    /// Length of a round in seconds.
    pub fn seconds(&self) -> u32 {
        self.seconds.unwrap_or(if self.quick { 2 } else { 5 }).max(1)
    }

    /// The numbers of live sessions to measure at, smallest first.
    pub fn sizes(&self) -> &'static [u64] {
        if self.quick { &[1_000, 10_000] } else { &[1_000, 100_000, 1_000_000] }
    }

    /// The last of them.
    pub fn largest_size(&self) -> u64 {
        self.sizes().last().copied().unwrap_or_default()
    }
}

/// Builds the program that measures and becomes it. It reads the same command line again.
///
/// # Errors
/// When it does not build or cannot be started.
pub fn run() -> Result<()> {
    cargo::become_program(PACKAGE, Profile::Release)
}
