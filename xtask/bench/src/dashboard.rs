//! The dashboard's page of sessions: how long it takes with very many of them, and what a thousand live ones cost.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use form_urlencoded::Serializer;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use xtask::process::{Growth, resident};
use xtask::server::{Demo, Server};
use xtask::tools::say;

use super::bench::Bench;
use super::client::{Api, init_body};
use super::sizes::fill;
use super::stats::median;
use super::wrk::{self, Load, Round};

/// Pages that are live at once.
const LIVE: u64 = 1000;
/// Times that each page is asked for.
const TIMES: usize = 20;
/// Different request bodies.
const BODIES: u64 = 10_000;
/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was measured. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Dashboard {
    /// Live sessions of the first measurements.
    pub sessions: u64,
    /// Median time of the page.
    pub page_ms: f64,
    /// The slowest reply to a filter that matches nothing.
    pub nothing_ms: f64,
    /// By how much these pages raised the server's resident memory at its peak, in bytes.
    pub page_memory_bytes: u64,
    /// Pages that are live.
    pub live: u64,
    /// Resident memory that they take, in bytes.
    pub live_memory_bytes: u64,
    /// `init` before.
    pub alone: Round,
    /// `init` while they are live.
    pub meanwhile: Round,
    /// Rate of the second round by that of the first.
    pub ratio: f64,
}

/// Measures, on one fresh server.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(bench: &Bench) -> Result<Dashboard> {
    let (server, folder) = bench.fresh_server()?;
    let demo = &server.demo;
    let sessions = bench.options.largest_size();
    fill(demo, sessions)?;
    let cookies = sign_in(demo)?;
    say(format!("the page of {sessions} sessions"));
    let path = format!("/dashboard/{}/sessions", demo.app_name);
    let growth = Growth::watch(server.pid())?;
    let page = times(demo, &cookies, &path)?;
    let nothing = times(demo, &cookies, &format!("{path}?ip=203.0.113.9"))?;
    let page_memory_bytes = growth.peak()?;

    let bodies = folder.path().join("init.txt");
    let inits: Vec<String> = (1..=BODIES).map(|number| init_body(demo, Api::V1_2, number)).collect();
    wrk::write_bodies(&bodies, &inits)?;
    let connections = bench.options.connections.last().copied().unwrap_or(128);
    let seconds = bench.options.seconds() * 2;
    let url = demo.url(Api::V1_2.path());
    let load = Load { url: &url, bodies: &bodies, connections, seconds };
    say("init alone");
    let alone = wrk::round(&load)?;
    let (live_memory_bytes, meanwhile) = beside_live(&server, &cookies, &format!("{path}/live"), &load)?;
    server.stop()?;
    Ok(Dashboard {
        sessions,
        page_ms: median(page.iter().copied()),
        nothing_ms: nothing.into_iter().fold(0.0, f64::max),
        page_memory_bytes,
        live: LIVE,
        live_memory_bytes,
        ratio: meanwhile.rate() / alone.rate(),
        alone,
        meanwhile,
    })
}

/// Opens the live pages, and loads `init` beside them. Returns the memory that they take, and the round.
fn beside_live(server: &Server, cookies: &str, path: &str, load: &Load) -> Result<(u64, Round)> {
    say(format!("{LIVE} live pages, and init beside them"));
    let before = resident(server.pid())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let request = head("GET", path, server.demo.authority(), cookies, 0);
    let opened: &'static AtomicU64 = Box::leak(Box::default());
    for n in 0..LIVE {
        // One address may not have so many.
        let from: SocketAddr = format!("127.0.0.{}:0", 10 + n % 10).parse()?;
        let (address, request) = (server.demo.authority().to_owned(), request.clone());
        runtime.spawn(async move {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(from)?;
            let mut stream = socket.connect(address.parse()?).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut part = vec![0; 16 * 1024];
            let size = stream.read(&mut part).await?;
            ensure!(part[..size].starts_with(b"HTTP/1.1 200 "), "a live page was refused");
            opened.fetch_add(1, Ordering::Relaxed);
            while stream.read(&mut part).await? > 0 {}
            anyhow::Ok(())
        });
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let reading = thread::spawn(move || runtime.block_on(async { drop(stopped.await) }));
    let begun = Instant::now();
    while opened.load(Ordering::Relaxed) < LIVE {
        if begun.elapsed() > PATIENCE {
            bail!("only {} of {LIVE} live pages were opened", opened.load(Ordering::Relaxed));
        }
        thread::sleep(Duration::from_millis(20));
    }
    let idle = resident(server.pid())?.saturating_sub(before);
    let round = wrk::round(load)?;
    drop(stop);
    let _ = reading.join();
    Ok((idle, round))
}

/// Asks for a page again and again; how long each reply took.
pub fn times(demo: &Demo, cookies: &str, path: &str) -> Result<Vec<f64>> {
    let ask = |_| {
        let begun = Instant::now();
        let reply = send(demo, &head("GET", path, demo.authority(), cookies, 0))?;
        ensure!(reply.starts_with("HTTP/1.1 200 "), "{path} was answered with {reply:.300}");
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    (0..TIMES).map(ask).collect()
}

/// Signs the demo's owner in; the cookies of that.
pub fn sign_in(demo: &Demo) -> Result<String> {
    const PATH: &str = "/dashboard/-/sign-in";
    let page = send(demo, &head("GET", PATH, demo.authority(), "", 0))?;
    let visit = cookies(&page);
    let (_, rest) = page.split_once("name=\"token\" value=\"").context("the sign-in page has no form")?;
    let token = rest.split('"').next().unwrap_or_default();
    let mut form = Serializer::new(String::new());
    form.append_pair("token", token).append_pair("name", &demo.dashboard.username);
    let form = form.append_pair("password", &demo.dashboard.password).finish();
    let request = head("POST", PATH, demo.authority(), &visit, form.len()) + &form;
    let reply = send(demo, &request)?;
    ensure!(reply.starts_with("HTTP/1.1 303 "), "the owner could not sign in: {reply:.300}");
    Ok(cookies(&reply))
}

/// The cookies that a reply sets, as a header's value.
fn cookies(reply: &str) -> String {
    let lines = reply.split("\r\n\r\n").next().unwrap_or_default().lines();
    let set = lines
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let pairs: Vec<&str> = set.filter_map(|(_, value)| value.split(';').next()).collect();
    pairs.join("; ")
}

/// A request's first lines.
pub fn head(method: &str, path: &str, host: &str, cookies: &str, length: usize) -> String {
    let close = if path.ends_with("/live") { "" } else { "Connection: close\r\n" };
    let form = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";
    let body = if method == "POST" { format!("{form}Content-Length: {length}\r\n") } else { String::new() };
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{close}Cookie: {cookies}\r\n{body}\r\n")
}

/// Sends a request; the reply as a whole.
pub fn send(demo: &Demo, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(demo.authority()).context("cannot connect to the server")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply)?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept() {
        let reply = "HTTP/1.1 303 See Other\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2; HttpOnly\r\n\r\nset-cookie: c=3;";
        assert_eq!(cookies(reply), "a=1; b=2");
    }
}
