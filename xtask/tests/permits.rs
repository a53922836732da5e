//! What all share is handed out in one place: no code outside `capacity` takes permits or counts places itself, and
//! what bounds there are is told in `docs/limits.md`.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What hands out permits or limits how often. Channels and threads are no permits; what waits in them is bounded where
/// they are made.
const HANDS_OUT: [&str; 6] =
    ["Semaphore", "governor::", "RateLimiter", "acquire_owned", "try_acquire", "ConcurrencyLimit"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn permits_are_taken_in_one_place() {
    let mut complaints = Vec::new();
    for krate in fs::read_dir(root().join("crates")).expect("crates") {
        let krate = krate.expect("a crate").path();
        if krate.ends_with("capacity") {
            continue;
        }
        let mut files = Vec::new();
        sources(&krate.join("src"), &mut files);
        assert!(!files.is_empty(), "{}", krate.display());
        for file in files {
            let text = fs::read_to_string(&file).expect("a source");
            let names = HANDS_OUT.iter().filter(|name| text.contains(**name));
            complaints.extend(names.map(|name| format!("{}: {name}", file.display())));
        }
    }
    assert!(complaints.is_empty(), "take permits from `capacity`:\n{}", complaints.join("\n"));
}
