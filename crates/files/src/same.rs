//! Whether two paths lead to one file.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use crate::above::folder_of;

/// Links that are followed one after the other, as many as the system does.
const LINKS_MAX: usize = 40;

/// Whether two paths lead to one file, by whatever names and links; of files that are not there yet, whether they would.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        (Err(_), Err(_)) => place(one.to_owned()) == place(other.to_owned()),
        _ => false,
    }
}

/// Where a file would be made, as far as folders are there.
fn place(mut path: PathBuf) -> PathBuf {
    for _ in 0..LINKS_MAX {
        let Ok(target) = fs::read_link(&path) else { break };
        path = folder_of(&path).join(target);
    }
    let whole = std::path::absolute(&path).unwrap_or(path);
    let known = whole.ancestors().find_map(|above| Some((above, fs::canonicalize(above).ok()?)));
    match known {
        Some((above, found)) => found.join(whole.strip_prefix(above).unwrap_or(Path::new(""))),
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn one_file_is_known_by_all_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let [kept, file, hard, soft, way, other] =
            ["kept", "kept/file", "hard", "soft", "way", "other"].map(|name| folder.path().join(name));
        fs::create_dir(&kept).unwrap();
        symlink("kept", &way).unwrap();
        symlink("way/file", &soft).unwrap();
        let names = [&soft, &way.join("file"), &kept.join("../kept/./file")];
        // First while nothing is there, then with it.
        for name in names {
            assert!(is_same_file(&file, name), "{}", name.display());
            assert!(!is_same_file(&other, name), "{}", name.display());
        }
        assert!(is_same_file(&kept.join("a/b"), &way.join("a/b")), "nor its folder");
        fs::write(&file, "text").unwrap();
        assert!(!is_same_file(&file, &other));
        fs::write(&other, "text").unwrap();
        fs::hard_link(&file, &hard).unwrap();
        for name in names.into_iter().chain([&hard]) {
            assert!(is_same_file(&file, name), "{}", name.display());
            assert!(!is_same_file(&other, name), "{}", name.display());
        }
    }
}
