//! Uploaded files on their way out of a backup.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use claviger_archive::{ArchiveError, FileEntry};

use super::error::BackupError;
use crate::shared::{file_store::is_id, private::create_private};

/// Says in the folder of files that a restore fills it.
const MARK: &str = ".unfinished-restore";

/// Where files go.
pub(super) enum Files {
    /// Nowhere: their content is only looked at.
    Nowhere,
    /// Into the folder of uploads.
    Folder { dir: PathBuf, open: Option<(File, PathBuf)> },
}

impl Files {
    /// A folder that has no uploads, or those of a restore that was not finished, which go.
    pub(super) fn of_folder(dir: &Path) -> Result<Self, BackupError> {
        let told = || BackupError::file(format!("cannot use the folder of files {}", dir.display()));
        create_private(dir).map_err(told())?;
        let mark = dir.join(MARK);
        let unfinished = mark.exists();
        for entry in fs::read_dir(dir).map_err(told())? {
            let entry = entry.map_err(told())?;
            let of_app =
                entry.file_name().to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
            if !of_app {
                continue;
            }
            if !unfinished {
                return Err(BackupError::Refused(format!(
                    "the folder of files {} has uploads already, and nothing is overwritten: move them away",
                    dir.display()
                )));
            }
            fs::remove_dir_all(entry.path()).map_err(told())?;
        }
        fs::write(&mark, b"").map_err(told())?;
        Ok(Self::Folder { dir: dir.into(), open: None })
    }

    pub(super) fn begin(&mut self, entry: &FileEntry) -> Result<(), BackupError> {
        if !is_id(&entry.id) || entry.app <= 0 {
            return Err(ArchiveError::Damaged("a file has an impossible name").into());
        }
        let Self::Folder { dir, open } = self else { return Ok(()) };
        let folder = dir.join(entry.app.to_string());
        let path = folder.join(&entry.id);
        let told = || BackupError::file(format!("cannot write {}", path.display()));
        create_private(&folder).map_err(told())?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        *open = Some((options.open(&path).map_err(told())?, path));
        Ok(())
    }

    pub(super) fn data(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        let Self::Folder { open: Some((file, path)), .. } = self else { return Ok(()) };
        file.write_all(bytes).map_err(BackupError::file(format!("cannot write {}", path.display())))
    }

    pub(super) fn end(&mut self) -> Result<(), BackupError> {
        let Self::Folder { open, .. } = self else { return Ok(()) };
        let Some((file, path)) = open.take() else { return Ok(()) };
        file.sync_all().map_err(BackupError::file(format!("cannot write {}", path.display())))
    }

    /// All of them are there.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let Self::Folder { dir, .. } = self else { return Ok(()) };
        match fs::remove_file(dir.join(MARK)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(BackupError::file("cannot remove the mark of a restore")(error))
            }
            _ => Ok(()),
        }
    }
}
