//! Replacing a file whole: whoever reads it finds the old content or the new one, also after a crash.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{MetadataExt as _, fchown},
    path::{Path, PathBuf},
};

use crate::{above::folder_of, folder::sync_folder, private::create_private};

/// Puts a file that only its owner can read in place of what is at this path, if anything is: of a link, too.
///
/// # Errors
/// Whatever the system says; what was there is there still, and nothing else.
pub fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    put(path, content, |_| Ok(()))
}

/// Puts another content into a file that is there, where a link leads to it there. Whose it is and who may read it stays.
///
/// # Errors
/// Whatever the system says; what was there is there still, and nothing else. [`ErrorKind::ResourceBusy`]: something is
/// mounted on the file.
pub fn replace_content(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = resolved(path);
    put(&file, content, |new| take_over(&file, new))
}

/// The file itself, where the path is a link.
pub fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn put(path: &Path, content: &[u8], prepare: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    let new = beside(path);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        // Of a process that was ended in between.
        _ => {}
    }
    let mut file = create_private(&new)?;
    let placed = file
        .write_all(content)
        .and_then(|()| prepare(&file))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, path));
    if placed.is_err() {
        // It may hold keys.
        let _ = fs::remove_file(&new);
    }
    placed?;
    sync_folder(folder_of(path))
}

/// Gives the new file to whom the old one belongs: an operator may be root, and the server not.
fn take_over(old: &Path, new: &File) -> io::Result<()> {
    let (was, is) = (fs::metadata(old)?, new.metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        fchown(new, Some(was.uid()), Some(was.gid()))?;
    }
    new.set_permissions(was.permissions())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt as _, symlink},
    };

    use super::*;
    use crate::private::write_private;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_next_content_is_there_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        // Half of one that was ended in between, which others can read.
        fs::write(beside(&path), "half of it").unwrap();
        fs::set_permissions(beside(&path), Permissions::from_mode(0o644)).unwrap();
        for text in ["first, and longer", "second"] {
            replace_private(&path, text.as_bytes()).unwrap();
            assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), (text, 0o600));
        }
        assert_eq!(names(folder.path()), ["file.json"]);
    }

    #[test]
    fn a_link_is_replaced_or_followed() {
        let folder = tempfile::tempdir().unwrap();
        let [kept, link] = ["kept", "link"].map(|name| folder.path().join(name));
        fs::create_dir(&kept).unwrap();
        let file = kept.join("key");
        write_private(&file, b"former").unwrap();
        symlink(&file, &link).unwrap();
        replace_content(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        replace_private(&link, b"newer").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        assert_eq!((fs::read(&link).unwrap(), fs::read(&file).unwrap()), (b"newer".into(), b"new".into()));
        assert_eq!(
            (names(folder.path()), names(&kept)),
            (vec!["kept".into(), "link".into()], vec!["key".into()])
        );
    }

    #[test]
    fn a_link_beside_it_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["file", "other"].map(|name| folder.path().join(name));
        write_private(&other, b"of somebody else").unwrap();
        symlink(&other, beside(&path)).unwrap();
        replace_private(&path, b"text").unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"of somebody else");
    }

    #[test]
    fn who_may_read_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_private(&path, b"former").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        replace_content(&path, b"new").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"new".into(), 0o640));
        replace_private(&path, b"newer").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(replace_content(&path, b"new").unwrap_err().kind(), ErrorKind::NotFound);
        fs::create_dir(&path).unwrap();
        for replace in [replace_private, replace_content] {
            assert_eq!(replace(&path, b"new").unwrap_err().kind(), ErrorKind::IsADirectory);
        }
        assert_eq!(names(folder.path()), ["file"]);
    }
}
