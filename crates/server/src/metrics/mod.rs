//! What the server counts of requests, and the page on which all its counts are told.

mod listen;
mod page;
mod process;
mod requests;

pub use listen::serve_metrics;
pub(crate) use requests::{by_path, count, name};
