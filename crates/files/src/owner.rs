//! Whose files are that root makes.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt as _, fchown},
    path::Path,
};

use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    process::geteuid,
};

use crate::above::folder_of;

/// Gives what root has just made to the owner of the folder that it is in: a command may be run by root beside a server that
/// is another user, which could not read it otherwise. Where that cannot be, it stays root's.
pub(crate) fn hand_over(made: &File, path: &Path) {
    if geteuid().is_root()
        && let Ok(folder) = fs::metadata(folder_of(path))
        && folder.uid() != 0
    {
        let _ = fchown(made, Some(folder.uid()), Some(folder.gid()));
    }
}

/// As [`hand_over`], for a folder.
pub(crate) fn hand_over_folder(path: &Path) -> io::Result<()> {
    if geteuid().is_root() {
        // A link that was put in its place meanwhile leads nowhere.
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = openat(CWD, path, flags, Mode::empty())?;
        hand_over(&File::from(made), path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::chown;

    use crate::{create_private_folder, lock_file, open_private, replace_private, write_private};

    use super::*;

    #[test]
    fn what_root_makes_belongs_to_whose_folder_it_is_in() {
        if !geteuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_private(&path("before"), b"text").unwrap();
        chown(folder.path(), Some(4242), Some(4243)).unwrap();
        create_private_folder(&path("a/b")).unwrap();
        write_private(&path("a/b/written"), b"text").unwrap();
        replace_private(&path("a/replaced"), b"text").unwrap();
        drop(lock_file(&path("a/lock")).unwrap());
        drop(open_private(&path("opened")).unwrap());
        for name in ["a", "a/b", "a/b/written", "a/replaced", "a/lock", "opened"] {
            let found = fs::metadata(path(name)).unwrap();
            assert_eq!((found.uid(), found.gid()), (4242, 4243), "{name}");
        }
        // What was there before stays whose it is.
        drop(open_private(&path("before")).unwrap());
        create_private_folder(&path("a")).unwrap();
        assert_eq!(fs::metadata(path("before")).unwrap().uid(), 0);
    }
}
