//! A steady load of `init`s, cut into laps while something else goes on.
//!
//! Every reply's time is kept, so the slowest of a lap is exact.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use xtask::server::Demo;

use super::client::{Api, init_body};
use super::connection::Connection;

/// Reply times of one connection since the last lap, in microseconds.
type Times = Arc<Mutex<Vec<u64>>>;

/// What one lap showed. Latencies are in microseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Lap {
    /// Replies.
    pub requests: u64,
    /// Length in seconds.
    pub seconds: f64,
    /// Half of the replies came within this time.
    pub p50: u64,
    /// 99 of 100 replies came within this time.
    pub p99: u64,
    /// 999 of 1000 replies came within this time.
    pub p999: u64,
    /// The slowest reply.
    pub slowest: u64,
}

impl Lap {
    /// Replies a second.
    pub fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }
}

/// A running load. Dropping it ends it.
#[derive(Debug)]
pub struct Load {
    runtime: Runtime,
    over: Arc<AtomicBool>,
    connections: Vec<(JoinHandle<Result<()>>, Times)>,
    begun: Instant,
}

impl Load {
    /// Starts `init`s of API 1.2 on some connections, each waiting for a reply before the next request.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(demo: &Demo, connections: u32) -> Result<Self> {
        // One thread: it must not take more of the cores from the server than it needs.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let over = Arc::new(AtomicBool::new(false));
        let connections = (0..connections).map(|number| {
            let times = Times::default();
            let task = run(demo.clone(), u64::from(number), Arc::clone(&over), Arc::clone(&times));
            (runtime.spawn(task), times)
        });
        let connections = connections.collect();
        Ok(Self { runtime, over, connections, begun: Instant::now() })
    }

    /// Ends the lap that runs and begins the next one. Without a reply, all its times are 0.
    ///
    /// # Errors
    /// When an `init` failed.
    pub fn lap(&mut self) -> Result<Lap> {
        ensure!(self.connections.iter().all(|(task, _)| !task.is_finished()), self.complaint());
        let seconds = mem::replace(&mut self.begun, Instant::now()).elapsed().as_secs_f64();
        let mut times = Vec::new();
        for (_, own) in &self.connections {
            times.append(&mut own.lock().unwrap_or_else(PoisonError::into_inner));
        }
        times.sort_unstable();
        let of_1000 = |part: usize| times.get(times.len() * part / 1000).copied().unwrap_or_default();
        let slowest = times.last().copied().unwrap_or_default();
        let (p50, p99, p999) = (of_1000(500), of_1000(990), of_1000(999));
        Ok(Lap { requests: times.len() as u64, seconds, p50, p99, p999, slowest })
    }

    /// Ends the load.
    ///
    /// # Errors
    /// When an `init` failed.
    pub fn stop(mut self) -> Result<()> {
        self.over.store(true, Ordering::Relaxed);
        for (task, _) in mem::take(&mut self.connections) {
            self.runtime.block_on(task)??;
        }
        Ok(())
    }

    /// Why a connection has ended.
    fn complaint(&mut self) -> String {
        self.over.store(true, Ordering::Relaxed);
        let ended = mem::take(&mut self.connections).into_iter().filter(|(task, _)| task.is_finished());
        let errors = ended.filter_map(|(task, _)| self.runtime.block_on(task).ok()?.err());
        errors.map(|error| format!("{error:#}")).next().unwrap_or_else(|| "the load ended".to_owned())
    }
}

/// One connection, until it is over.
async fn run(demo: Demo, number: u64, over: Arc<AtomicBool>, times: Times) -> Result<()> {
    let mut connection = Connection::open(demo.authority()).await?;
    let body = init_body(&demo, Api::V1_2, number);
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let reply = connection.post(Api::V1_2.path(), &body).await?;
        let took = start.elapsed().as_micros() as u64;
        if !reply.contains(r#""success":true"#) {
            bail!("an init was answered with {reply}");
        }
        times.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }
    Ok(())
}
