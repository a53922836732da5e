//! Making licenses a hundred at a time, and listing very many.

use anyhow::{Result, ensure};
use serde::Serialize;
use xtask::process;
use xtask::server::{Demo, Server};
use xtask::tools::say;

use super::bench::Bench;
use super::client::Client;
use super::stats::median;
use super::{flood, list};

/// Licenses made in one call; more are refused.
pub const BATCH: u64 = 100;
/// Connections: a script, which waits for each reply, and a busy shop.
const CONNECTIONS: [u64; 2] = [1, 32];
/// Calls for one license each, on each connection in each round.
const SINGLE_CALLS: u64 = 200;
/// Calls for a batch, on each connection in each round.
const BATCH_CALLS: u64 = 20;
/// The list of licenses.
const LICENSES: &str = "fetchallkeys";
/// Licenses to list, fewest first.
const SIZES: [u64; 2] = [10_000, 100_000];
/// The same with `--quick`.
const QUICK_SIZES: [u64; 2] = [1_000, 10_000];

/// Calls that make a hundred licenses beside calls that make one: medians over the rounds.
#[derive(Debug, Serialize)]
pub struct Add {
    /// Connections that each wait for a reply before the next call.
    pub connections: u64,
    /// Calls for a hundred licenses each, a second.
    pub batch_calls: f64,
    /// Licenses that these make a second.
    pub batch_licenses: f64,
    /// Calls for one license each, a second; as many licenses.
    pub single_calls: f64,
    /// Median over the rounds of the licenses a second of the one by those of the other, measured right before it.
    pub ratio: f64,
}

/// A list of this many licenses. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct List {
    /// Licenses.
    pub licenses: u64,
    /// Licenses in the list; equal to those made.
    pub counted: u64,
    /// Licenses made a second while filling.
    pub fill_rate: f64,
    /// From asking for the list to the first byte of its body; the slowest of some.
    pub first_byte_ms: f64,
    /// From asking for the list to its last byte; the slowest of some.
    pub total_ms: f64,
    /// Rows a second of that list.
    pub rows_rate: f64,
    /// Size of the list.
    pub bytes: u64,
    /// The server's resident memory before the lists, in bytes.
    pub resident_before: u64,
    /// The same after them.
    pub resident_after: u64,
    /// By how much the lists raised it at its peak, in bytes.
    pub memory_bytes: u64,
}

impl List {
    /// Whether no license was missing.
    pub fn exact(&self) -> bool {
        self.counted == self.licenses
    }
}

/// Both groups of rows.
#[derive(Debug, Serialize)]
pub struct Licenses {
    /// By number of connections.
    pub add: Vec<Add>,
    /// By number of licenses, fewest first.
    pub lists: Vec<List>,
}

/// Measures making and listing, each on servers of its own.
///
/// # Errors
/// When the server answers wrongly or something cannot be started.
pub fn measure(bench: &Bench) -> Result<Licenses> {
    let (server, _folder) = bench.fresh_server()?;
    let add = CONNECTIONS.map(|connections| add(bench, &server.demo, connections));
    let add = add.into_iter().collect::<Result<_>>()?;
    server.stop()?;
    let sizes = if bench.options.quick { QUICK_SIZES } else { SIZES };
    let lists = sizes.iter().map(|size| measure_list(bench, *size));
    Ok(Licenses { add, lists: lists.collect::<Result<_>>()? })
}

/// Makes licenses one by one and a hundred at a time, in turns.
fn add(bench: &Bench, demo: &Demo, connections: u64) -> Result<Add> {
    say(format!("add at {connections} connections: one license a call, then {BATCH}"));
    let mut rounds = Vec::new();
    for _ in 0..bench.options.rounds() {
        let single = make(demo, connections, connections * SINGLE_CALLS, 1)?;
        let batch = make(demo, connections, connections * BATCH_CALLS, BATCH)?;
        rounds.push((single, batch));
    }
    let over = |value: fn(&(f64, f64)) -> f64| median(rounds.iter().map(value));
    Ok(Add {
        connections,
        batch_calls: over(|(_, batch)| *batch),
        batch_licenses: over(|(_, batch)| batch * BATCH as f64),
        single_calls: over(|(single, _)| *single),
        ratio: over(|(single, batch)| batch * BATCH as f64 / single),
    })
}

/// Makes `amount` licenses in each of so many calls. Returns calls a second.
fn make(demo: &Demo, connections: u64, calls: u64, amount: u64) -> Result<f64> {
    let parameters = move |_| {
        vec![("type", "add".to_owned()), ("expiry", "30".to_owned()), ("amount", amount.to_string())]
    };
    let flood = flood::seller(demo, connections, calls, parameters)?;
    ensure!(flood.acknowledged == calls, "{} of {calls} calls of add succeeded", flood.acknowledged);
    Ok(flood.rate())
}

/// Makes licenses until the demo's application has this many. Returns licenses a second.
///
/// # Errors
/// When a call fails.
pub fn fill(demo: &Demo, licenses: u64) -> Result<f64> {
    say(format!("making {licenses} licenses"));
    let missing = licenses.saturating_sub(demo.licenses.len() as u64);
    ensure!(missing >= BATCH, "the demo has {licenses} licenses already");
    if !missing.is_multiple_of(BATCH) {
        make(demo, 1, 1, missing % BATCH)?;
    }
    Ok(make(demo, flood::CONNECTIONS, missing / BATCH, BATCH)? * BATCH as f64)
}

fn measure_list(bench: &Bench, licenses: u64) -> Result<List> {
    let (server, folder) = bench.fresh_server()?;
    let fill_rate = fill(&server.demo, licenses)?;
    // A fresh process: what filling took is not to hide what listing takes.
    server.stop()?;
    let server = bench.restart(folder.path())?;
    let list = list(&server, licenses, fill_rate)?;
    server.stop()?;
    Ok(list)
}

fn list(server: &Server, licenses: u64, fill_rate: f64) -> Result<List> {
    say(format!("the list of {licenses} licenses"));
    let client = Client::new(&server.demo);
    // The connection and what every first request brings along.
    client.command(&[("type", "setseller")])?;
    let resident_before = process::resident(server.pid())?;
    let lists = list::slowest(&client, server.pid(), LICENSES)?;
    Ok(List {
        licenses,
        counted: lists.rows,
        fill_rate,
        first_byte_ms: lists.first_byte_ms,
        total_ms: lists.total_ms,
        rows_rate: lists.rows as f64 / lists.total_ms * 1e3,
        bytes: lists.bytes,
        resident_before,
        resident_after: process::resident(server.pid())?,
        memory_bytes: lists.memory_bytes,
    })
}
