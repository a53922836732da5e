//! How many sessions there are, without counting them: a scrape must not walk over a million rows.
//!
//! SQLite's file has one server, so rows are counted once, on a thread apart, and from then on each batch adds what it wrote
//! and each removal takes off what it removed. PostgreSQL may have several nodes, and keeps an estimate of its own.

use std::sync::{
    OnceLock,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use claviger_metrics::{Counter, Page};

use crate::{Conn, Db, Result, StoreError};

/// Sessions that began.
static BEGUN: Counter = Counter::new();
/// Rows that were removed.
static REMOVED: Counter = Counter::new();
/// Rows that were there when nothing had begun and nothing was removed, once they were counted.
static BEFORE: OnceLock<AtomicI64> = OnceLock::new();

/// Notes what a batch of creations came to.
pub(super) fn begun(batch: &[bool]) {
    BEGUN.add_all(batch.iter().filter(|created| **created).count() as u64);
}

/// Notes that rows were removed. A transaction that is undone later is noted all the same: it is seldom.
pub(super) fn removed(rows: u64) -> u64 {
    REMOVED.add_all(rows);
    rows
}

fn since_start() -> i64 {
    BEGUN.get() as i64 - REMOVED.get() as i64
}

/// Counts the rows that are there, where nothing else keeps an estimate. It reads all of them.
pub(crate) fn count(conn: &mut Conn<'_>) -> Result<()> {
    let row = conn.query_one("SELECT COUNT(*) FROM sessions", &[])?;
    let rows: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    BEFORE.get_or_init(AtomicI64::default).store(rows - since_start(), Relaxed);
    Ok(())
}

/// About how many rows there are; `None` where nobody knows yet.
pub(crate) async fn about(db: &Db) -> Result<Option<i64>> {
    if matches!(db, Db::Sqlite(_)) {
        return Ok(BEFORE.get().map(|before| (before.load(Relaxed) + since_start()).max(0)));
    }
    let estimate = |conn: &mut Conn<'_>| {
        // -1: nobody has looked at the table yet.
        let sql =
            "SELECT reltuples::BIGINT FROM pg_class WHERE oid = 'sessions'::regclass AND reltuples >= 0";
        conn.query_one(sql, &[])?.map(|row| row.get(0)).transpose()
    };
    db.read::<_, StoreError, _>(estimate).await
}

/// Tells what began and what was removed.
pub(crate) fn tell(page: &mut Page) {
    page.counter("claviger_sessions_begun_total", "Sessions that began on this node.", &BEGUN);
    let help = "Sessions that this node removed: ended, expired or killed ones.";
    page.counter("claviger_sessions_removed_total", help, &REMOVED);
}
