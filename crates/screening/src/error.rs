//! Why a check cannot be made.

use std::path::Path;

/// What is wrong with the data that a check needs, and what to do about it. Never holds a password or its hash.
#[derive(Debug, thiserror::Error)]
pub enum ScreeningError {
    /// The system refuses a file or folder.
    #[error("{path} cannot be read: {source}. Check that it is there and that the server may read it")]
    File {
        /// Where it is.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is not as it should be.
    #[error("{path}, line {line}: {reason}")]
    Line {
        /// The file.
        path: String,
        /// Counted from one.
        line: usize,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// A file or folder as a whole is of no use.
    #[error("{path} {reason}")]
    Unusable {
        /// Where it is.
        path: String,
        /// What is wrong, and what to do.
        reason: &'static str,
    },
    /// The source of leaked passwords gave no answer.
    #[error("the service of leaked passwords cannot be asked: {0}")]
    Source(String),
    /// The source of leaked passwords answered something else.
    #[error(
        "the service of leaked passwords did not answer with lines of SUFFIX:COUNT: \
         check its address, without /range/ and what follows"
    )]
    Answer,
    /// The server stops.
    #[error("the check was given up, since the server stops")]
    Stopped,
}

impl ScreeningError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }

    pub(crate) fn line(path: &Path, line: usize, reason: impl Into<String>) -> Self {
        Self::Line { path: path.display().to_string(), line, reason: reason.into() }
    }

    pub(crate) fn unusable(path: &Path, reason: &'static str) -> Self {
        Self::Unusable { path: path.display().to_string(), reason }
    }
}
