//! What other servers export, as rows: dumps of MySQL and MariaDB, JSON, and CSV. Nothing here knows what the rows mean, and
//! nothing is read from anywhere but the stream that is handed in.

mod csv;
mod dump;
mod encoding;
mod error;
mod json;
mod lexer;
mod quotes;
mod row;

pub use self::{
    csv::read_csv,
    dump::read_dump,
    encoding::is_utf16,
    error::ForeignError,
    json::read_json,
    row::{COLUMNS_MAX, ForeignRow, ROW_MAX, RowFault},
};
