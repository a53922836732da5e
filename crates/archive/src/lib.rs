//! The format of backups: rows of tables and contents of files as one stream, which either database writes and reads.
//!
//! ```text
//! envelope  "claviger-backup\n", version, kind of encryption;  body;  mark of the end, length, SHA-256 of all before
//! body      frames, perhaps encrypted: kind, length, length when compressed, content (deflate)
//! frames    Header; of each table Table, Rows…, TableEnd; of each file File, Data…, FileEnd; End
//! row       a value after the other: 0; 1 and the integer; 2, length and text; 3, length and bytes
//! ```
//!
//! What was cut off has no mark of the end, what was changed another digest; a table's own digest hangs on no order of its
//! rows, since databases sort differently.

pub mod age;
mod body;
mod envelope;
mod error;
pub mod foreign;
mod frame;
mod header;
mod reader;
mod row;
mod sum;
mod writer;

pub use body::{Body, Sealed};
pub use envelope::{Envelope, Opened, PRELUDE_LEN, Protection, TAIL_LEN, Tail};
pub use error::ArchiveError;
pub use header::{FileEntry, Header, Summary, Table, TableEnd, VERSION};
pub use reader::{Event, Reader};
pub use row::{CellRef, Cells, RowBuilder};
pub use sum::Sum;
pub use writer::Writer;
