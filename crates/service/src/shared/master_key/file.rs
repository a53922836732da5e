//! The file of the master key: for its owner alone, and replaced as a whole.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use super::error::MasterKeyError;
use crate::shared::private::write_private;

/// As long as this is kept, no other command changes the file.
pub(super) struct Lock(#[expect(dead_code, reason = "it is unlocked when it is dropped")] File);

/// Keeps others from changing the file. Its folder is what is locked: the file itself is replaced.
pub(super) fn lock(path: &Path) -> Result<Lock, MasterKeyError> {
    let folder = File::open(folder_of(&resolved(path))).map_err(|source| fault(path, source))?;
    match folder.try_lock() {
        Ok(()) => Ok(Lock(folder)),
        Err(TryLockError::WouldBlock) => Err(MasterKeyError::InUse(path.display().to_string())),
        Err(TryLockError::Error(source)) => Err(fault(path, source)),
    }
}

/// Puts a text in place of the file, where a link leads to it there. Whoever reads it finds the old one or the new one, also after a crash; whose it is and who may
/// read it stays.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), MasterKeyError> {
    let file = resolved(path);
    let new = beside(&file);
    let replaced = || -> io::Result<()> {
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // Of a command that was ended in between.
            _ => write_private(&new, text.as_bytes())?,
        }
        take_over(&file, &new)?;
        fs::rename(&new, &file)?;
        File::open(folder_of(&file))?.sync_all()
    };
    replaced().map_err(|error| {
        // It holds keys.
        let _ = fs::remove_file(&new);
        match error.kind() {
            io::ErrorKind::ResourceBusy => MasterKeyError::Mounted(path.display().to_string()),
            _ => fault(path, error),
        }
    })
}

/// The file itself, where the path is a link: a link that is replaced would leave the keys from before in the file.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

pub(super) fn fault(path: &Path, fault: io::Error) -> MasterKeyError {
    MasterKeyError::File { path: path.display().to_string(), fault }
}

/// # Errors
/// When other users of the machine can read the file.
#[cfg(unix)]
pub(super) fn refuse_exposed(path: &Path) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).map_err(|source| fault(path, source))?;
    // Where root keeps the file and lends it, as a secret of a container, the group is how we come to it.
    let others = if file.uid() == 0 && file.gid() != 0 { 0o037 } else { 0o077 };
    if file.mode() & others == 0 { Ok(()) } else { Err(MasterKeyError::Exposed(path.display().to_string())) }
}

#[cfg(not(unix))]
pub(super) fn refuse_exposed(_: &Path) -> Result<(), MasterKeyError> {
    Ok(())
}

/// Gives the new file to whom the old one belongs: an operator may be root, and the server not.
#[cfg(unix)]
fn take_over(old: &Path, new: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (was, is) = (fs::metadata(old)?, fs::metadata(new)?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        chown(new, Some(was.uid()), Some(was.gid()))?;
    }
    fs::set_permissions(new, was.permissions())
}

#[cfg(not(unix))]
fn take_over(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_file_is_replaced_where_a_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, link) = (folder.path().join("kept"), folder.path().join("master.key"));
        fs::create_dir(&kept).unwrap();
        let file = kept.join("key");
        write_private(&file, b"former").unwrap();
        symlink(&file, &link).unwrap();
        let _held = lock(&link).unwrap();
        assert!(matches!(lock(&file), Err(MasterKeyError::InUse(_))));
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[test]
    fn what_could_not_be_put_there_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::create_dir(&path).unwrap();
        assert!(matches!(replace(&path, "new"), Err(MasterKeyError::File { .. })));
        assert!(!beside(&path).exists());
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = fault(Path::new("master.key"), io::Error::other("no such luck"));
        assert!(std::error::Error::source(&error).is_none());
        assert!(error.to_string().contains("no such luck"));
    }
}
