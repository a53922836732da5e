//! Why a backup was not made or not restored.

use std::io;

use claviger_archive::ArchiveError;
use claviger_files::READ_ONLY;
use claviger_outgoing::ObjectError;
use claviger_store::StoreError;

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The backup is not as it should be.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The object store failed.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// A file or a place failed.
    #[error("{what}: {reason}")]
    File {
        /// What was tried.
        what: String,
        /// What the system says. It is part of the text, so it is not told as its cause once more.
        reason: io::Error,
    },
    /// What was asked for is not possible; a sentence.
    #[error("{0}")]
    Refused(String),
}

impl BackupError {
    /// For `map_err`: what was tried.
    pub(super) fn file(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |reason| Self::File { what, reason }
    }

    /// What the operator should do about it, where that can be told.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) => error.advice(),
            Self::File { reason, .. } | Self::Archive(ArchiveError::Io(reason)) => match reason.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Some("the disk is full: make room; what was written by half is removed")
                }
                io::ErrorKind::ReadOnlyFilesystem => Some(READ_ONLY),
                io::ErrorKind::PermissionDenied => Some("see whose the folder is, and its permissions"),
                _ => reason.get_ref().and_then(|inner| inner.downcast_ref()).and_then(advice_for),
            },
            Self::Archive(ArchiveError::Plain) => Some(
                "whoever may write to its place may have made it, with owners of their own in it; if you know it as one from \
                 before backups were encrypted, take it with --plain",
            ),
            Self::Objects(error) => advice_for(error),
            _ => None,
        }
    }
}

fn advice_for(error: &ObjectError) -> Option<&'static str> {
    match error {
        ObjectError::Late(_) => {
            Some("see whether it runs; where it is slow, or the way to it, raise s3_timeout_seconds")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_the_unit_forbids_is_told_with_what_allows_it() {
        for kind in [io::ErrorKind::ReadOnlyFilesystem, io::ErrorKind::PermissionDenied] {
            let error = BackupError::file("the folder of backups")(kind.into());
            assert_eq!(
                error.advice().is_some_and(|advice| advice.contains("ReadWritePaths=")),
                kind == io::ErrorKind::ReadOnlyFilesystem
            );
        }
    }
}
