//! The dashboard's tables of licenses and users with very many rows: pages, searches, files, and a change of all that match.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use form_urlencoded::Serializer;
use rusqlite::Connection;
use serde::Serialize;
use xtask::process::Growth;
use xtask::server::{Demo, data_dir};
use xtask::tools::{interrupt, say};

use super::bench::Bench;
use super::dashboard::{head, send, sign_in, times};
use super::stats::median;

/// Licenses, and as many users, unless said otherwise.
const ROWS: u64 = 1_000_000;
/// The same with `--quick`.
const QUICK_ROWS: u64 = 50_000;
/// Longer than any change may take.
const LIMIT: Duration = Duration::from_secs(900);

/// The pages that are asked for.
const PAGES: [&str; 14] = [
    "licenses",
    "licenses?at=50",
    "licenses?order=name",
    "licenses?begins=key-0077",
    "licenses?key=777-",
    "licenses?key=nothing",
    "licenses?state=banned",
    "users",
    "users?at=50",
    "users?begins=user-0077",
    "users?name=nothing",
    "users?ip=10.1.2.3",
    "users?device=device-77777",
    "users?ends=1",
];

/// A page with very many rows behind it. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Its address within the application's pages.
    pub address: &'static str,
    /// Median time.
    pub median_ms: f64,
    /// The slowest time.
    pub slowest_ms: f64,
}

/// What was measured. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Tables {
    /// Licenses, and as many users.
    pub rows: u64,
    /// The pages.
    pub pages: Vec<Page>,
    /// By how much they raised the server's resident memory at its peak, in bytes.
    pub page_memory_bytes: u64,
    /// From asking for all licenses as CSV to the first byte.
    pub file_first_byte_ms: f64,
    /// To the last byte.
    pub file_ms: f64,
    /// Size of the file.
    pub file_bytes: u64,
    /// By how much it raised the server's resident memory at its peak, in bytes.
    pub file_memory_bytes: u64,
    /// From saying yes to a change of a fifth of all licenses to the reply.
    pub change_reply_ms: f64,
    /// Until all were changed.
    pub change_ms: f64,
}

/// Measures, on one fresh server.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(bench: &Bench) -> Result<Tables> {
    let rows = bench.options.rows.unwrap_or(if bench.options.quick { QUICK_ROWS } else { ROWS });
    let (server, folder) = bench.fresh_server()?;
    server.stop()?;
    say(format!("making {rows} licenses and users"));
    fill(folder.path(), rows)?;
    let server = bench.restart(folder.path())?;
    let demo = &server.demo;
    let cookies = sign_in(demo)?;
    let base = format!("/dashboard/{}/", demo.app_name);
    for page in ["licenses", "users"] {
        times(demo, &cookies, &format!("{base}{page}"))?;
    }
    say("pages of the tables");
    let growth = Growth::watch(server.pid())?;
    let mut pages = Vec::new();
    for address in PAGES {
        let times = times(demo, &cookies, &format!("{base}{address}"))?;
        let slowest_ms = times.iter().copied().fold(0.0, f64::max);
        pages.push(Page { address, median_ms: median(times.iter().copied()), slowest_ms });
    }
    let page_memory_bytes = growth.peak()?;
    say("a file of all licenses");
    let growth = Growth::watch(server.pid())?;
    let file = download(demo, &cookies, &format!("{base}licenses/export?format=csv"))?;
    let file_memory_bytes = growth.peak()?;
    say("a change of a fifth of them");
    let (change_reply_ms, change_ms) = change(demo, &cookies, &base)?;
    server.stop()?;
    Ok(Tables {
        rows,
        pages,
        page_memory_bytes,
        file_first_byte_ms: file.0,
        file_ms: file.1,
        file_bytes: file.2,
        file_memory_bytes,
        change_reply_ms,
        change_ms,
    })
}

/// Makes the rows past the program, which is stopped: a million take seconds.
fn fill(folder: &Path, rows: u64) -> Result<()> {
    let file = data_dir(folder).join("claviger.db");
    let database = Connection::open(&file).with_context(|| format!("cannot open {}", file.display()))?;
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
         SELECT app, 1000 + i"
    );
    let of_app = "FROM n, (SELECT id AS app FROM apps LIMIT 1)";
    let name = "substr('000000' || i, length('' || i)) || '-' || (i * 7919 % 1000003)";
    database.execute_batch(&format!(
        "INSERT INTO licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate)
         {numbers}, 'KEY-' || {name}, 'key-' || {name}, CASE WHEN i % 3 = 0 THEN 'batch ' || i / 1000 END, 86400,
             CASE WHEN i % 5 = 0 THEN 'Used' WHEN i % 997 = 0 THEN 'Banned' ELSE 'Not Used' END, '1', 'demo',
             1735689600 + i * 60 {of_app};
         INSERT INTO users (app, id, username, username_folded, hwids, ip, owner, created, last_login)
         {numbers}, 'User-' || {name}, 'user-' || {name}, 'device-' || i,
             '10.' || i % 256 || '.' || i / 256 % 256 || '.' || i / 65536 % 256, 'demo', 1735689600 + i * 60, 1767225600
             {of_app};
         INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, paused)
         {numbers}, i, 'default', 2000000000 + i, 0 {of_app};
         UPDATE counters SET value = value + {rows} + 1000;"
    ))?;
    Ok(())
}

/// Takes a file: the first byte and the last one in milliseconds, and its size.
fn download(demo: &Demo, cookies: &str, path: &str) -> Result<(f64, f64, u64)> {
    let mut stream = TcpStream::connect(demo.authority()).context("cannot connect to the server")?;
    let begun = Instant::now();
    stream.write_all(head("GET", path, demo.authority(), cookies, 0).as_bytes())?;
    let mut part = vec![0; 64 * 1024];
    let size = stream.read(&mut part)?;
    ensure!(part[..size].starts_with(b"HTTP/1.1 200 "), "the file was refused");
    let (first, mut bytes) = (begun.elapsed(), size as u64);
    loop {
        interrupt::check()?;
        match stream.read(&mut part)? {
            0 => break,
            size => bytes += size as u64,
        }
    }
    Ok((first.as_secs_f64() * 1e3, begun.elapsed().as_secs_f64() * 1e3, bytes))
}

/// Changes the used licenses: milliseconds until the reply, and until the job's page says that it is done.
fn change(demo: &Demo, cookies: &str, base: &str) -> Result<(f64, f64)> {
    let page = send(demo, &head("GET", &format!("{base}licenses"), demo.authority(), cookies, 0))?;
    let (_, rest) = page.split_once("name=\"token\" value=\"").context("the page has no form")?;
    let mut form = Serializer::new(String::new());
    form.append_pair("token", rest.split('"').next().unwrap_or_default());
    for (name, value) in [("state", "used"), ("all", "yes"), ("act", "note"), ("act_note", "bench")] {
        form.append_pair(name, value);
    }
    let form = form.finish();
    let begun = Instant::now();
    let path = format!("{base}licenses/change");
    let reply = send(demo, &(head("POST", &path, demo.authority(), cookies, form.len()) + &form))?;
    let replied = begun.elapsed();
    let to =
        reply.lines().find_map(|line| line.strip_prefix("location: ")).context("the change was refused")?;
    while to.contains("/jobs/") {
        interrupt::check()?;
        ensure!(begun.elapsed() < LIMIT, "the change was not carried out within {LIMIT:?}");
        if send(demo, &head("GET", to, demo.authority(), cookies, 0))?.contains(">done</span>") {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok((replied.as_secs_f64() * 1e3, begun.elapsed().as_secs_f64() * 1e3))
}
