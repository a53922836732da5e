//! A mixed load of all kinds of requests, below all limits: whatever it takes of the machine must stay flat.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use comfy_table::{CellAlignment, Table, presets};
use xtask::process::{descriptors, processor_time, resident, threads};

use crate::browser::{cookies, form_with, sign_in};
use crate::figures::mib;
use crate::honest::{Errand, Honest};
use crate::http::{Reply, get, post};
use crate::probe::size;
use crate::site::{HWID, Setup, Site};
use crate::stage::{Stage, errand, honest};
use crate::tenant::Tenant;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(10);
/// How much more memory the last quarter may take than the second one: the first one fills caches.
const GROWTH: f64 = 1.1;
const NAMES: [&str; 4] = ["anna", "bert", "cleo", "dora"];

/// What a server takes at one moment.
#[derive(Debug, Clone, Copy)]
struct Sample {
    minutes: f64,
    /// Memory in MiB, descriptors, write-ahead log in MiB, threads.
    values: [f64; 4],
}

const COLUMNS: [&str; 4] = ["memory MiB", "descriptors", "write-ahead log MiB", "threads"];

/// Runs it; `report` gets the lines.
///
/// # Errors
/// When requests fail or memory grows.
pub fn run(stage: &Stage, length: Duration, mut report: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["shop", "bench"])?;
    let loads = prepare(&mut site, &tenants[0], &tenants[1])?;
    let (names, errands): (Vec<_>, Vec<_>) = loads.into_iter().unzip();
    let (pid, wal) = (site.pid()?, site.wal());
    let before = processor_time(pid)?;
    let honest = Honest::start(stage.runtime, site.address, &errands);
    let (begun, mut samples) = (Instant::now(), Vec::new());
    let (mut answers, mut failures) = (vec![0; names.len()], vec![Vec::new(); names.len()]);
    report(&format!("| minute | {} |\n|---|---|---|---|---|", COLUMNS.join(" | ")))?;
    while begun.elapsed() < length {
        stage.wait(EVERY)?;
        site.check_running()?;
        let values = [mib(resident(pid)?), descriptors(pid)? as f64, mib(size(&wal)), threads(pid)? as f64];
        let sample = Sample { minutes: begun.elapsed().as_secs_f64() / 60.0, values };
        let shown = values.map(|value| format!("{value:.1}")).join(" | ");
        report(&format!("| {:.1} | {shown} |", sample.minutes))?;
        samples.push(sample);
        for (place, mut lap) in honest.lap().into_iter().enumerate() {
            answers[place] += lap.times.len();
            failures[place].append(&mut lap.failures);
        }
    }
    let took = processor_time(pid)?.saturating_sub(before);
    report(&format!("\n{}", summary(&samples)))?;
    for ((name, answered), failed) in names.iter().zip(&answers).zip(&failures) {
        let first = failed.first().cloned().unwrap_or_default();
        report(&format!("- {name}: {answered} answered, {} failed {first}", failed.len()))?;
    }
    report(&format!(
        "- processor time: {:.0} s of {:.0} s",
        took.as_secs_f64(),
        begun.elapsed().as_secs_f64()
    ))?;
    drop(honest);
    site.stop()?;
    let failed: usize = failures.iter().map(Vec::len).sum();
    ensure!(failed == 0, "{failed} requests failed");
    let [second, last] = [1, 3].map(|quarter| mean(quarter_of(&samples, quarter), 0));
    ensure!(last <= second * GROWTH, "memory grew from {second:.1} to {last:.1} MiB");
    Ok(())
}

/// Fills the server with what is asked for; the errands with their names.
fn prepare(site: &mut Site, shop: &Tenant, bench: &Tenant) -> Result<Vec<(&'static str, Errand)>> {
    site.users(shop, &NAMES)?;
    let upload = site.file("upload");
    std::fs::write(&upload, vec![b'x'; 1 << 20])?;
    let (path, upload) = (shop.path(), upload.to_string_lossy().into_owned());
    site.command(&["file", "add", &path, &upload, "--public", "--id", "upload"])?;
    site.command(&["variable", "set", &path, "motd", "Maintenance at noon", "--public"])?;
    // So that what comes also goes within the run.
    site.command(&["app", "set", &bench.path(), "sessionSeconds=60", "logsKept=1000"])?;
    site.restart(&Setup::default())?;
    let signed_in = site.signed_in(shop, 8)?;
    let in_session = |kind: &str, more: &[(&str, &str)]| -> Vec<Vec<u8>> {
        let requests = signed_in
            .iter()
            .map(|session| shop.program(kind, &[&[("sessionid", session.as_str())], more].concat()));
        requests.collect()
    };
    let logins = signed_in.iter().zip(NAMES).map(|(session, name)| {
        let user = [("username", name), ("pass", &shop.password), ("hwid", HWID), ("sessionid", session)];
        shop.program("login", &user)
    });
    let logins: Vec<_> = logins.collect();
    let anonymous = site.sessions(shop, 1)?.remove(0);
    let log = shop.program("log", &[("sessionid", &anonymous), ("message", "mixed")]);
    let ok = |reply: &Reply| reply.status == 200;
    let listed = |reply: &Reply| reply.status == 200 || reply.status == 406;
    let visit = site.ask(get(SIGN_IN, &[]))?;
    let form = form_with(&visit, &[("name", &shop.owner), ("password", &shop.password)])?;
    let visit = cookies(&visit);
    let enter = post(SIGN_IN, &[("Cookie", &visit), ("Sec-Fetch-Site", "same-origin")], &form);
    let cookies = sign_in(site, shop)?;
    let pages = ["/", "/sessions", "/credentials", "/app-settings", "/audit-log"];
    let pages = pages.map(|page| get(&format!("/dashboard/{}{page}", shop.app), &[("Cookie", &cookies)]));
    let pages: Vec<Vec<u8>> = pages.into_iter().collect();
    let at = |first: u8, count: u8| (first..first + count).map(honest).collect::<Vec<_>>();
    let every = Duration::from_millis;
    let mine = |first, requests: Vec<Vec<u8>>, pace| {
        let from = at(first, requests.len() as u8);
        Errand { from, every: every(pace), ..errand(1, requests) }
    };
    Ok(vec![
        ("init of short sessions", mine(10, vec![bench.init(); 8], 150)),
        ("check", mine(20, in_session("check", &[]), 60)),
        ("var", mine(30, in_session("var", &[("varid", "motd")]), 100)),
        ("login", mine(40, logins, 1_000)),
        ("log", Errand { good: ok, ..mine(50, vec![log; 2], 100) }),
        ("fetchStats", mine(55, in_session("fetchStats", &[]), 2_000)),
        ("download of 1 MiB", mine(65, in_session("file", &[("fileid", "upload")]), 2_000)),
        (
            "list of sessions",
            Errand { good: listed, ..mine(75, vec![bench.script("fetchallsessions", &[])], 2_000) },
        ),
        (
            "list of licenses",
            Errand { good: listed, ..mine(76, vec![bench.script("fetchallkeys", &[])], 2_000) },
        ),
        ("licenses made", mine(77, vec![bench.script("add", &[("expiry", "1"), ("amount", "20")])], 1_000)),
        (
            "licenses deleted",
            Errand { good: |_| true, ..mine(78, vec![bench.script("delunused", &[])], 30_000) },
        ),
        ("uploads", mine(79, vec![crate::upload::whole(bench, 64 << 10)], 1_000)),
        (
            "uploads deleted",
            Errand { good: |_| true, ..mine(80, vec![bench.script("delallfiles", &[])], 30_000) },
        ),
        (
            "sign-in to the dashboard",
            Errand { good: |reply| reply.status == 303, ..mine(81, vec![enter], 10_000) },
        ),
        ("pages of the dashboard", Errand { good: ok, ..mine(85, pages, 2_000) }),
        ("readyz", Errand { good: ok, fresh: true, ..mine(91, vec![get("/readyz", &[])], 1_000) }),
    ])
}

const SIGN_IN: &str = "/dashboard/-/sign-in";

fn quarter_of(samples: &[Sample], quarter: usize) -> &[Sample] {
    &samples[samples.len() * quarter / 4..samples.len() * (quarter + 1) / 4]
}

fn mean(samples: &[Sample], column: usize) -> f64 {
    samples.iter().map(|sample| sample.values[column]).sum::<f64>() / samples.len() as f64
}

/// How fast a value grew, an hour, by the line that fits best.
fn slope(samples: &[Sample], column: usize) -> f64 {
    let count = samples.len() as f64;
    let middle = samples.iter().map(|sample| sample.minutes).sum::<f64>() / count;
    let level = mean(samples, column);
    let (mut rise, mut run) = (0.0, 0.0);
    for sample in samples {
        let away = sample.minutes - middle;
        rise += away * (sample.values[column] - level);
        run += away * away;
    }
    rise / run * 60.0
}

fn summary(samples: &[Sample]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let from_second = &samples[samples.len() / 4..];
    table.set_header([
        "from the second quarter on",
        "least",
        "most",
        "second quarter",
        "last quarter",
        "growth an hour",
    ]);
    for (column, name) in COLUMNS.iter().enumerate() {
        let values = || from_second.iter().map(|sample| sample.values[column]);
        let numbers = [
            values().fold(f64::INFINITY, f64::min),
            values().fold(0.0, f64::max),
            mean(quarter_of(samples, 1), column),
            mean(quarter_of(samples, 3), column),
            slope(from_second, column),
        ];
        let row = std::iter::once((*name).to_owned()).chain(numbers.map(|number| format!("{number:.1}")));
        table.add_row(row.collect::<Vec<_>>());
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_is_told_by_the_hour() {
        let samples: Vec<Sample> = (0..40)
            .map(|at| Sample {
                minutes: f64::from(at) / 6.0,
                values: [100.0 + f64::from(at) / 6.0, 7.0, 0.0, 0.0],
            })
            .collect();
        assert!((slope(&samples, 0) - 60.0).abs() < 1e-6);
        assert!(slope(&samples, 1).abs() < 1e-6);
        assert_eq!(mean(quarter_of(&samples, 3), 1), 7.0);
    }
}
