//! Writing a file whole: whoever reads it finds the old content or none, or the new one, also after a crash.

use std::{
    fs::{self, File},
    hash::{BuildHasher as _, RandomState},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{MetadataExt as _, fchown},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::{above::folder_of, folder::sync_folder, private::create_private};

/// Writes a new file that only its owner can read.
///
/// # Errors
/// Whatever the system says, and nothing is there then; also when something is there already, be it a link.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    // A name that no other process writes to at this moment, as of two servers that start at once.
    let new = beside(path, &format!(".new-{:016x}", RandomState::new().hash_one(0)));
    put(&new, path, content, |_| Ok(()), place_new)
}

/// Puts a file that only its owner can read in place of what is at this path, if anything is: of a link, too.
///
/// # Errors
/// Whatever the system says; what was there is there still, and nothing else.
pub fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    put_in_place(path, content, |_| Ok(()))
}

/// Puts another content into a file that is there, where a link leads to it there. Whose it is and who may read it stays.
///
/// # Errors
/// Whatever the system says; what was there is there still, and nothing else. [`ErrorKind::ResourceBusy`]: something is
/// mounted on the file.
pub fn replace_content(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = resolved(path);
    put_in_place(&file, content, |new| take_over(&file, new))
}

/// The file itself, where the path is a link.
pub fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn put_in_place(
    path: &Path,
    content: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
) -> io::Result<()> {
    let new = beside(path, ".new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        // Of a process that was ended in between.
        _ => {}
    }
    put(&new, path, content, prepare, |new, path| fs::rename(new, path))
}

/// Writes the file at `new`, which is not there, and gives it its name.
fn put(
    new: &Path,
    path: &Path,
    content: &[u8],
    prepare: impl FnOnce(&File) -> io::Result<()>,
    place: impl FnOnce(&Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = create_private(new)?;
    let placed = file
        .write_all(content)
        .and_then(|()| prepare(&file))
        .and_then(|()| file.sync_all())
        .and_then(|()| place(new, path));
    if placed.is_err() {
        // It may hold keys.
        let _ = fs::remove_file(new);
    }
    placed?;
    sync_folder(folder_of(path))
}

/// Gives a file a name that nothing has. Not every file system knows links, and not every one such renaming.
fn place_new(new: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(new, path) {
        Ok(()) => fs::remove_file(new),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(error) => renameat_with(CWD, new, CWD, path, RenameFlags::NOREPLACE).map_err(|_| error),
    }
}

/// Gives the new file to whom the old one belongs: an operator may be root, and the server not.
fn take_over(old: &Path, new: &File) -> io::Result<()> {
    let (was, is) = (fs::metadata(old)?, new.metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        fchown(new, Some(was.uid()), Some(was.gid()))?;
    }
    new.set_permissions(was.permissions())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::Permissions,
        os::unix::fs::{PermissionsExt as _, symlink},
        thread,
    };

    use super::*;

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
        fs::write(beside(&path, ".new"), "half of it").unwrap();
        fs::set_permissions(beside(&path, ".new"), Permissions::from_mode(0o644)).unwrap();
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
        symlink(&other, beside(&path, ".new")).unwrap();
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

    #[test]
    fn what_is_there_is_not_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, nowhere] = ["file", "link", "nowhere"].map(|name| folder.path().join(name));
        write_private(&file, b"first").unwrap();
        symlink(&nowhere, &link).unwrap();
        for path in [&file, &link] {
            assert_eq!(write_private(path, b"second").unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(&file).unwrap(), b"first");
        assert!(!nowhere.exists());
        assert_eq!(names(folder.path()), ["file", "link"], "nothing beside them");
    }

    #[test]
    fn one_of_many_writes_a_new_file_and_all_find_it_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |n: usize| {
            let written = write_private(&path, n.to_string().repeat(1000).as_bytes());
            if let Err(error) = &written {
                assert_eq!(error.kind(), ErrorKind::AlreadyExists);
            }
            assert_eq!(fs::read(&path).unwrap().len(), 1000);
            written.is_ok()
        };
        let made = thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|n| scope.spawn(move || write(n))).collect();
            all.into_iter().map(|one| one.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!((made, mode(&path)), (1, 0o600));
        assert_eq!(names(folder.path()), ["file"]);
        let away = folder.path().join("none/file");
        assert_eq!(write_private(&away, b"text").unwrap_err().kind(), ErrorKind::NotFound);
    }
}
