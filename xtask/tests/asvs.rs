//! The table of OWASP's ASVS says of each requirement whether it is met, and what it names as evidence is there. So do the
//! threats in SECURITY.md.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0.
const CHAPTERS: [usize; 17] = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];
const STATES: [&str; 3] = ["met", "n.a.", "open"];
/// What begins a path that is named as evidence.
const FOLDERS: [&str; 6] = ["crates/", "docs/", "e2e/", "fuzz/", "xtask/", "deploy/"];

struct Row<'a> {
    number: &'a str,
    state: &'a str,
    evidence: &'a str,
}

fn rows(page: &str) -> Vec<Row<'_>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let rows = rows.filter(|row| row.starts_with(|character: char| character.is_ascii_digit()));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        let [number, _, state, evidence] = cells[..] else { panic!("{} cells: {row}", cells.len()) };
        Row { number, state, evidence }
    })
    .collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust files below a folder, with their texts.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            found.push((path, text));
        }
    }
}

/// Whether a file or folder of this name holds a test of that name.
fn is_test(sources: &[(PathBuf, String)], file: &str, test: &str) -> bool {
    let declared = format!("fn {test}(");
    sources.iter().any(|(path, text)| {
        let named = path.with_extension("");
        named.components().any(|part| part.as_os_str() == file) && text.contains(&declared)
    })
}

/// What of these pieces of evidence is not there.
fn missing(page: &str, sources: &[(PathBuf, String)]) -> Vec<String> {
    let is_there = |name: &str| match name.split_once("::") {
        Some((file, test)) => is_test(sources, file, test),
        None if FOLDERS.iter().any(|folder| name.starts_with(folder)) => root().join(name).exists(),
        None => true,
    };
    quoted(page).filter(|name| !is_there(name)).map(ToOwned::to_owned).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn asvs_has_a_row_for_each_requirement() {
    let page = read("docs/asvs.md");
    let rows = rows(&page);
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers.len(), rows.len(), "a requirement has two rows");
    for (chapter, expected) in (1..).zip(CHAPTERS) {
        let begin = format!("{chapter}.");
        let found = numbers.iter().filter(|number| number.starts_with(&begin)).count();
        assert_eq!(found, expected, "requirements of chapter {chapter}");
    }
    for Row { number, state, evidence } in &rows {
        assert!(STATES.contains(state), "{number} is {state}");
        assert!(!evidence.trim().is_empty(), "{number} says nothing");
    }
}

#[test]
fn asvs_and_threats_name_evidence_that_is_there() {
    let mut all = Vec::new();
    for folder in ["crates", "xtask"] {
        sources(&root().join(folder), &mut all);
    }
    for page in ["docs/asvs.md", "SECURITY.md"] {
        let missing = missing(&read(page), &all);
        assert!(missing.is_empty(), "{page} names what is not there: {missing:?}");
    }
}

#[test]
fn asvs_evidence_that_is_not_there_is_found() {
    let sources = [(PathBuf::from("x/door.rs"), "fn lets_in() {}".to_owned())];
    let page = "| `door::lets_in`, `door::keeps_out`, `gate::lets_in` in `crates/nowhere.rs`, not `--demo` |";
    assert_eq!(missing(page, &sources), ["door::keeps_out", "gate::lets_in", "crates/nowhere.rs"]);
}
