//! Tables for people, JSON for scripts.

use std::fmt;

use claviger_domain::{NEVER, in_one_line};
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};
use serde::Serialize;

use crate::print;

/// Prints a value as JSON on one line.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}

/// Prints a list of things: as JSON, or as a table with a row for each.
pub(crate) fn list<T, const N: usize>(
    json: bool,
    head: [&str; N],
    things: Vec<T>,
    cells: impl Fn(T) -> [String; N],
    as_json: impl Fn(&T) -> serde_json::Value,
) -> anyhow::Result<()> {
    if json {
        return self::json(&things.iter().map(as_json).collect::<Vec<_>>());
    }
    table(head, things.into_iter().map(cells));
    Ok(())
}

/// Prints rows under a head line; says so when there are none.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(head);
    for row in rows {
        table.add_row(row.map(|cell| plain(&cell)));
    }
    if table.is_empty() {
        println!("none");
    } else {
        println!("{table}");
    }
}

/// Prints names with their values, one a line.
pub(crate) fn pairs(rows: &[(&str, &str)]) {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in rows {
        println!("{name:width$}  {}", plain(value));
    }
}

/// Prints one thing: as JSON, or as names with their values.
pub(crate) fn record(json: bool, value: &impl Serialize, rows: &[(&str, &str)]) -> anyhow::Result<()> {
    if json {
        return self::json(value);
    }
    pairs(rows);
    Ok(())
}

/// A text without what would leave its line: texts of end users must not steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}

/// Prints a sentence about something with a name.
pub(crate) fn say(sentence: fmt::Arguments<'_>) {
    println!("{}", plain(&sentence.to_string()));
}

/// A text, or a dash where there is none.
pub(crate) fn or_dash(text: Option<&str>) -> String {
    text.unwrap_or("-").to_owned()
}

/// What never ends, for people and for scripts.
const NEVER_TOLD: &str = "never";

/// A duration in seconds.
pub(crate) fn seconds(seconds: i64) -> String {
    if seconds == NEVER { NEVER_TOLD.into() } else { seconds.to_string() }
}

/// A duration, or a Unix second, for scripts: a number, or the text `never`.
pub(crate) fn seconds_as_json(seconds: i64) -> serde_json::Value {
    if seconds == NEVER { NEVER_TOLD.into() } else { seconds.into() }
}

/// A Unix second as a date and time (UTC).
pub(crate) fn time(second: i64) -> String {
    if second == NEVER {
        return NEVER_TOLD.into();
    }
    jiff::Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
}

/// As [`time`], or a dash where there is none.
pub(crate) fn time_or_dash(second: Option<i64>) -> String {
    second.map_or_else(|| "-".into(), time)
}

/// Rows that are printed as they come, however many: a JSON list, or lines under a head line.
pub(crate) struct Rows<const N: usize> {
    json: bool,
    columns: [(&'static str, usize); N],
    empty: bool,
}

impl<const N: usize> Rows<N> {
    /// Columns have a name and a width.
    pub(crate) fn new(json: bool, columns: [(&'static str, usize); N]) -> Self {
        Self { json, columns, empty: true }
    }

    /// Prints a row.
    pub(crate) fn add(&mut self, value: &serde_json::Value, cells: [String; N]) -> anyhow::Result<()> {
        if self.json {
            print!("{}{value}", if self.empty { "[" } else { ",\n" });
        } else {
            if self.empty {
                self.line(&self.columns.map(|(name, _)| name.to_owned()));
            }
            self.line(&cells.map(|cell| plain(&cell)));
        }
        self.empty = false;
        print::is_written()
    }

    fn line(&self, cells: &[String; N]) {
        let padded = cells.iter().zip(self.columns).map(|(cell, (_, width))| format!("{cell:width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    }

    /// Prints the end.
    pub(crate) fn end(self) {
        match (self.json, self.empty) {
            (true, true) => println!("[]"),
            (true, false) => println!("]"),
            (false, true) => println!("none"),
            (false, false) => {}
        }
    }
}

/// Who may use what an application offers its programs.
pub(crate) fn users(authed: bool) -> &'static str {
    if authed { "signed in" } else { "everybody" }
}
