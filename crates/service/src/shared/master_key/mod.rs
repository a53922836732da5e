//! Master keys: where they come from, the forms in which they are written down, and what a database tells of its own.

mod error;
mod file;
mod marks;
pub(crate) mod purpose;
mod source;
mod text;

pub use error::MasterKeyError;
pub(crate) use marks::Marks;
pub use source::MasterKeySource;
pub(crate) use source::{Sight, draw};
pub(crate) use text::KeyBytes;
pub use text::Protection;
