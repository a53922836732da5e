//! Tables of licenses and users: a page of them, how many there are, all of them as a file, and what is done to those that a
//! filter means.

mod act;
mod export;
mod page;
mod row;

pub use act::Done;
pub use export::Export;
pub use page::{Jump, TablePage, TablePlace, TableQuery};
pub use row::TableRow;
