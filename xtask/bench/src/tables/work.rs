//! Changes of all rows that match a filter, and an import: how soon they are answered, and how soon they are done.

use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use form_urlencoded::Serializer;
use serde::Serialize;
use xtask::server::Demo;
use xtask::tools::{interrupt, say};

use crate::dashboard::{head, send};

/// Longer than any of them may take.
const LIMIT: Duration = Duration::from_secs(900);
/// How often the page of a job is looked at.
const POLL: Duration = Duration::from_millis(100);
/// Licenses that are imported.
const IMPORTED: u64 = 100_000;

/// A change of a fifth of all rows.
struct Change {
    what: &'static str,
    /// `licenses` or `users`.
    table: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const CHANGES: [Change; 4] = [
    Change {
        what: "note on every fifth license",
        table: "licenses",
        fields: &[("state", "used"), ("act", "note"), ("act_note", "bench")],
    },
    Change {
        what: "a day more for every fifth license",
        table: "licenses",
        fields: &[("state", "used"), ("act", "extend"), ("days", "1")],
    },
    Change {
        what: "a day more for every fifth user",
        table: "users",
        fields: &[
            ("subscription", "gold"),
            ("act", "extend"),
            ("act_subscription", "gold"),
            ("days", "1"),
            ("active_only", "yes"),
        ],
    },
    Change {
        what: "ban of every fifth user",
        table: "users",
        fields: &[("subscription", "gold"), ("act", "ban"), ("reason", "bench")],
    },
];

/// Something that goes on by itself. Times are in milliseconds.
#[derive(Debug, Serialize)]
pub struct Work {
    /// What it is.
    pub what: String,
    /// Rows that it is about.
    pub rows: u64,
    /// From the request to the reply.
    pub reply_ms: f64,
    /// From the request until its page says that it is done.
    pub done_ms: f64,
}

/// Does all of it, one after the other.
///
/// # Errors
/// When something is refused or does not end.
pub fn measure(demo: &Demo, cookies: &str, base: &str, rows: u64) -> Result<Vec<Work>> {
    let mut measured = Vec::new();
    for Change { what, table, fields } in CHANGES {
        say(what);
        let mut form = Serializer::new(String::new());
        form.append_pair("token", &token(demo, cookies, &format!("{base}{table}"))?)
            .append_pair("all", "yes");
        let form = form.extend_pairs(fields).finish();
        let path = format!("{base}{table}/change");
        let request = head("POST", &path, demo.authority(), cookies, form.len()) + &form;
        measured.push(watch(demo, cookies, what.into(), rows / 5, &request)?);
    }
    let imported = IMPORTED.min(rows);
    say(format!("an import of {imported} licenses"));
    let request = import(demo, cookies, base, imported)?;
    measured.push(watch(demo, cookies, "import of licenses".into(), imported, &request)?);
    Ok(measured)
}

/// The token of the forms of a page.
fn token(demo: &Demo, cookies: &str, path: &str) -> Result<String> {
    let page = send(demo, &head("GET", path, demo.authority(), cookies, 0))?;
    let (_, rest) = page.split_once("name=\"token\" value=\"").context("the page has no form")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// A request that imports licenses as a file.
fn import(demo: &Demo, cookies: &str, base: &str, licenses: u64) -> Result<String> {
    let token = token(demo, cookies, &format!("{base}licenses/import"))?;
    let mut body = String::new();
    for (name, value) in [("token", token.as_str()), ("level", "1"), ("duration", "30"), ("unit", "days")] {
        write!(body, "--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")?;
    }
    body += "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"keys.txt\"\r\n\r\n";
    for number in 0..licenses {
        writeln!(body, "IMPORTED-{:05}-{number:06}", number * 7919 % 100_003)?;
    }
    body += "\r\n--X--\r\n";
    let path = format!("{base}licenses/import/file");
    let head = head("POST", &path, demo.authority(), cookies, body.len());
    let head = head.replace("application/x-www-form-urlencoded", "multipart/form-data; boundary=X");
    Ok(head + &body)
}

/// Sends a request that begins a job, and waits until the job's page says that it is done.
fn watch(demo: &Demo, cookies: &str, what: String, rows: u64, request: &str) -> Result<Work> {
    let begun = Instant::now();
    let reply = send(demo, request)?;
    let replied = begun.elapsed();
    let to = reply.lines().find_map(|line| line.strip_prefix("location: "));
    let to = to.with_context(|| format!("{what} was refused: {reply:.300}"))?;
    while to.contains("/jobs/") {
        interrupt::check()?;
        ensure!(begun.elapsed() < LIMIT, "{what} was not done within {LIMIT:?}");
        let page = send(demo, &head("GET", to, demo.authority(), cookies, 0))?;
        ensure!(!page.contains(">failed</span>"), "{what} failed");
        if page.contains(">done</span>") {
            break;
        }
        thread::sleep(POLL);
    }
    Ok(Work {
        what,
        rows,
        reply_ms: replied.as_secs_f64() * 1e3,
        done_ms: begun.elapsed().as_secs_f64() * 1e3,
    })
}
