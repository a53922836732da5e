//! Sessions: the hot path. A trait of its own, with an implementation tuned for each database; what both databases
//! do alike is in [`shared`].

mod gathered;
mod postgres;
pub mod shared;
mod sqlite;
mod store;

use std::sync::Arc;

pub use store::{LiveSession, Lookup, NewSession, Scan, ScanRow, SessionStore, SessionUser, Visitor};

/// The implementation for a database.
pub(crate) fn open(db: &Arc<crate::Db>) -> Arc<dyn SessionStore> {
    Arc::new(match **db {
        crate::Db::Sqlite(_) => sqlite::open(db),
        crate::Db::Postgres(_) => postgres::open(db),
    })
}
