//! The report for people.

use comfy_table::Table;

use super::backups;
use super::bulk::Bulk;
use super::dashboard::Dashboard;
use super::grid::{mib, section, table, whole};
use super::licenses::{Add, BATCH, List};
use super::logins;
use super::report::Report;
use super::sizes::Size;
use super::tables;
use super::target::{Bound, Target};
use super::throughput::Row;

/// All parts that were measured, as tables that are also valid Markdown.
pub fn render(report: &Report) -> String {
    let mut text = format!("\n{} cores, shared by servers and generator\n", report.machine.cores);
    if !report.throughput.is_empty() {
        section(&mut text, "Throughput and latency", &throughput(&report.throughput));
    }
    if !report.logins.is_empty() {
        section(&mut text, "Logins, by the Argon2id rate of all cores", &logins(&report.logins));
    }
    if !report.sizes.is_empty() {
        section(&mut text, "By number of live sessions", &sizes(&report.sizes));
    }
    if let Some(sweep) = &report.sweep {
        let (quiet, sweeping) = (&sweep.quiet, &sweep.sweeping);
        let mut rows = table(&["init", "requests/s", "p50 µs", "p99 µs"]);
        for (name, round) in [("before", quiet), ("while sweeping", sweeping)] {
            rows.add_row([name.into(), whole(round.rate()), round.p50.to_string(), round.p99.to_string()]);
        }
        section(&mut text, &format!("{} killed sessions", sweep.killed), &rows);
    }
    if let Some(licenses) = &report.licenses {
        let title = format!("Licenses made: {BATCH} in one call, by calls for one");
        section(&mut text, &title, &added(&licenses.add));
        section(&mut text, "By number of licenses listed", &lists(&licenses.lists));
    }
    if let Some(bulk) = report.bulk.first() {
        let title = format!("Changes of {} users or licenses, and init of another app", bulk.rows);
        section(&mut text, &title, &changes(&report.bulk));
    }
    if let Some(page) = &report.dashboard {
        section(&mut text, "The dashboard's page of sessions", &dashboard(page));
    }
    for measured in &report.tables {
        let title = format!("Tables of {} licenses and users on {}", measured.rows, measured.database);
        section(&mut text, &title, &tables::shown(measured));
    }
    if let Some(measured) = &report.backups {
        let (rows, sessions) = (measured.rows, measured.sessions);
        let title = format!("Backups of {rows} licenses and users, and {sessions} sessions");
        section(&mut text, &title, &backups::shown(measured));
    }
    if !report.targets.is_empty() {
        section(&mut text, "Targets", &targets(&report.targets));
    }
    text
}

fn throughput(rows: &[Row]) -> Table {
    let columns = ["operation", "API", "connections", "requests/s", "p50 µs", "p99 µs", "bare/s", "ratio"];
    let mut table = table(&columns);
    for row in rows {
        table.add_row([
            format!("{:?}", row.operation),
            row.api.to_string(),
            row.connections.to_string(),
            whole(row.rate),
            whole(row.p50),
            whole(row.p99),
            whole(row.bare_rate),
            format!("{:.2}", row.ratio),
        ]);
    }
    table
}

fn logins(rows: &[logins::Row]) -> Table {
    let mut table = table(&["operation", "connections", "requests/s", "p99 µs", "hashes/s", "ratio"]);
    for row in rows {
        table.add_row([
            row.operation.to_owned(),
            row.connections.to_string(),
            whole(row.rate),
            whole(row.p99),
            whole(row.ceiling),
            format!("{:.2}", row.ratio),
        ]);
    }
    table
}

fn sizes(sizes: &[Size]) -> Table {
    let columns = [
        "sessions",
        "made/s",
        "first byte ms",
        "list ms",
        "list MiB",
        "memory MiB",
        "kill ms",
        "kill all ms",
        "start ms",
        "exact",
    ];
    let mut table = table(&columns);
    for size in sizes {
        table.add_row([
            size.sessions.to_string(),
            whole(size.fill_rate),
            format!("{:.1}", size.list_first_byte_ms),
            format!("{:.1}", size.list_total_ms),
            mib(size.list_bytes),
            mib(size.list_memory_bytes),
            format!("{:.2}", size.kill_ms),
            format!("{:.2}", size.kill_all()),
            format!("{:.0}", size.start_ms),
            if size.exact() { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    table
}

fn added(rows: &[Add]) -> Table {
    let calls = format!("calls/s for {BATCH}");
    let mut table = table(&["connections", &calls, "licenses/s", "calls/s for 1", "ratio of licenses/s"]);
    for row in rows {
        table.add_row([
            row.connections.to_string(),
            whole(row.batch_calls),
            whole(row.batch_licenses),
            whole(row.single_calls),
            format!("{:.1}", row.ratio),
        ]);
    }
    table
}

fn lists(lists: &[List]) -> Table {
    let columns = [
        "licenses",
        "made/s",
        "first byte ms",
        "list ms",
        "rows/s",
        "list MiB",
        "resident before",
        "after",
        "at most more",
        "exact",
    ];
    let mut table = table(&columns);
    for list in lists {
        table.add_row([
            list.licenses.to_string(),
            whole(list.fill_rate),
            format!("{:.1}", list.first_byte_ms),
            format!("{:.1}", list.total_ms),
            whole(list.rows_rate),
            mib(list.bytes),
            mib(list.resident_before),
            mib(list.resident_after),
            mib(list.memory_bytes),
            if list.exact() { "yes" } else { "NO" }.to_owned(),
        ]);
    }
    table
}

fn changes(rows: &[Bulk]) -> Table {
    let columns = [
        "operation",
        "reply ms",
        "finished ms",
        "rows/s",
        "init/s alone",
        "meanwhile",
        "p99 µs alone",
        "meanwhile",
        "ratio",
        "slowest µs alone",
        "meanwhile",
        "ratio",
    ];
    let mut table = table(&columns);
    for row in rows {
        table.add_row([
            row.operation.to_owned(),
            whole(row.reply_ms),
            whole(row.finished_ms),
            whole(row.rows_rate),
            whole(row.alone.rate()),
            whole(row.meanwhile.rate()),
            row.alone.p99.to_string(),
            row.meanwhile.p99.to_string(),
            format!("{:.2}", row.p99_ratio),
            row.alone.slowest.to_string(),
            row.meanwhile.slowest.to_string(),
            format!("{:.2}", row.slowest_ratio),
        ]);
    }
    table
}

fn dashboard(page: &Dashboard) -> Table {
    let columns = [
        "sessions",
        "page ms",
        "nothing found ms",
        "MiB more",
        "live pages",
        "MiB more",
        "init/s alone",
        "meanwhile",
        "ratio",
    ];
    let mut table = table(&columns);
    table.add_row([
        page.sessions.to_string(),
        format!("{:.1}", page.page_ms),
        format!("{:.1}", page.nothing_ms),
        mib(page.page_memory_bytes),
        page.live.to_string(),
        mib(page.live_memory_bytes),
        whole(page.alone.rate()),
        whole(page.meanwhile.rate()),
        format!("{:.2}", page.ratio),
    ]);
    table
}

fn targets(targets: &[Target]) -> Table {
    let mut table = table(&["target", "measured", "limit", "reached"]);
    for target in targets {
        let bound = match target.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        let reached = if target.reached { "yes" } else { "NO" };
        let number = |value: f64| format!("{value:.2} {}", target.unit).trim_end().to_owned();
        table.add_row([
            target.name.clone(),
            number(target.value),
            format!("{bound} {}", number(target.limit)),
            reached.to_owned(),
        ]);
    }
    table
}
