//! What a backup tells about itself.

use serde::{Deserialize, Serialize};

/// The format that this program writes, and the newest that it reads.
pub const VERSION: u16 = 1;

/// The first frame: what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the database's schema.
    pub schema: i64,
    /// Unix second as of which it holds the data.
    pub made: i64,
    /// Version of the program that made it.
    pub program: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The tables, in the order in which they follow.
    pub tables: Vec<Table>,
}

/// A table that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Names of its columns, in the order of the values.
    pub columns: Vec<String>,
    /// How many rows it has.
    pub rows: u64,
}

/// What stands behind the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEnd {
    /// How many rows there were.
    pub rows: u64,
    /// Their digest, see [`crate::Sum`].
    pub sum: String,
}

/// An uploaded file that follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Number of its application.
    pub app: i64,
    /// Its id.
    pub id: String,
}

/// What stands behind the content of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEnd {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

/// The last frame: what there was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Rows of all tables.
    pub rows: u64,
    /// Uploaded files.
    pub files: u64,
    /// Bytes in them.
    pub file_bytes: u64,
    /// Files that were gone or changed while they were read: somebody deleted or replaced them.
    pub missed: u64,
}
