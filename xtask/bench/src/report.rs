//! Everything that was measured, as it is written to JSON.

use std::{fs, thread};

use serde::Serialize;
use xtask::bench::Options;

use super::backups::Backups;
use super::bulk::Bulk;
use super::dashboard::Dashboard;
use super::licenses::Licenses;
use super::logins;
use super::sizes::Size;
use super::sweep::Sweep;
use super::tables::Tables;
use super::target::Target;
use super::throughput::Row;

/// The results of one run. Parts that were not asked for are empty.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What it ran on.
    pub machine: Machine,
    /// How it was run.
    pub settings: Settings,
    /// Resident memory of a fresh, idle server.
    pub idle_bytes: Option<u64>,
    /// `init`, `check`, `var` and `getvar`; `verify` and `userdata`.
    pub throughput: Vec<Row>,
    /// `login` and `license`.
    pub logins: Vec<logins::Row>,
    /// Kill, kill all, list, start.
    pub sizes: Vec<Size>,
    /// `init` beside the sweeper.
    pub sweep: Option<Sweep>,
    /// Making and listing licenses.
    pub licenses: Option<Licenses>,
    /// Changes of all users or licenses.
    pub bulk: Vec<Bulk>,
    /// The dashboard's page of sessions.
    pub dashboard: Option<Dashboard>,
    /// The dashboard's tables of licenses and users, by database.
    pub tables: Vec<Tables>,
    /// Backups, restoring them, and moves between databases.
    pub backups: Option<Backups>,
    /// What must be reached, and whether it was.
    pub targets: Vec<Target>,
}

/// The facts of the machine that the numbers depend on.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Cores that servers and generator share.
    pub cores: usize,
    /// The processor's name, if the kernel tells it.
    pub processor: Option<String>,
    /// Memory in bytes, if the kernel tells it.
    pub memory_bytes: Option<u64>,
    /// The kernel's release, if it tells it.
    pub kernel: Option<String>,
}

/// How the run was asked for.
#[derive(Debug, Serialize)]
pub struct Settings {
    quick: bool,
    rounds: u32,
    seconds: u32,
    connections: Vec<u32>,
}

impl Report {
    /// An empty report of this machine.
    pub fn new(options: &Options) -> Self {
        let settings = Settings {
            quick: options.quick,
            rounds: options.rounds(),
            seconds: options.seconds(),
            connections: options.connections.clone(),
        };
        Self {
            machine: Machine::read(),
            settings,
            idle_bytes: None,
            throughput: Vec::new(),
            logins: Vec::new(),
            sizes: Vec::new(),
            sweep: None,
            licenses: None,
            bulk: Vec::new(),
            dashboard: None,
            tables: Vec::new(),
            backups: None,
            targets: Vec::new(),
        }
    }

    /// Whether no target was missed.
    pub fn targets_reached(&self) -> bool {
        self.targets.iter().all(|target| target.reached)
    }
}

impl Machine {
    fn read() -> Self {
        let processor = field("/proc/cpuinfo", "model name");
        let memory = field("/proc/meminfo", "MemTotal");
        let kib = memory.and_then(|text| text.trim_end_matches("kB").trim().parse::<u64>().ok());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
        Self {
            cores: thread::available_parallelism().map_or(1, usize::from),
            processor,
            memory_bytes: kib.map(|kib| kib * 1024),
            kernel: kernel.map(|text| text.trim().to_owned()),
        }
    }
}

/// The first value of a field in a file of lines like `name : value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}
