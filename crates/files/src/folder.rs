//! Folders, and the right to be the only one at work in one.

use std::{
    fs::{DirBuilder, File, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

use crate::{owner::hand_over_folder, private::open_private};

/// Makes a folder that only its owner can look into, with those above it, unless it is there. Where root makes them, they
/// are the owner's of the folder that they are in.
///
/// # Errors
/// Whatever the system says.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    let missing = folder.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists());
    let missing: Vec<_> = missing.collect();
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    missing.into_iter().rev().try_for_each(hand_over_folder)
}

/// Lets the names in a folder stay after a loss of power.
///
/// # Errors
/// Whatever the system says.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Not every file system can.
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// A right that nobody else has until it is dropped. It ends with the process, too.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "it is unlocked when it is dropped")] File);

/// The lock on a folder itself; `None` while somebody else has it.
///
/// # Errors
/// Whatever the system says.
pub fn lock_folder(folder: &Path) -> io::Result<Option<Lock>> {
    lock(File::open(folder)?)
}

/// The lock on a file, which is made where it is not there; `None` while somebody else has it. For folders that several
/// machines share: file systems between them lock files only.
///
/// # Errors
/// Whatever the system says.
pub fn lock_file(path: &Path) -> io::Result<Option<Lock>> {
    lock(open_private(path)?)
}

fn lock(file: File) -> io::Result<Option<Lock>> {
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn one_has_a_lock_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let (folder, file) = (place.path(), place.path().join("lock"));
        fs::write(&file, "stays").unwrap();
        for take in [&|| lock_folder(folder), &|| lock_file(&file)] as [&dyn Fn() -> _; 2] {
            let held = take().unwrap();
            assert!(held.is_some() && take().unwrap().is_none());
            drop(held);
            assert!(take().unwrap().is_some());
        }
        assert_eq!(fs::read(&file).unwrap(), b"stays");
        assert_eq!(lock_folder(&folder.join("none")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
