//! Latency of `init` while the rows of killed sessions are swept, against the same load before.

use anyhow::Result;
use serde::Serialize;
use xtask::tools::say;

use super::bench::Bench;
use super::client::{Api, Client, init_body};
use super::sizes::fill;
use super::wrk::{self, Load, Round};

/// Different request bodies.
const BODIES: u64 = 10_000;
/// Length of each of the two loads in seconds: long enough that the sweeper shows in the p99.
const SECONDS: u32 = 10;
/// The same with `--quick`.
const QUICK_SECONDS: u32 = 3;

/// Two rounds of the same load in one run.
#[derive(Debug, Serialize)]
pub struct Sweep {
    /// Sessions that were killed at once, at least.
    pub killed: u64,
    /// Reply time of killing them, in milliseconds, right after the first round.
    pub kill_all_ms: f64,
    /// Connections of both rounds.
    pub connections: u32,
    /// Before.
    pub quiet: Round,
    /// From the reply to kill all on.
    pub sweeping: Round,
    /// p99 of the second round by that of the first.
    pub ratio: f64,
}

/// Fills a fresh server, loads it, kills all, loads it again.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(bench: &Bench) -> Result<Sweep> {
    let (server, folder) = bench.fresh_server()?;
    let demo = &server.demo;
    let bodies = folder.path().join("init.txt");
    let inits: Vec<String> = (1..=BODIES).map(|number| init_body(demo, Api::V1_2, number)).collect();
    wrk::write_bodies(&bodies, &inits)?;
    let connections = bench.options.connections.first().copied().unwrap_or(32);
    let seconds = if bench.options.quick { QUICK_SECONDS } else { SECONDS };
    let url = demo.url(Api::V1_2.path());
    let load = Load { url: &url, bodies: &bodies, connections, seconds };

    let killed = bench.options.largest_size();
    fill(demo, killed)?;
    let client = Client::new(demo);
    say(format!("init at {connections} connections, before the sweep"));
    let quiet = wrk::round(&load)?;
    let took = client.command(&[("type", "killall")])?;
    say("init at the same load, while killed sessions are swept");
    let sweeping = wrk::round(&load)?;
    drop(client);
    server.stop()?;
    let ratio = sweeping.p99 as f64 / quiet.p99.max(1) as f64;
    Ok(Sweep { killed, kill_all_ms: took.as_secs_f64() * 1e3, connections, quiet, sweeping, ratio })
}
