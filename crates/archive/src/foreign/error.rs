//! Why an export cannot be read.

use std::io;

/// Why an export cannot be read. The text is a sentence for whoever brought the file.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// Reading failed.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It ends in the middle of something.
    #[error("it ends in line {line} in the middle of a statement: it is cut off, make it anew")]
    CutOff {
        /// Line, counted from 1.
        line: u64,
    },
    /// It begins as a dump does that tells its end, and does not tell it.
    #[error(
        "it begins with the line `-- MySQL dump` or `-- MariaDB dump`, and the one is missing with which such a dump ends, \
         `-- Dump completed`: it is cut off, make it anew. If you shortened it yourself, take out the first line too"
    )]
    Incomplete,
    /// It is none.
    #[error("line {line}: {what}")]
    Malformed {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// It is no JSON.
    #[error("it is no JSON of the Seller API: {0}")]
    Json(serde_json::Error),
}
