//! What a database tells of itself without work.

use std::{fs, path::Path};

use claviger_metrics::{Kind, Page};

use super::{Db, conn::Conn, sqlite::log_of};
use crate::{Result, StoreError};

/// How large a database is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DbBytes {
    /// The data.
    pub data: u64,
    /// The write-ahead log; `None` where the server keeps it.
    pub log: Option<u64>,
}

impl Db {
    /// Its kind, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// How large it is. PostgreSQL looks at its files for that, which takes some milliseconds.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn bytes(&self) -> Result<DbBytes> {
        let path = match self {
            Self::Sqlite(db) => db.path(),
            Self::Postgres(_) => {
                let size = |conn: &mut Conn<'_>| {
                    let row = conn.query_one("SELECT pg_database_size(current_database())", &[])?;
                    row.map_or(Ok(0), |row| row.get::<i64>(0))
                };
                let data = self.read::<_, StoreError, _>(size).await?.unsigned_abs();
                return Ok(DbBytes { data, log: None });
            }
        };
        let length = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        Ok(DbBytes { data: length(path), log: Some(length(&log_of(path))) })
    }

    /// Tells what waits, and whether the database can be reached.
    pub(crate) fn tell(&self, page: &mut Page) {
        page.family(
            "claviger_database_info",
            Kind::Gauge,
            "Always 1; the label tells the kind of the database.",
        );
        page.sample(&[("kind", self.kind())], 1);
        let (lanes, outage) = match self {
            Self::Sqlite(db) => (db.waiting(), false),
            Self::Postgres(db) => (db.waiting(), db.is_unreachable()),
        };
        let help = "1 while connections to the database cannot be made.";
        page.gauge("claviger_database_outage", help, u8::from(outage));
        let help = "Transactions that wait for a thread of the database, by lane.";
        page.family("claviger_database_queue", Kind::Gauge, help);
        for (lane, waiting) in lanes {
            page.sample(&[("lane", lane)], waiting);
        }
    }
}
