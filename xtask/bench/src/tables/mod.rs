//! The dashboard's tables of licenses and users with very many rows, on both databases: pages, searches, files, a change of
//! all that match, an import, and the palette.

mod database;
mod fill;
mod palette;
mod shown;
mod work;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use xtask::process::Growth;
use xtask::server::Demo;
use xtask::tools::{interrupt, say};

pub use self::database::Database;
pub use self::fill::fill;
use self::palette::Palette;
pub use self::shown::shown;
use self::work::Work;
use super::bench::Bench;
use super::dashboard::{head, sign_in, times};
use super::stats::median;

/// Licenses, and as many users, unless said otherwise.
const ROWS: u64 = 1_000_000;
/// The same with `--quick`.
const QUICK_ROWS: u64 = 50_000;

/// The pages that are asked for, and whether one may take as long as all rows take to be looked through.
const PAGES: [(&str, bool); 16] = [
    ("licenses", false),
    ("licenses?at=50", false),
    ("licenses?order=name", false),
    ("licenses?begins=key-0077", false),
    ("licenses?key=777-", true),
    ("licenses?key=nothing", true),
    ("licenses?state=banned", true),
    ("users", false),
    ("users?at=50", false),
    ("users?order=name", false),
    ("users?begins=user-0077", false),
    ("users?name=777-", true),
    ("users?name=nothing", true),
    ("users?ip=10.1.2.3", true),
    ("users?device=device-77777", true),
    ("users?ends=1", true),
];

/// A page with very many rows behind it. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Its address within the application's pages.
    pub address: &'static str,
    /// Whether all rows may have to be looked through for it.
    pub looks_through: bool,
    /// The first time after a start of the server.
    pub first_ms: f64,
    /// Median time.
    pub median_ms: f64,
    /// The slowest time.
    pub slowest_ms: f64,
}

/// A file of all rows. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct File {
    /// What is in it.
    pub of: &'static str,
    /// From asking for it to the first byte.
    pub first_byte_ms: f64,
    /// To the last byte.
    pub total_ms: f64,
    /// Its size.
    pub bytes: u64,
    /// By how much it raised the server's resident memory at its peak, in bytes.
    pub memory_bytes: u64,
}

/// What was measured on one database.
#[derive(Debug, Serialize)]
pub struct Tables {
    /// Which one.
    pub database: &'static str,
    /// Licenses, and as many users.
    pub rows: u64,
    /// The pages.
    pub pages: Vec<Page>,
    /// By how much they raised the server's resident memory at its peak, in bytes.
    pub page_memory_bytes: u64,
    /// The box on top of every page.
    pub palette: Palette,
    /// Files of all licenses and of all users.
    pub files: Vec<File>,
    /// Changes of a fifth, and an import.
    pub work: Vec<Work>,
}

/// Measures, on a fresh server with each database.
///
/// # Errors
/// When the server answers wrongly.
pub fn measure(bench: &Bench) -> Result<Vec<Tables>> {
    let mut measured = Vec::new();
    for database in [Database::sqlite(), Database::postgres()?] {
        measured.push(measure_on(bench, &database)?);
        database.stop()?;
    }
    Ok(measured)
}

fn measure_on(bench: &Bench, database: &Database) -> Result<Tables> {
    let rows = bench.options.rows.unwrap_or(if bench.options.quick { QUICK_ROWS } else { ROWS });
    let name = database.name();
    let (server, folder) = bench.fresh_server_on(database.url().as_deref())?;
    server.stop()?;
    say(format!("making {rows} licenses and users on {name}"));
    fill(bench, database, folder.path(), rows)?;
    // A fresh process, with the caches of the system and of PostgreSQL as filling left them.
    let server = bench.restart_on(folder.path(), database.url().as_deref())?;
    let demo = &server.demo;
    let cookies = sign_in(demo)?;
    let base = format!("/dashboard/{}/", demo.app_name);
    // What every first request brings along.
    times(demo, &cookies, &format!("{base}webhooks"))?;
    say(format!("pages of the tables on {name}"));
    let growth = Growth::watch(server.pid())?;
    let pages = PAGES.iter().map(|page| measure_page(demo, &cookies, &base, *page)).collect::<Result<_>>()?;
    let page_memory_bytes = growth.peak()?;
    say(format!("the palette on {name}"));
    let palette = palette::measure(&server, &cookies)?;
    let mut files = Vec::new();
    for of in ["licenses", "users"] {
        say(format!("a file of all {of} on {name}"));
        let growth = Growth::watch(server.pid())?;
        let file = download(demo, &cookies, &format!("{base}{of}/export?format=csv"))?;
        files.push(File { of, memory_bytes: growth.peak()?, ..file });
    }
    let work = work::measure(demo, &cookies, &base, rows)?;
    server.stop()?;
    Ok(Tables { database: name, rows, pages, page_memory_bytes, palette, files, work })
}

fn measure_page(
    demo: &Demo,
    cookies: &str,
    base: &str,
    (address, looks_through): (&'static str, bool),
) -> Result<Page> {
    let times = times(demo, cookies, &format!("{base}{address}"))?;
    let slowest_ms = times.iter().copied().fold(0.0, f64::max);
    let first_ms = times.first().copied().unwrap_or_default();
    Ok(Page { address, looks_through, first_ms, median_ms: median(times), slowest_ms })
}

/// Takes a file.
fn download(demo: &Demo, cookies: &str, path: &str) -> Result<File> {
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
    let (first_byte_ms, total_ms) = (first.as_secs_f64() * 1e3, begun.elapsed().as_secs_f64() * 1e3);
    Ok(File { of: "", first_byte_ms, total_ms, bytes, memory_bytes: 0 })
}
