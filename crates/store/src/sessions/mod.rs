//! Sessions: the hot path. A trait of its own, with statements tuned for each database; what both databases do alike
//! in a transaction is in [`shared`].

mod gathered;
pub mod pages;
mod postgres;
pub mod shared;
mod sqlite;
mod store;
mod wanted;

use std::sync::Arc;

pub use store::{LiveSession, Lookup, NewSession, Scan, ScanRow, SessionStore, SessionUser, Visitor};

pub use wanted::{Listed, Wanted, has_text};

use self::gathered::Gathered;
use crate::Db;

/// The implementation for a database.
pub(crate) fn open(db: &Arc<Db>) -> Arc<dyn SessionStore> {
    Arc::new(Gathered::new(db))
}
