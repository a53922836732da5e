//! Kill, kill all, list and start-up at growing numbers of live sessions.
//!
//! The sessions are made with real `init`s, and each count must be exact: none that was
//! acknowledged may be missing, before and after a restart.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use xtask::server::Demo;
use xtask::tools::say;

use super::bench::Bench;
use super::client::Client;
use super::stats::median;
use super::{flood, list};

/// Sessions killed one by one.
const KILLS: u64 = 20;
/// The list of them.
const SESSIONS: &str = "fetchallsessions";
/// Kill all is repeated at small sizes, as long as that takes no more sessions than this.
const REFILLED: u64 = 20_000;
/// At most so often.
const MAX_KILL_ALLS: u64 = 5;

/// What was measured with this many live sessions. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Size {
    /// Live sessions.
    pub sessions: u64,
    /// Sessions made a second while filling.
    pub fill_rate: f64,
    /// Sessions in the list; equal to those acknowledged.
    pub counted: u64,
    /// Sessions in the list after killing some and restarting; none lost, none back.
    pub counted_after_restart: u64,
    /// What a correct server has then.
    pub expected_after_restart: u64,
    /// From asking for the list to the first byte of its body; the slowest of some.
    pub list_first_byte_ms: f64,
    /// From asking for the list to its last byte; the slowest of some.
    pub list_total_ms: f64,
    /// Size of the list.
    pub list_bytes: u64,
    /// By how much listing raised the server's resident memory at its peak, in bytes.
    pub list_memory_bytes: u64,
    /// Median reply time of killing one session.
    pub kill_ms: f64,
    /// Reply times of killing all of them.
    pub kill_all_ms: Vec<f64>,
    /// From starting the process to the first 200 of `/readyz`.
    pub start_ms: f64,
}

impl Size {
    /// Median reply time of killing all sessions, in milliseconds.
    pub fn kill_all(&self) -> f64 {
        median(self.kill_all_ms.iter().copied())
    }

    /// Whether no acknowledged session was missing and no killed one came back.
    pub fn exact(&self) -> bool {
        self.counted == self.sessions && self.counted_after_restart == self.expected_after_restart
    }
}

/// Measures at every size, each with a server of its own.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(bench: &Bench) -> Result<Vec<Size>> {
    bench.options.sizes().iter().map(|sessions| measure_size(bench, *sessions)).collect()
}

fn measure_size(bench: &Bench, sessions: u64) -> Result<Size> {
    let (server, folder) = bench.fresh_server()?;
    let fill_rate = fill(&server.demo, sessions)?;
    let client = Client::new(&server.demo);
    let lists = list::slowest(&client, server.pid(), SESSIONS)?;
    let kill_ms = kill_some(&client)?;
    drop(client);
    server.stop()?;

    say("restart");
    let server = bench.restart(folder.path())?;
    let start_ms = millis(server.ready_after);
    let client = Client::new(&server.demo);
    let counted_after_restart = list::fetch(&client, SESSIONS)?.rows;
    let kill_all_ms = kill_all(&client, &server.demo, sessions)?;
    drop(client);
    server.stop()?;
    Ok(Size {
        sessions,
        fill_rate,
        counted: lists.rows,
        counted_after_restart,
        expected_after_restart: sessions - KILLS,
        list_first_byte_ms: lists.first_byte_ms,
        list_total_ms: lists.total_ms,
        list_bytes: lists.bytes,
        list_memory_bytes: lists.memory_bytes,
        kill_ms,
        kill_all_ms,
        start_ms,
    })
}

/// Makes sessions; every one must be acknowledged. Returns sessions a second.
pub fn fill(demo: &Demo, sessions: u64) -> Result<f64> {
    say(format!("making {sessions} sessions"));
    let flood = flood::inits(demo, sessions)?;
    ensure!(flood.acknowledged == sessions, "{} of {sessions} inits were answered", flood.acknowledged);
    Ok(flood.rate())
}

/// Kills some sessions one by one. Returns the median time in milliseconds.
fn kill_some(client: &Client) -> Result<f64> {
    let some = [("type", SESSIONS), ("limit", &KILLS.to_string())];
    let page: Value = serde_json::from_str(&client.seller(&some)?.body_mut().read_to_string()?)?;
    let rows = page["sessions"].as_array().context("the page has no sessions")?;
    ensure!(rows.len() as u64 == KILLS, "the page has {} sessions, not {KILLS}", rows.len());
    let times: Result<Vec<f64>> = rows
        .iter()
        .map(|row| {
            let id = row["id"].as_str().context("a session has no id")?;
            client.command(&[("type", "kill"), ("sessid", id)]).map(millis)
        })
        .collect();
    Ok(median(times?))
}

/// Kills all sessions, several times if they are few. Returns the times in milliseconds.
fn kill_all(client: &Client, demo: &Demo, sessions: u64) -> Result<Vec<f64>> {
    let times = (REFILLED / sessions).clamp(1, MAX_KILL_ALLS);
    let mut took = Vec::new();
    for round in 0..times {
        if round > 0 {
            fill(demo, sessions)?;
        }
        took.push(millis(client.command(&[("type", "killall")])?));
        let left = list::fetch(client, SESSIONS)?.rows;
        ensure!(left == 0, "{left} sessions are listed after kill all");
    }
    Ok(took)
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
