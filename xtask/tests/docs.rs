//! No crate has examples in its documentation that would be tests: nobody runs these, which spares an empty pass over
//! all crates. Such an example belongs into a test.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What may stand behind the fence of a block that is Rust all the same.
const RUST: [&str; 7] =
    ["rust", "ignore", "no_run", "should_panic", "compile_fail", "test_harness", "standalone_crate"];

/// The lines, counted from 1, at which an example begins that would be a test.
fn examples(text: &str) -> Vec<usize> {
    let (mut found, mut fenced, mut after_blank) = (Vec::new(), false, true);
    for (place, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            (fenced, after_blank) = (false, true);
            continue;
        };
        let words = doc.trim_start();
        if let Some(language) = words.strip_prefix("```").or_else(|| words.strip_prefix("~~~")) {
            fenced = !fenced;
            if fenced && is_rust(language) {
                found.push(place + 1);
            }
        } else if !fenced && after_blank && doc.starts_with("     ") && !words.is_empty() {
            // Markdown takes what is indented as far as this for code, and rustdoc takes code for Rust.
            found.push(place + 1);
        }
        after_blank = words.is_empty();
    }
    found
}

fn is_rust(language: &str) -> bool {
    let first = language.split([',', ' ', '{']).next().unwrap_or_default();
    first.is_empty() || RUST.contains(&first) || first.starts_with("edition")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folders of the workspace's crates.
fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("crates")).expect("the folder crates");
    let crates = entries.map(|entry| entry.expect("an entry").path());
    crates.chain(["xtask", "xtask/bench"].map(|path| root().join(path))).collect()
}

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found = paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn documentation_has_no_examples_that_nobody_runs() {
    for file in crates().iter().flat_map(|folder| sources(&folder.join("src"))) {
        let text = fs::read_to_string(&file).expect("a source");
        let lines = examples(&text);
        assert!(lines.is_empty(), "{} has examples, make tests of them: lines {lines:?}", file.display());
    }
}

#[test]
fn no_library_has_a_pass_for_doc_tests() {
    for folder in crates().iter().filter(|folder| folder.join("src/lib.rs").exists()) {
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let told = text.lines().any(|line| line == "doctest = false");
        assert!(told, "{} lacks `doctest = false` below `[lib]`", manifest.display());
    }
}

#[test]
fn an_example_is_found_and_other_blocks_are_not() {
    assert_eq!(examples("/// Adds.\n///\n/// ```\n/// add(1)\n/// ```\nfn add() {}"), [3]);
    assert_eq!(examples("//! ```no_run\n//! x()\n//! ```\n//!\n//!     y()"), [1, 5]);
    assert_eq!(examples("    /// ```rust,edition2024\n    /// x()\n    /// ```"), [1]);
    assert_eq!(examples("/// ```text\n///     GET /\n/// ```\n/// - a list\n///   goes on"), []);
    assert_eq!(examples("// ```\nlet text = \"```\";"), []);
}
