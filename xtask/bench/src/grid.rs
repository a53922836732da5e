//! Tables for people, as Markdown.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

/// A mebibyte.
pub const MIB: f64 = 1024.0 * 1024.0;

/// An empty table whose columns, but for the first, are aligned to the right.
pub fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(columns);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Adds a table with a title.
pub fn section(text: &mut String, title: &str, table: &Table) {
    // Writing into a text does not fail.
    let _ = write!(text, "\n{title}\n{table}\n");
}

/// A number without its fraction.
pub fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// Bytes in mebibytes.
pub fn mib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / MIB)
}
