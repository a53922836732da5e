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
    let folder = File::open(folder_of(path)).map_err(|source| fault(path, source))?;
    match folder.try_lock() {
        Ok(()) => Ok(Lock(folder)),
        Err(TryLockError::WouldBlock) => Err(MasterKeyError::InUse(path.display().to_string())),
        Err(TryLockError::Error(source)) => Err(fault(path, source)),
    }
}

/// Puts a text in place of the file. Whoever reads it finds the old one or the new one, also after a crash; whose it is and who may
/// read it stays.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), MasterKeyError> {
    let replaced = || -> io::Result<()> {
        let new = beside(path);
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // Of a command that was ended in between.
            _ => write_private(&new, text.as_bytes())?,
        }
        take_over(path, &new)?;
        fs::rename(&new, path)?;
        File::open(folder_of(path))?.sync_all()
    };
    replaced().map_err(|source| fault(path, source))
}

pub(super) fn fault(path: &Path, source: io::Error) -> MasterKeyError {
    MasterKeyError::File { path: path.display().to_string(), source }
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
