//! A row of somebody else's table.

use std::sync::Arc;

/// Bytes that the values of a row have at most; those of a longer one are dropped.
pub const ROW_MAX: usize = 16 << 20;
/// Columns that a table has at most.
pub const COLUMNS_MAX: usize = 256;

/// A row of somebody else's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignRow {
    /// Name of the table.
    pub table: Arc<str>,
    /// Line of the file in which the row ends, counted from 1.
    pub line: u64,
    /// Names of the columns.
    pub columns: Arc<[String]>,
    /// As many values as there are columns, `None` for SQL's null; none at all of a table that nobody asked for, and of a
    /// row that is too long.
    pub values: Vec<Option<Vec<u8>>>,
    /// The row has more than [`ROW_MAX`] bytes.
    pub too_long: bool,
}
