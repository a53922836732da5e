//! Folders for a look at a backup: what was encrypted lies in them as it is, so none may stay.

use std::{
    fs::{self, DirEntry, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
};

use claviger_files::{Lock, lock_folder};
use tempfile::TempDir;

use super::error::BackupError;

const BEGINNING: &str = "claviger-verify-";
/// How often it is tried to remove one into which somebody still writes.
const TRIES: u32 = 1000;

/// A folder that only its owner can look into. It is removed when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    /// Held on the folder for as long as somebody is at work in it; `None`: its file system knows no locks.
    _lock: Option<Lock>,
}

impl Scratch {
    /// Makes one in a folder, and removes those that killed processes of the same user have left there.
    ///
    /// # Errors
    /// When that folder cannot be used.
    pub fn within(above: &Path) -> Result<Self, BackupError> {
        let told = || BackupError::file(format!("cannot use the folder {}", above.display()));
        loop {
            let mut new = tempfile::Builder::new();
            new.prefix(BEGINNING).permissions(Permissions::from_mode(0o700));
            let folder = new.tempdir_in(above).map_err(told())?;
            let lock = lock_folder(folder.path());
            let is_locked = match &lock {
                Ok(lock) => lock.is_some(),
                Err(error) => error.kind() != ErrorKind::NotFound,
            };
            // Else somebody took it for one that was left, before it was locked.
            if is_locked && folder.path().exists() {
                let lock = lock.ok().flatten();
                if let Ok(found) = folder.path().metadata() {
                    sweep(above, found.uid());
                }
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the folder at this path, though somebody may still write into it.
    pub fn remove(path: &Path) {
        for _ in 0..TRIES {
            if !matches!(fs::remove_dir_all(path), Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty)
            {
                return;
            }
        }
    }
}

/// Removes the folders of this user that nobody holds. What cannot be removed stays: it is in nobody's way.
fn sweep(above: &Path, user: u32) {
    for entry in fs::read_dir(above).into_iter().flatten().flatten() {
        if is_left(&entry, user).unwrap_or(false)
            && let Ok(Some(_lock)) = lock_folder(&entry.path())
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_left(entry: &DirEntry, user: u32) -> io::Result<bool> {
    let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(BEGINNING));
    // Of the entry itself: a link may lead to a folder of somebody else.
    Ok(is_named && entry.file_type()?.is_dir() && entry.metadata()?.uid() == user)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_was_left_goes_and_what_is_held_stays() {
        let above = tempfile::tempdir().unwrap();
        let path = |name: &str| above.path().join(name);
        for name in ["claviger-verify-left", "claviger-other", "elsewhere"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("claviger.db"), "text").unwrap();
        }
        symlink(path("elsewhere"), path("claviger-verify-link")).unwrap();
        let first = Scratch::within(above.path()).unwrap();
        assert_eq!(first.path().metadata().unwrap().mode() & 0o777, 0o700);
        assert!(!path("claviger-verify-left").exists());
        let second = Scratch::within(above.path()).unwrap();
        assert!(first.path().exists() && path("claviger-other/claviger.db").exists());
        assert!(path("elsewhere/claviger.db").exists());
        fs::write(first.path().join("claviger.db"), "text").unwrap();
        Scratch::remove(first.path());
        assert!(!first.path().exists());
        let gone = second.path().to_owned();
        drop(second);
        assert!(!gone.exists());
    }
}
