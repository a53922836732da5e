//! `docs/parity.md` compares what the Seller API, the command line and the dashboard can do, a row for each ability. This
//! test sees that nothing that changes something is in no row, and that no row names what is not there.

use std::{collections::BTreeSet, fs, path::Path};

use claviger_dashboard::Method;

/// Where the pages of an application begin; rows leave it out.
const OF_APP: &str = "/dashboard/{app}/";

/// A row of the table.
struct Row {
    ability: String,
    /// Types of the Seller API, commands, routes.
    cells: [Vec<String>; 3],
    reason: String,
}

/// What stands between backticks.
fn words(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/parity.md");
    let text = fs::read_to_string(&path).expect("docs/parity.md");
    let table = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    let row = |line: &str| {
        let inner = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')).expect("a row");
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 5, "five cells, also where some are empty: {line}");
        Row {
            ability: cells[0].to_owned(),
            cells: [words(cells[1]), words(cells[2]), words(cells[3])],
            reason: cells[4].to_owned(),
        }
    };
    table.map(row).collect()
}

/// All commands that do something, by their words, and whether they change something.
fn commands() -> Vec<(String, bool)> {
    fn walk(command: &clap::Command, words: &[&str], found: &mut Vec<(String, bool)>) {
        if !command.has_subcommands() {
            found.push((words.join(" "), !crate::deed::reads(words)));
        }
        for below in command.get_subcommands() {
            let words: Vec<&str> = words.iter().copied().chain([below.get_name()]).collect();
            walk(below, &words, found);
        }
    }
    let mut found = Vec::new();
    walk(&crate::command(), &[], &mut found);
    found
}

/// The names of all that there is, and of those that change something, in the order of the cells.
fn known() -> [(BTreeSet<String>, BTreeSet<String>); 3] {
    let types: Vec<(String, bool)> =
        claviger_server::seller_types().map(|kind| (kind.name.to_owned(), kind.changes)).collect();
    let route = |pattern: &str| pattern.strip_prefix(OF_APP).unwrap_or(pattern).to_owned();
    let routes: Vec<(String, bool)> =
        claviger_dashboard::listed().map(|one| (route(one.pattern), one.method == Method::Post)).collect();
    [types, commands(), routes].map(|all| {
        let changing = all.iter().filter(|(_, changes)| *changes).map(|(name, _)| name.clone()).collect();
        (all.into_iter().map(|(name, _)| name).collect(), changing)
    })
}

#[test]
fn nothing_that_changes_something_is_in_no_row() {
    let (rows, known) = (rows(), known());
    let mut missing = Vec::new();
    for (index, kind) in ["type", "command", "route"].into_iter().enumerate() {
        let told: BTreeSet<&String> = rows.iter().flat_map(|row| &row.cells[index]).collect();
        let untold = known[index].1.iter().filter(|name| !told.contains(name));
        missing.extend(untold.map(|name| format!("{kind} `{name}`")));
    }
    assert!(missing.is_empty(), "docs/parity.md lacks a row with:\n{}", missing.join("\n"));
}

#[test]
fn no_row_names_what_is_not_there() {
    let (rows, known) = (rows(), known());
    for row in &rows {
        for (index, kind) in ["type", "command", "route"].into_iter().enumerate() {
            for name in &row.cells[index] {
                assert!(known[index].0.contains(name), "{}: there is no {kind} `{name}`", row.ability);
            }
        }
    }
}

#[test]
fn what_is_missing_has_a_reason() {
    for row in rows() {
        assert!(!row.ability.is_empty());
        assert!(row.cells.iter().any(|cell| !cell.is_empty()), "{} names nothing", row.ability);
        let whole = row.cells.iter().all(|cell| !cell.is_empty());
        assert!(whole || !row.reason.is_empty(), "{}: why is it not everywhere?", row.ability);
    }
}

/// Each command with its subcommands, in the table of `docs/operations.md`.
#[test]
fn all_commands_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = fs::read_to_string(path).expect("docs/operations.md");
    let (_, table) = page.split_once("\n## Commands\n").expect("the part about commands");
    let (table, _) = table.split_once("\n### ").expect("its end");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split(" | ").next().unwrap_or_default().split('`').skip(1).step_by(2).collect())
        .collect();
    let mut missing = Vec::new();
    for command in crate::command().get_subcommands() {
        let name = command.get_name();
        // `owner create`, and then `list` alone.
        let of_it: Vec<&str> =
            rows.iter().filter(|row| row[0].split(' ').next() == Some(name)).flatten().copied().collect();
        let is_told = |below: &str| {
            of_it.iter().any(|told| {
                let told = told.strip_prefix(name).map_or(*told, str::trim_start);
                told == below || told.strip_suffix('…').is_some_and(|begin| below.starts_with(begin))
            })
        };
        if of_it.is_empty() {
            missing.push(name.to_owned());
        }
        missing.extend(
            command
                .get_subcommands()
                .filter(|below| !is_told(below.get_name()))
                .map(|below| format!("{name} {}", below.get_name())),
        );
    }
    assert!(missing.is_empty(), "the table of commands lacks: {missing:?}");
}
