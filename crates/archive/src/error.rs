//! What can be wrong with a backup.

use std::io;

/// What can be wrong with a backup, or with reading and writing it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file ends before its end.
    #[error("the backup is cut off: it was not written to its end, or not copied whole")]
    CutOff,
    /// It is something else.
    #[error("this is no backup of Claviger")]
    Foreign,
    /// A newer program wrote it.
    #[error("the backup has format {found}, this program knows {known}: use a newer claviger")]
    Newer {
        /// Its version.
        found: u16,
        /// The newest version that this program knows.
        known: u16,
    },
    /// It was changed since it was written.
    #[error("the backup is damaged: {0}")]
    Damaged(&'static str),
    /// It is encrypted, and nothing at hand may open it.
    #[error("the backup is encrypted: {0} is needed")]
    Locked(&'static str),
    /// It is not encrypted, and only those that are were wanted.
    #[error("the backup is not encrypted, as those of this server are")]
    Plain,
    /// What is at hand opens another one.
    #[error("the {0} at hand does not open this backup")]
    WrongKey(&'static str),
    /// A row or a content is larger than the format allows.
    #[error("a row of {0} bytes is too large for a backup")]
    TooLarge(usize),
    /// What the system says.
    #[error("{0}")]
    Io(io::Error),
}

impl From<io::Error> for ArchiveError {
    /// A failure of a layer below comes through as what it was.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) => Self::Io(error),
        }
    }
}

impl ArchiveError {
    /// A failure to read, where an early end means that the rest is missing.
    pub(crate) fn reading(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::CutOff } else { error.into() }
    }
}
