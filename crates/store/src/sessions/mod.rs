//! Sessions: the hot path. A trait of its own, with statements tuned for each database; what both databases do alike
//! in a transaction is in [`shared`].

mod counts;
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
use claviger_metrics::{Kind, Page};

use crate::Db;
pub(crate) use counts::{about, count};

/// The implementation for a database.
pub(crate) fn open(db: &Arc<Db>) -> Arc<dyn SessionStore> {
    Arc::new(Gathered::new(db))
}

/// Tells how many sessions began and were removed, and how many at a time.
pub(crate) fn tell(page: &mut Page) {
    counts::tell(page);
    let help = "Things that were done together, in one transaction or one commit.";
    page.family("claviger_database_batch_size", Kind::Histogram, help);
    page.histogram(&[("of", "create")], &gathered::CREATED_TOGETHER);
    page.histogram(&[("of", "look_up")], &gathered::FOUND_TOGETHER);
    page.histogram(&[("of", "commit")], &crate::db::sqlite::GROUPS);
}
