//! The load generator `wrk`, from the distribution.

use std::path::Path;
use std::process::Command;
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use xtask::tools::{apt, command};

/// Sends the lines of a file as request bodies.
const SCRIPT: &str = include_str!("post.lua");
/// More threads than this only take cores from the server.
const MAX_THREADS: usize = 2;

/// Installs wrk if it is missing.
///
/// # Errors
/// When it can't be installed.
pub fn install() -> Result<()> {
    // `wrk -v` prints its version and fails, so look for the file instead.
    if command::succeeds(Command::new("sh").args(["-c", "command -v wrk"])) {
        return Ok(());
    }
    apt::install(&["wrk"], "the benchmark's load")
}

/// What one round of load showed. Latencies are in microseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Round {
    /// Replies received.
    pub requests: u64,
    /// Length of the round in microseconds.
    pub micros: u64,
    /// Bytes of all replies, headers included.
    pub bytes: u64,
    /// Connections that failed and replies with a status of 400 or more.
    pub errors: u64,
    /// Half of the replies came within this time.
    pub p50: u64,
    /// 99 of 100 replies came within this time.
    pub p99: u64,
    /// The slowest reply.
    pub max: u64,
}

impl Round {
    /// Replies a second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 * 1e6 / self.micros as f64
    }

    /// Mean size of a reply in bytes, headers included.
    pub fn reply_size(&self) -> f64 {
        self.bytes as f64 / self.requests as f64
    }
}

/// A load: where to, and with which bodies.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// The full URL.
    pub url: &'a str,
    /// A file with one request body a line; written by [`write_bodies`].
    pub bodies: &'a Path,
    /// Connections that each wait for a reply before the next request.
    pub connections: u32,
    /// Length in seconds.
    pub seconds: u32,
}

/// Writes the file of request bodies and the script beside it.
///
/// # Errors
/// When it cannot be written or there are no bodies.
pub fn write_bodies(file: &Path, bodies: &[String]) -> Result<()> {
    ensure!(!bodies.is_empty(), "there are no request bodies to send");
    fs::write(file, bodies.join("\n") + "\n").context("cannot write the request bodies")?;
    fs::write(file.with_extension("lua"), SCRIPT).context("cannot write wrk's script")
}

/// Runs one round.
///
/// # Errors
/// When wrk fails, or a request did.
pub fn round(load: &Load) -> Result<Round> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(MAX_THREADS).min(load.connections as usize).max(1);
    let mut wrk = Command::new("wrk");
    wrk.arg(format!("--threads={threads}")).arg(format!("--connections={}", load.connections));
    wrk.arg(format!("--duration={}s", load.seconds)).args(["--timeout=10s", "--script"]);
    wrk.arg(load.bodies.with_extension("lua")).arg(load.url).arg("--").arg(load.bodies);
    let round = parse(&command::run_quietly(&mut wrk)?)?;
    ensure!(round.requests > 0, "no reply came from {}", load.url);
    ensure!(round.errors == 0, "{} of {} requests to {} failed", round.errors, round.requests, load.url);
    Ok(round)
}

fn parse(printed: &str) -> Result<Round> {
    let line = printed.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line = line.with_context(|| format!("wrk printed no result:\n{printed}"))?;
    serde_json::from_str(line).context("wrk printed an unexpected result")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_found_in_what_wrk_prints() {
        let printed = "Running 5s test\n  2 threads\n\
            RESULT {\"requests\":500,\"micros\":5000000,\"bytes\":50000,\"errors\":0,\"p50\":90,\"p99\":400,\"max\":900}\n";
        let round = parse(printed).unwrap();
        assert_eq!((round.rate(), round.reply_size(), round.p99), (100.0, 100.0, 400));
        assert!(parse("unable to connect").is_err());
    }
}
