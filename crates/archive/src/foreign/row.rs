//! A row of somebody else's table.

use std::{fmt, sync::Arc};

/// Bytes that the values of a row have at most; those of a longer one are dropped.
pub const ROW_MAX: usize = 16 << 20;
/// Columns that a table has at most.
pub const COLUMNS_MAX: usize = 256;

/// A row of somebody else's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignRow {
    /// Name of the table.
    pub table: Arc<str>,
    /// Line of the file in which the row ends, of CSV begins, counted from 1.
    pub line: u64,
    /// Names of the columns.
    pub columns: Arc<[String]>,
    /// As many values as there are columns, `None` for SQL's null; none at all of a table that nobody asked for, and of a
    /// row with a fault.
    pub values: Vec<Option<Vec<u8>>>,
    /// Why there are none.
    pub fault: Option<RowFault>,
}

/// Why nothing of a row can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// It has more than [`ROW_MAX`] bytes.
    TooLong,
    /// It has so many fields, and not one for each column.
    Fields(usize),
}

impl fmt::Display for RowFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => formatter.write_str("it has more than 16 MiB"),
            Self::Fields(1) => formatter.write_str("it has 1 field"),
            Self::Fields(count) => write!(formatter, "it has {count} fields"),
        }
    }
}
