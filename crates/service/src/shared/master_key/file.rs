//! The file of the master key: for its owner alone, and replaced as a whole.

use std::{io, path::Path};

use claviger_files::{Lock, exposure, folder_of, lock_folder, read_regular_text, replace_content, resolved};
use zeroize::Zeroizing;

use super::error::MasterKeyError;

/// Longest file in bytes: a key is a line.
const FILE_MAX: u64 = 1024 * 1024;

/// Keeps others from changing the file. Its folder is what is locked: the file itself is replaced.
pub(super) fn lock(path: &Path) -> Result<Lock, MasterKeyError> {
    let held = lock_folder(folder_of(&resolved(path))).map_err(|source| fault(path, source))?;
    held.ok_or_else(|| MasterKeyError::InUse(path.display().to_string()))
}

/// Puts a text in place of the file, where a link leads to it there: a link that is replaced would leave the keys from
/// before in the file. Whose it is and who may read it stays.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), MasterKeyError> {
    replace_content(path, text.as_bytes()).map_err(|error| match error.kind() {
        io::ErrorKind::ResourceBusy => MasterKeyError::Mounted(path.display().to_string()),
        _ => fault(path, error),
    })
}

/// What is in the file; `None` where there is none.
///
/// # Errors
/// When it cannot be read, or other users of the machine can read it.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, MasterKeyError> {
    match read_regular_text(path, FILE_MAX).map(Zeroizing::new) {
        Ok(text) => refuse_exposed(path).map(|()| Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(fault(path, source)),
    }
}

pub(super) fn fault(path: &Path, fault: io::Error) -> MasterKeyError {
    MasterKeyError::File { path: path.display().to_string(), fault }
}

fn refuse_exposed(path: &Path) -> Result<(), MasterKeyError> {
    match exposure(path).map_err(|source| fault(path, source))? {
        None => Ok(()),
        Some(how) => Err(MasterKeyError::Exposed(path.display().to_string(), how)),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use claviger_files::write_private;

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
    fn a_cause_is_told_once() {
        let error = fault(Path::new("master.key"), io::Error::other("no such luck"));
        assert!(std::error::Error::source(&error).is_none());
        assert!(error.to_string().contains("no such luck"));
    }
}
