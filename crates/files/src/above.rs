//! What stands above a file.

use std::path::Path;

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync_folder;

    #[test]
    fn a_name_alone_is_in_the_folder_at_work() {
        assert_eq!(folder_of(Path::new("a/b")), Path::new("a"));
        assert_eq!(folder_of(Path::new("/b")), Path::new("/"));
        assert_eq!(folder_of(Path::new("b")), Path::new("."));
        sync_folder(folder_of(Path::new("b"))).unwrap();
    }
}
