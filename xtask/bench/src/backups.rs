//! Backups of a large server, and what is done with them: how long each work takes, how much memory, and how many `init`s
//! the server answers meanwhile.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use comfy_table::Table;
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;
use xtask::process;
use xtask::server::{Demo, Server, data_dir};
use xtask::tools::{interrupt, say};

use super::bench::Bench;
use super::bulk::{OTHER_APP, make_other_app};
use super::grid::{mib, table, whole};
use super::load::Load;
use super::sizes;
use super::tables::{Database, fill};

/// Licenses, and as many users, unless said otherwise.
const ROWS: u64 = 300_000;
/// The same with `--quick`.
const QUICK_ROWS: u64 = 20_000;
/// Connections of the load.
const CONNECTIONS: u32 = 32;
/// How long the load alone goes on before each work that it is beside.
const ALONE: Duration = Duration::from_secs(5);
/// How often memory is read.
const POLL: Duration = Duration::from_millis(20);

/// What was measured of one work.
#[derive(Debug, Serialize)]
pub struct Work {
    /// Its command, and the database.
    pub what: String,
    /// From the start of its process to its end, in seconds.
    pub seconds: f64,
    /// Resident memory of its process at its peak, in bytes.
    pub peak_bytes: u64,
    /// The rate of `init`s meanwhile by that alone; `None` where no server may run.
    pub ratio: Option<f64>,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub struct Backups {
    /// Live sessions.
    pub sessions: u64,
    /// Licenses, and as many users.
    pub rows: u64,
    /// In the order in which it was done.
    pub work: Vec<Work>,
}

/// Backs a large server up, looks the backup through, restores it, and moves it to PostgreSQL and back.
///
/// # Errors
/// When a command fails or what came of it has other rows than the server had.
pub fn measure(bench: &Bench) -> Result<Backups> {
    let (sessions, quick) = (bench.options.largest_size(), bench.options.quick);
    let rows = bench.options.rows.unwrap_or(if quick { QUICK_ROWS } else { ROWS });
    let (server, folder) = bench.fresh_server()?;
    server.stop()?;
    make_other_app(bench, folder.path())?;
    say(format!("making {rows} licenses and users"));
    fill(bench, &Database::sqlite(), folder.path(), rows)?;
    let server = bench.restart(folder.path())?;
    sizes::fill(&server.demo, sessions)?;
    let (server, mut work) = beside_inits(bench, server, folder.path())?;
    server.stop()?;
    work.extend(moves(bench, &folder)?);
    Ok(Backups { sessions, rows, work })
}

/// What is done while the server runs.
fn beside_inits(bench: &Bench, server: Server, folder: &Path) -> Result<(Server, Vec<Work>)> {
    let place = folder.join("backups");
    // The demo's own application has as many sessions as one may.
    let other = Demo { app_name: OTHER_APP.to_owned(), ..server.demo.clone() };
    let mut load = Load::start(&other, CONNECTIONS)?;
    let mut work = Vec::new();
    let mut measured = |what: &str, command: &mut Command| -> Result<Value> {
        load.lap()?;
        thread::sleep(ALONE);
        let alone = load.lap()?.rate();
        let (done, told) = timed(what, command)?;
        let ratio = load.lap()?.rate() / alone;
        work.push(Work { ratio: Some(ratio), ..done });
        Ok(told)
    };
    let of = |words: [&str; 2], data: &Path| {
        let mut command = claviger(bench, &words, data);
        command.arg("--place").arg(&place);
        command
    };
    let data = data_dir(folder);
    let made = measured("backup create", of(["backup", "create"], &data).arg("--json"))?;
    let name = made["name"].as_str().context("a backup has a name")?.to_owned();
    measured("backup verify", of(["backup", "verify"], &data).arg(&name))?;
    let restored = folder.join("restored");
    measured("backup restore", of(["backup", "restore"], &restored).arg(&name))?;
    let gently = folder.join("restored-gently");
    measured("backup restore --gentle", of(["backup", "restore"], &gently).args(["--gentle", &name]))?;
    load.stop()?;
    Ok((server, work))
}

/// To PostgreSQL and back.
fn moves(bench: &Bench, folder: &TempDir) -> Result<Vec<Work>> {
    let database = Database::postgres()?;
    let address = database.url().context("PostgreSQL has an address")?;
    let (data, back) = (data_dir(folder.path()), folder.path().join("back.db"));
    let (sqlite, back) = (data.join("claviger.db").display().to_string(), back.display().to_string());
    let mut work = Vec::new();
    for (what, from, to) in [
        ("migrate-store, SQLite to PostgreSQL", &sqlite, &address),
        ("migrate-store, PostgreSQL to SQLite", &address, &back),
    ] {
        let mut command = claviger(bench, &["migrate-store"], &data);
        work.push(timed(what, command.args(["--from", from, "--to", to]))?.0);
    }
    database.stop()?;
    Ok(work)
}

fn claviger(bench: &Bench, words: &[&str], data: &Path) -> Command {
    let mut command = Command::new(PathBuf::from(&bench.claviger));
    command.args(words).arg("--data-dir").arg(data);
    command
}

/// Runs a command and watches its memory; returns what it tells, too.
fn timed(what: &str, command: &mut Command) -> Result<(Work, Value)> {
    say(what);
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut peak_bytes = 0;
    while child.try_wait()?.is_none() {
        interrupt::check()?;
        // Gone with the process, whose last moments count for little.
        peak_bytes = process::peak(child.id()).unwrap_or_default().max(peak_bytes);
        thread::sleep(POLL);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{what} failed: {}", String::from_utf8_lossy(&output.stdout));
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok((Work { what: what.to_owned(), seconds, peak_bytes, ratio: None }, told))
}

/// As a table.
pub fn shown(measured: &Backups) -> Table {
    let mut shown = table(&["work", "s", "peak MiB", "init meanwhile, by that alone"]);
    for Work { what, seconds, peak_bytes, ratio } in &measured.work {
        let ratio = ratio.map_or_else(|| "no server runs".to_owned(), |ratio| format!("{ratio:.2}"));
        shown.add_row([what.clone(), whole(*seconds), mib(*peak_bytes), ratio]);
    }
    shown
}
