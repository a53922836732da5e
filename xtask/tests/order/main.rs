//! The order of the house: no two files of a crate import each other, on whatever detour, and crates import only what
//! stands below them in ARCHITECTURE.md.

mod imports;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use imports::{Arrows, arrows};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Folders of the workspace's crates by their names.
fn crates() -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(root().join("crates")).expect("the folder crates");
    let folders = entries.map(|entry| entry.expect("an entry").path());
    let mut crates: BTreeMap<_, _> = folders.map(|path| (name_of(&path), path)).collect();
    crates.extend(
        [("xtask", "xtask"), ("bench", "xtask/bench"), ("siege", "xtask/siege")]
            .map(|(name, path)| (name.into(), root().join(path))),
    );
    crates
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A way through `arrows` that leads back to its beginning, if there is one.
fn circle(arrows: &Arrows) -> Option<Vec<String>> {
    fn walk(
        at: &str,
        arrows: &Arrows,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|passed| passed == at) {
            return Some(way[start..].iter().cloned().chain([at.to_owned()]).collect());
        }
        if done.contains(at) {
            return None;
        }
        way.push(at.to_owned());
        let found = arrows.get(at).into_iter().flatten().find_map(|next| walk(next, arrows, way, done));
        way.pop();
        done.insert(at.to_owned());
        found
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|file| walk(file, arrows, &mut Vec::new(), &mut done))
}

#[test]
fn no_files_of_a_crate_import_each_other() {
    let mut circles = Vec::new();
    for (name, folder) in crates() {
        let arrows = arrows(&folder.join("src"));
        assert!(!arrows.is_empty(), "no imports were found in {name}");
        circles.extend(circle(&arrows).map(|way| format!("{name}: {}", way.join(" -> "))));
    }
    assert!(
        circles.is_empty(),
        "files import each other; what they share wants a file of its own:\n{}",
        circles.join("\n")
    );
}

/// The rows of the table "Order of crates" in ARCHITECTURE.md, from top to bottom.
fn layers() -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (_, section) = page.split_once("## Order of crates").expect("the section `Order of crates`");
    let rows =
        section.lines().skip_while(|line| !line.starts_with("| ")).take_while(|line| line.starts_with('|'));
    let names = |row: &str| -> Vec<String> {
        let cell = row.split('|').nth(1).unwrap_or_default();
        cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    rows.map(names).filter(|names| !names.is_empty()).collect()
}

#[test]
fn crates_import_only_what_stands_below_them() {
    let layers = layers();
    let row_of = |name: &str| layers.iter().position(|row| row.iter().any(|known| known == name));
    for (name, folder) in crates() {
        let row = row_of(&name)
            .unwrap_or_else(|| panic!("`{name}` is not in the order of crates in ARCHITECTURE.md"));
        for used in imports::crates_used(&folder.join("src")) {
            let below = row_of(&used)
                .unwrap_or_else(|| panic!("`{name}` imports `{used}`, which is not in the order"));
            assert!(
                row < below,
                "`{name}` imports `{used}`, which does not stand below it in ARCHITECTURE.md"
            );
        }
    }
}

#[test]
fn a_circle_is_found() {
    let made = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        circle(&arrows(folder.path()))
    };
    let way = |text: &str| Some(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let direct = [("lib.rs", "mod a;\nmod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "use super::a::A;")];
    assert_eq!(made(&direct), way("a.rs b.rs a.rs"));
    // Through a list that only hands on, through a module's name, and through a path in the code.
    let detours = [
        ("lib.rs", "mod a;\nmod b;\npub use b::c::C;"),
        ("a.rs", "use crate::C;"),
        ("b/mod.rs", "pub mod c;\nmod d;"),
        ("b/c.rs", "use super::d;\nfn f() { d::g() }"),
        ("b/d.rs", "fn g() { crate::a::h() }"),
    ];
    assert_eq!(made(&detours), way("a.rs b/c.rs b/d.rs a.rs"));
    // A list that is imported for what it holds itself.
    let list = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b;\nuse b::B;\npub struct A(B);"),
        ("a/b.rs", "use super::A;"),
    ];
    assert_eq!(made(&list), way("a/b.rs a/mod.rs a/b.rs"));
    let fine = [
        ("lib.rs", "mod a;\nmod b;\npub use a::A;"),
        ("a.rs", "pub struct A; // use crate::b::B;\n#[cfg(test)]\nmod tests { use crate::b::B; }"),
        ("b.rs", "use crate::A;\npub struct B(A, &'static str);\nconst TEXT: &str = \"crate::b::B\";"),
    ];
    assert_eq!(made(&fine), None);
}
