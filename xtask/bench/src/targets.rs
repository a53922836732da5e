//! What the server must reach, on two cores that it shares with the generator.

use super::backups::Work;
use super::client::Api;
use super::grid::MIB;
use super::report::Report;
use super::tables::Tables;
use super::target::{Bound, Target};
use super::throughput::Operation;

/// The targets of those parts that were measured.
pub fn judge(report: &Report) -> Vec<Target> {
    let mut targets = throughput(report);
    for row in &report.logins {
        let name = format!("{} at {} connections, by the Argon2id rate", row.operation, row.connections);
        targets.push(Target::new(name, row.ratio, Bound::AtLeast, 0.85, ""));
    }
    targets.extend(sizes(report));
    if let Some(sweep) = &report.sweep {
        let name = format!("p99 of init while {} killed sessions are swept, by p99 before", sweep.killed);
        targets.push(Target::new(name, sweep.ratio, Bound::AtMost, 3.0, ""));
    }
    if let Some(page) = &report.dashboard {
        let at_most = |name: String, value, limit, unit| Target::new(name, value, Bound::AtMost, limit, unit);
        let sessions = page.sessions;
        targets.push(at_most(format!("page of {sessions} sessions"), page.page_ms, 50.0, "ms"));
        targets.push(at_most("a filter that matches none of them".into(), page.nothing_ms, 300.0, "ms"));
        let memory = page.page_memory_bytes as f64 / MIB;
        targets.push(at_most("memory for these pages".into(), memory, 8.0, "MiB"));
        let live = page.live;
        targets.push(at_most(
            format!("memory for {live} live pages"),
            page.live_memory_bytes as f64 / MIB,
            64.0,
            "MiB",
        ));
        let name = format!("init beside {live} live pages, by init alone");
        targets.push(Target::new(name, page.ratio, Bound::AtLeast, 0.9, ""));
    }
    targets.extend(report.tables.iter().flat_map(tables));
    targets.extend(report.backups.iter().flat_map(|measured| &measured.work).flat_map(backup_work));
    if let Some(bytes) = report.idle_bytes {
        let name = "resident memory of an idle server";
        targets.push(Target::new(name, bytes as f64 / MIB, Bound::AtMost, 40.0, "MiB"));
    }
    targets
}

/// What is done with backups.
fn backup_work(work: &Work) -> Vec<Target> {
    let what = &work.what;
    let at_most = |name, value, limit, unit| Target::new(name, value, Bound::AtMost, limit, unit);
    let init =
        |ratio| Target::new(format!("init beside {what}, by init alone"), ratio, Bound::AtLeast, 0.8, "");
    [
        at_most(what.clone(), work.seconds, 60.0, "s"),
        at_most(format!("memory of {what}"), work.peak_bytes as f64 / MIB, 64.0, "MiB"),
    ]
    .into_iter()
    .chain(work.ratio.map(init))
    .collect()
}

/// The ratios to the bare handler, at the largest number of connections.
fn throughput(report: &Report) -> Vec<Target> {
    let limits = [
        (Operation::Init, Api::V1_2, 0.55),
        (Operation::Check, Api::V1_2, 0.70),
        (Operation::Check, Api::V1_3, 0.50),
        (Operation::Var, Api::V1_2, 0.60),
        (Operation::Getvar, Api::V1_2, 0.60),
    ];
    let Some(most) = report.throughput.iter().map(|row| row.connections).max() else { return Vec::new() };
    let mut targets = Vec::new();
    for (operation, api, limit) in limits {
        let mut rows = report.throughput.iter().filter(|row| row.connections == most);
        if let Some(row) = rows.find(|row| (row.operation, row.api) == (operation, api)) {
            let name = format!("{operation:?} of API {api} at {most} connections, by the bare handler");
            targets.push(Target::new(name, row.ratio, Bound::AtLeast, limit, ""));
        }
    }
    targets
}

/// The largest size against limits, and against the smallest size.
fn sizes(report: &Report) -> Vec<Target> {
    let (Some(smallest), Some(largest)) = (report.sizes.first(), report.sizes.last()) else {
        return Vec::new();
    };
    let sessions = largest.sessions;
    let kill_all = largest.kill_all() / smallest.kill_all();
    let inexact = report.sizes.iter().filter(|size| !size.exact()).count();
    let at_most =
        |name: String, value: f64, limit: f64, unit| Target::new(name, value, Bound::AtMost, limit, unit);
    vec![
        at_most(
            format!("kill all at {sessions} sessions, by that at {}", smallest.sessions),
            kill_all,
            2.0,
            "",
        ),
        at_most(format!("first byte of the list of {sessions}"), largest.list_first_byte_ms, 50.0, "ms"),
        at_most(
            format!("memory for the list of {sessions}"),
            largest.list_memory_bytes as f64 / MIB,
            64.0,
            "MiB",
        ),
        at_most(format!("start with {sessions} sessions on file"), largest.start_ms, 1000.0, "ms"),
        at_most("sizes at which sessions were missing or came back".to_owned(), inexact as f64, 0.0, ""),
    ]
}

/// What the dashboard's tables must reach on one database.
fn tables(tables: &Tables) -> Vec<Target> {
    let at_most = |what: &str, value, limit, unit| {
        Target::new(format!("{what}, {}", tables.database), value, Bound::AtMost, limit, unit)
    };
    let memory = |what: &str, bytes: u64| at_most(what, bytes as f64 / MIB, 16.0, "MiB");
    let pages = tables.pages.iter().map(|page| {
        let limit = if page.looks_through { 1000.0 } else { 100.0 };
        at_most(page.address, page.median_ms, limit, "ms")
    });
    let mut targets: Vec<Target> = pages.collect();
    targets.push(memory("memory for these", tables.page_memory_bytes));
    targets.push(at_most("palette", tables.palette.slowest_ms, 1000.0, "ms"));
    let crowd = format!("palette of {} people at once", tables.palette.people);
    targets.push(at_most(&crowd, tables.palette.crowd_slowest_ms, 3000.0, "ms"));
    for file in &tables.files {
        targets.push(at_most(&format!("first byte of all {}", file.of), file.first_byte_ms, 100.0, "ms"));
        targets.push(memory(&format!("memory for all {}", file.of), file.memory_bytes));
    }
    for work in &tables.work {
        let import = work.what.starts_with("import");
        if !import {
            targets.push(at_most(&format!("reply: {}", work.what), work.reply_ms, 100.0, "ms"));
        }
        let limit = if import { 30_000.0 } else { 20_000.0 };
        targets.push(at_most(&work.what, work.done_ms, limit, "ms"));
    }
    targets
}
