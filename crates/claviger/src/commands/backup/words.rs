//! Backups in words.

use claviger_service::backups::{BackupError, Summary};

/// What was in a backup.
pub(super) fn told(summary: &Summary) -> String {
    let Summary { rows, files, missed, .. } = summary;
    match missed {
        0 => format!("{rows} rows, {files} files"),
        missed => {
            format!(
                "{rows} rows, {files} files ({missed} were deleted or replaced meanwhile, not there, or not to be read)"
            )
        }
    }
}

/// A failure, with what to do about it.
pub(in super::super) fn advised(error: BackupError) -> anyhow::Error {
    match error.advice() {
        Some(advice) => anyhow::anyhow!("{error}: {advice}"),
        None => error.into(),
    }
}
