//! Logins a second, by the Argon2id rate of the machine's cores, which no login can beat.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use argon2::{Argon2, PasswordHasher};
use serde::Serialize;
use xtask::server::Demo;
use xtask::tools::say;

use super::bench::Bench;
use super::client::{Api, Client, form};
use super::stats::median;
use super::wrk::{self, Load, Round};

/// Users that log in, each in a session of its own.
const USERS: usize = 40;
/// Enough for every hashing thread to have work, and few enough not to fill their queue.
const CONNECTIONS: u32 = 32;
const PASSWORD: &str = "correct horse battery staple";

/// One line of the table: medians over the rounds. Latencies are in microseconds.
#[derive(Debug, Serialize)]
pub struct Row {
    /// `login` or `license`.
    pub operation: &'static str,
    /// Connections that each wait for a reply before the next request.
    pub connections: u32,
    /// Replies a second.
    pub rate: f64,
    /// 99 of 100 replies came within this time.
    pub p99: f64,
    /// Hashes a second of all cores together, with nothing else to do.
    pub ceiling: f64,
    /// Median over the rounds of our rate by the ceiling, measured right before it.
    pub ratio: f64,
    /// The rounds themselves.
    pub rounds: Vec<Pair>,
}

/// A measurement of the ceiling and the round of the server that followed it.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// Hashes a second of all cores.
    pub ceiling: f64,
    /// The server.
    pub real: Round,
}

/// Measures both ways to log in on one fresh server.
///
/// # Errors
/// When the server answers wrongly or something cannot be started.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let (server, folder) = bench.fresh_server()?;
    let (demo, client) = (&server.demo, Client::new(&server.demo));
    let (users, keys) = demo.licenses.split_at(USERS.min(demo.licenses.len()));
    let logins = users.iter().enumerate().map(|(number, license)| {
        let (session, name) = (client.init(Api::V1_2)?, format!("bench-user-{number}"));
        let hwid = format!("bench-hardware-{number:020}");
        let login = [("username", name.as_str()), ("pass", PASSWORD), ("hwid", &hwid)];
        let register = [&login[..], &[("key", license)]].concat();
        client.post(Api::V1_2, &form(demo, "register", &session, &register))?;
        Ok(form(demo, "login", &session, &login))
    });
    let logins = logins.collect::<Result<Vec<String>>>()?;
    let licenses = keys.iter().take(USERS).map(|key| client.sign_in(Api::V1_2, key));
    let licenses: Vec<String> = licenses.map(|signed_in| Ok(signed_in?.again)).collect::<Result<_>>()?;
    let rows = vec![
        row(bench, demo, "login", &logins, folder.path())?,
        row(bench, demo, "license", &licenses, folder.path())?,
    ];
    server.stop()?;
    Ok(rows)
}

fn row(bench: &Bench, demo: &Demo, operation: &'static str, bodies: &[String], folder: &Path) -> Result<Row> {
    say(format!("{operation} of API 1.2 at {CONNECTIONS} connections"));
    let file = folder.join(format!("{operation}.txt"));
    wrk::write_bodies(&file, bodies)?;
    let seconds = bench.options.seconds();
    let url = demo.url(Api::V1_2.path());
    let client = Client::new(demo);
    let mut rounds = Vec::new();
    for _ in 0..bench.options.rounds() {
        let ceiling = hashes_a_second(Duration::from_secs(seconds.into()))?;
        let real = wrk::round(&Load { url: &url, bodies: &file, connections: CONNECTIONS, seconds })?;
        // Failures have status 200 too, but are far shorter.
        let success = client.post(Api::V1_2, &bodies[0])?.body.len();
        ensure!(real.reply_size() > success as f64, "some requests of this load were refused");
        rounds.push(Pair { ceiling, real });
    }
    let over = |value: fn(&Pair) -> f64| median(rounds.iter().map(value));
    Ok(Row {
        operation,
        connections: CONNECTIONS,
        rate: over(|pair| pair.real.rate()),
        p99: over(|pair| pair.real.p99 as f64),
        ceiling: over(|pair| pair.ceiling),
        ratio: over(|pair| pair.real.rate() / pair.ceiling),
        rounds,
    })
}

/// What all cores together reach when they do nothing else, with the server's parameters.
fn hashes_a_second(length: Duration) -> Result<f64> {
    let cores = thread::available_parallelism().context("cannot count the cores")?.get();
    let threads: Vec<_> = (0..cores).map(|_| thread::spawn(move || hash_for(length))).collect();
    threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?).sum()
}

/// Hashes a second of one core.
fn hash_for(length: Duration) -> Result<f64> {
    let argon2 = Argon2::default();
    let (start, mut hashes) = (Instant::now(), 0u32);
    while start.elapsed() < length {
        argon2.hash_password(PASSWORD.as_bytes()).map_err(|error| anyhow!("cannot hash: {error}"))?;
        hashes += 1;
    }
    Ok(f64::from(hashes) / start.elapsed().as_secs_f64())
}
