//! The numbers of reports, as tables and files have them.

use claviger_domain::{Permission, in_one_line};
use claviger_service::vendor::{Cohort, Endings, Report};

use crate::{moment::date, rights::Need};

/// Who is told of files.
pub(super) const FILES: Need = Need::App(Permission::Files);
/// Days over which reports go, by what they are called in addresses and on pages.
pub(super) const SPANS: [(&str, &str, i64); 3] =
    [("month", "last 30 days", 30), ("quarter", "last 90 days", 90), ("year", "last year", 365)];
/// The report that is shown unless another one is asked for.
pub(super) const USUAL: &str = "quarter";
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Days that are looked ahead.
pub(super) const AHEAD: i64 = 366;

/// The days of a span by its name.
pub(super) fn days_of(name: &str) -> i64 {
    SPANS.iter().find(|(span, ..)| *span == name).map_or(90, |(_, _, days)| *days)
}

/// A table of texts and numbers.
pub(super) struct Table {
    /// What it is called in addresses.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What happened, by day, the newest first.
pub(super) fn growth(report: &Report) -> Table {
    let row = |day: &claviger_service::vendor::ReportDay| {
        vec![date(day.began), day.registered.to_string(), day.activated.to_string(), day.renewed.to_string()]
    };
    Table {
        name: "growth",
        title: "Registrations, activations and renewals",
        head: texts(&["Day", "Registrations", "Activations", "Renewals"]),
        rows: report.days.iter().rev().map(row).collect(),
    }
}

/// What ends, by day.
pub(super) fn endings(endings: &Endings) -> Table {
    let row = |(day, count): &(i64, i64)| vec![date(day * DAY), count.to_string()];
    Table {
        name: "endings",
        title: "Subscriptions that end",
        head: texts(&["Day", "Subscriptions"]),
        rows: endings.days.iter().map(row).collect(),
    }
}

/// Names with how often, and how much of all that is.
fn shares(name: &'static str, title: &'static str, head: [&str; 2], counts: &[(String, i64)]) -> Table {
    let sum: i64 = counts.iter().map(|(_, count)| count).sum();
    let row = |(name, count): &(String, i64)| {
        let name = if name.is_empty() { "not told".into() } else { in_one_line(name).into_owned() };
        vec![name, count.to_string(), percent(*count, sum)]
    };
    Table {
        name,
        title,
        head: vec![head[0].into(), head[1].into(), "Share".into()],
        rows: counts.iter().map(row).collect(),
    }
}

/// Versions, and countries where they are known.
pub(super) fn in_use(report: &Report) -> Vec<Table> {
    let mut tables = vec![
        shares("versions", "Versions of the program", ["Version", "Starts"], &report.versions),
        shares(
            "outdated",
            "Refused because of their version",
            ["Version", "Refused starts"],
            &report.outdated,
        ),
        shares("apis", "Versions of the Client API", ["Version", "Starts"], &report.apis),
    ];
    if !report.countries.is_empty() {
        tables.push(countries(report));
    }
    tables
}

/// Where people sign in from.
pub(super) fn countries(report: &Report) -> Table {
    shares("countries", "Countries", ["Country", "Sign-ins"], &report.countries)
}

/// Downloads of files.
pub(super) fn downloads(report: &Report) -> Table {
    let row = |(name, id, lately, ever): &(String, String, i64, i64)| {
        vec![in_one_line(name).into_owned(), id.clone(), lately.to_string(), ever.to_string()]
    };
    Table {
        name: "downloads",
        title: "Downloads",
        head: texts(&["File", "Id", "In this time", "In all"]),
        rows: report.downloads.iter().map(row).collect(),
    }
}

/// Users by the month of their registration.
pub(super) fn retention(cohorts: &[Cohort]) -> Table {
    let mut head = texts(&["Registered in", "Users"]);
    head.extend((0..cohorts.len()).map(|month| format!("+{month}")));
    let row = |cohort: &Cohort| {
        let mut row = vec![cohort.month.name(), cohort.registered.to_string()];
        row.extend(cohort.returned.iter().map(ToString::to_string));
        row.resize(head.len(), String::new());
        row
    };
    let rows = cohorts.iter().map(row).collect();
    Table { name: "retention", title: "Users who came back", rows, head }
}

/// As `12%`; of nothing that is nothing.
pub(super) fn percent(part: i64, all: i64) -> String {
    if all <= 0 { "–".into() } else { format!("{}%", part.saturating_mul(100) / all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_sum() {
        let counts = [("1.0".to_owned(), 3), (String::new(), 1), ("a\nb".to_owned(), 0)];
        let table = shares("x", "X", ["Version", "Starts"], &counts);
        assert_eq!(table.rows, [["1.0", "3", "75%"], ["not told", "1", "25%"], ["a b", "0", "0%"]]);
        assert_eq!(percent(1, 0), "–");
    }
}
