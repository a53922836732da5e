//! What the server must reach, on two cores that it shares with the generator.

use super::client::Api;
use super::report::Report;
use super::target::{Bound, Target};
use super::throughput::Operation;

/// A mebibyte.
const MIB: f64 = 1024.0 * 1024.0;

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
    if let Some(tables) = &report.tables {
        let at_most = |name: &str, value, limit, unit| Target::new(name, value, Bound::AtMost, limit, unit);
        for page in &tables.pages {
            let scans = ["key=", "name=nothing", "ip=", "device=", "ends=", "state="];
            let limit = if scans.iter().any(|scan| page.address.contains(scan)) { 1000.0 } else { 100.0 };
            targets.push(at_most(page.address, page.median_ms, limit, "ms"));
        }
        targets.push(at_most("memory for these", tables.page_memory_bytes as f64 / MIB, 16.0, "MiB"));
        targets.push(at_most("first byte of a file of all", tables.file_first_byte_ms, 100.0, "ms"));
        targets.push(at_most("memory for that file", tables.file_memory_bytes as f64 / MIB, 16.0, "MiB"));
        targets.push(at_most("reply to a change of a fifth", tables.change_reply_ms, 1000.0, "ms"));
    }
    if let Some(bytes) = report.idle_bytes {
        let name = "resident memory of an idle server";
        targets.push(Target::new(name, bytes as f64 / MIB, Bound::AtMost, 40.0, "MiB"));
    }
    targets
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
