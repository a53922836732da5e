//! Changes of all users or licenses of an application: how soon they are answered, how soon they are carried out, and
//! how long another application's `init`s take meanwhile.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use serde_json::Value;
use xtask::server::{Demo, Server, data_dir};
use xtask::tools::{command, interrupt, say};

use super::bench::Bench;
use super::client::Client;
use super::load::{Lap, Load};
use super::{flood, licenses};

/// Users, and as many licenses, unless said otherwise.
const ROWS: u64 = 200_000;
/// The same with `--quick`.
const QUICK_ROWS: u64 = 20_000;
/// Connections of the load: `init`s are to wait for the change, not for each other.
const CONNECTIONS: u32 = 8;
/// The load alone goes on for a second for so many rows, which is about as long as a change of them takes.
const ROWS_A_SECOND: u64 = 40_000;
/// But at least so many seconds, and at most so many.
const ALONE: (u64, u64) = (3, 30);
/// How often the table of unfinished changes is looked at.
const POLL: Duration = Duration::from_millis(5);
/// Longer than any change may take.
const LIMIT: Duration = Duration::from_secs(900);
/// The application that is left alone, whose `init`s are measured.
pub const OTHER_APP: &str = "bench-other";
const DAY: i64 = 86_400;

/// What was measured of one change.
#[derive(Debug, Serialize)]
pub struct Bulk {
    /// The type of the Seller API.
    pub operation: &'static str,
    /// Users or licenses that it changed.
    pub rows: u64,
    /// From the request to its reply, in milliseconds.
    pub reply_ms: f64,
    /// From the request until all rows were changed, in milliseconds.
    pub finished_ms: f64,
    /// Rows changed a second.
    pub rows_rate: f64,
    /// Connections of the load.
    pub connections: u32,
    /// The load alone, right before.
    pub alone: Lap,
    /// The load from the request until all rows were changed.
    pub meanwhile: Lap,
    /// p99 of `init` meanwhile by that alone.
    pub p99_ratio: f64,
    /// The slowest `init` meanwhile by the slowest alone.
    pub slowest_ratio: f64,
}

/// A change, and how to see in a reply that it reached the last row.
struct Change {
    operation: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    /// What is read before and after.
    seen_in: Seen,
    /// Whether the second reply shows the change.
    shows: fn(&Value, &Value) -> bool,
}

/// A row whose change is looked at.
#[derive(Clone, Copy)]
enum Seen {
    LastUser,
    LastLicense,
}

/// In this order: users are paused and deleted last.
const CHANGES: [Change; 5] = [
    Change {
        operation: "extend",
        parameters: &[("user", "all"), ("sub", "default"), ("expiry", "1")],
        seen_in: Seen::LastUser,
        shows: |before, after| {
            grew_by_a_day(&before["subscriptions"][0]["expiry"], &after["subscriptions"][0]["expiry"])
        },
    },
    Change {
        operation: "resetalluser",
        parameters: &[],
        seen_in: Seen::LastUser,
        shows: |before, after| before["hwid"].is_string() && after["hwid"].is_null(),
    },
    Change {
        operation: "addtime",
        parameters: &[("time", "1")],
        seen_in: Seen::LastLicense,
        shows: |before, after| grew_by_a_day(&before["expires"], &after["expires"]),
    },
    Change {
        operation: "pauseapp",
        parameters: &[],
        seen_in: Seen::LastUser,
        shows: |before, after| before["subscriptions"][0].is_object() && after["subscriptions"][0].is_null(),
    },
    Change {
        operation: "delallusers",
        parameters: &[],
        seen_in: Seen::LastUser,
        shows: |before, after| before["success"] == true && after["success"] == false,
    },
];

/// Whether the second of two numbers, written as texts, is a day of seconds more.
fn grew_by_a_day(before: &Value, after: &Value) -> bool {
    let number = |value: &Value| value.as_str()?.parse::<i64>().ok();
    matches!((number(before), number(after)), (Some(before), Some(after)) if after - before == DAY)
}

/// Fills a server and makes all changes, one after the other.
///
/// # Errors
/// When the server answers wrongly or a change is not carried out.
pub fn measure(bench: &Bench) -> Result<Vec<Bulk>> {
    let rows = bench.options.rows.unwrap_or(if bench.options.quick { QUICK_ROWS } else { ROWS });
    let (server, folder) = bench.fresh_server()?;
    server.stop()?;
    make_other_app(bench, folder.path())?;
    let server = bench.restart(folder.path())?;
    let jobs = Jobs::open(folder.path())?;
    let last_license = fill(&server, rows, &jobs)?;
    let other = Demo { app_name: OTHER_APP.to_owned(), ..server.demo.clone() };
    let mut load = Load::start(&other, CONNECTIONS)?;
    let client = Client::new(&server.demo);
    let changes = CHANGES.iter().map(|change| {
        let seen = match change.seen_in {
            Seen::LastUser => [("type", "userdata"), ("user", &user_name(rows - 1))].map(owned),
            Seen::LastLicense => [("type", "keydata"), ("key", &last_license)].map(owned),
        };
        measure_change(change, rows, &client, &seen, &mut load, &jobs)
    });
    let measured = changes.collect::<Result<_>>()?;
    load.stop()?;
    server.stop()?;
    Ok(measured)
}

fn owned((name, value): (&'static str, &str)) -> (&'static str, String) {
    (name, value.to_owned())
}

/// Makes the application whose `init`s are measured, in a folder whose server is stopped.
///
/// # Errors
/// When it cannot be made.
pub fn make_other_app(bench: &Bench, folder: &Path) -> Result<()> {
    let mut create = Command::new(&bench.claviger);
    create.args(["app", "create", "--owner", "demo", OTHER_APP, "--data-dir"]).arg(data_dir(folder));
    command::run_quietly(&mut create).map(drop)
}

fn user_name(number: u64) -> String {
    format!("bench-user-{number:07}")
}

/// Makes users, each with a subscription, a token, a device and a variable, and licenses. Returns the last license.
fn fill(server: &Server, rows: u64, jobs: &Jobs) -> Result<String> {
    let demo = &server.demo;
    licenses::fill(demo, rows)?;
    say(format!("making {rows} users with devices and variables"));
    let user = |kind: &'static str, more: &'static [(&'static str, &'static str)]| {
        move |number| {
            let own = [("type", kind.to_owned()), ("user", user_name(number))];
            own.into_iter().chain(more.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect()
        }
    };
    let add = user("adduser", &[("sub", "default"), ("expiry", "30")]);
    let device = user("addhwiduser", &[("hwid", "bench-hardware-0000000000")]);
    // The last one by itself, so that it is also the last row.
    flood::seller(demo, flood::CONNECTIONS, rows - 1, add)?;
    flood::seller(demo, 1, 1, move |_| add(rows - 1))?;
    flood::seller(demo, flood::CONNECTIONS, rows, device)?;
    let client = Client::new(demo);
    client.command(&[("type", "setvar"), ("user", "all"), ("var", "plan"), ("data", "gold")])?;
    jobs.wait(Instant::now())?;
    let added = client.seller(&[("type", "add"), ("expiry", "30")])?.body_mut().read_to_string()?;
    let added: Value = serde_json::from_str(&added)?;
    Ok(added["key"].as_str().context("add gave no key")?.to_owned())
}

fn measure_change(
    change: &Change,
    rows: u64,
    client: &Client,
    seen: &[(&'static str, String)],
    load: &mut Load,
    jobs: &Jobs,
) -> Result<Bulk> {
    let operation = change.operation;
    say(format!("{operation} of {rows} rows beside inits of another application"));
    let seen: Vec<(&str, &str)> = seen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let read = || -> Result<Value> {
        Ok(serde_json::from_str(&client.seller(&seen)?.body_mut().read_to_string()?)?)
    };
    let before = read()?;
    load.lap()?;
    thread::sleep(Duration::from_secs((rows / ROWS_A_SECOND).clamp(ALONE.0, ALONE.1)));
    let alone = load.lap()?;
    let start = Instant::now();
    let reply = client.command(&[&[("type", operation)], change.parameters].concat())?;
    let finished = jobs.wait(start)?;
    let meanwhile = load.lap()?;
    let after = read()?;
    ensure!((change.shows)(&before, &after), "{operation} did not change the last row: {after}");
    let by = |value: fn(&Lap) -> u64| value(&meanwhile) as f64 / value(&alone).max(1) as f64;
    Ok(Bulk {
        operation,
        rows,
        reply_ms: reply.as_secs_f64() * 1e3,
        finished_ms: finished.as_secs_f64() * 1e3,
        rows_rate: rows as f64 / finished.as_secs_f64(),
        connections: CONNECTIONS,
        alone,
        meanwhile,
        p99_ratio: by(|lap| lap.p99),
        slowest_ratio: by(|lap| lap.slowest),
    })
}

/// The table of changes that are decided and not finished.
struct Jobs(Connection);

impl Jobs {
    /// Opens the database of the server in `folder`, to look only.
    fn open(folder: &Path) -> Result<Self> {
        let file = data_dir(folder).join("claviger.db");
        let opened = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        Ok(Self(opened.with_context(|| format!("cannot open {}", file.display()))?))
    }

    /// Waits until there are none. Returns the time since `start`.
    fn wait(&self, start: Instant) -> Result<Duration> {
        let mut count = self.0.prepare("SELECT COUNT(*) FROM bulk_jobs")?;
        while count.query_row([], |row| row.get::<_, i64>(0))? > 0 {
            interrupt::check()?;
            ensure!(start.elapsed() < LIMIT, "a change was not carried out within {LIMIT:?}");
            thread::sleep(POLL);
        }
        Ok(start.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_more_is_a_day_more() {
        assert!(grew_by_a_day(&json!("5"), &json!("86405")));
        assert!(!grew_by_a_day(&json!("5"), &json!("5")));
        assert!(!grew_by_a_day(&json!(null), &json!("86405")));
    }
}
