//! Jobs as people watch them.

use super::change::{Change, Columns, Decision};
use crate::{Conn, Result, Row, params};

/// How long a job is kept after its end, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 3600;
/// Jobs of an application that are kept after their end, the newest.
pub const KEPT_MAX: i64 = 200;
/// Bytes of a reason that are kept.
const WHY_MAX: usize = 500;

/// A job, under way or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What it does; `None` for what only another release knows.
    pub change: Option<Change>,
    /// Who began it; empty: unknown.
    pub by: String,
    /// When, in Unix seconds.
    pub began: i64,
    /// How many rows it looks at, where that was known at the beginning.
    pub total: Option<i64>,
    /// Rows that it looked at until now.
    pub rows: i64,
    /// Rows that it changed until now.
    pub changed: i64,
    /// The number before its first row, that of its last one, and that of the row where it is.
    pub way: (i64, i64, i64),
    /// When it ended, in Unix seconds.
    pub ended: Option<i64>,
    /// Why it was given up.
    pub failed: Option<String>,
    /// Where its result is: an address within the application's pages, as `licenses?note=x`.
    pub result: Option<String>,
}

impl Job {
    /// How far it is, in thousandths.
    pub fn share(&self) -> i64 {
        let (first, upto, at) = self.way;
        let (done, all) = match self.total {
            Some(total) if total > 0 => (self.rows, total),
            _ => (at.max(first) - first, upto - first),
        };
        match self.ended {
            Some(_) if self.failed.is_none() => 1000,
            // What is not finished is not told to be.
            _ if all > 0 => (i128::from(done) * 1000 / i128::from(all)).clamp(0, 999) as i64,
            _ => 0,
        }
    }
}

/// Notes a job that begins: the number before its first row and that of its last one are known.
pub(super) fn add(
    conn: &mut Conn<'_>,
    app: i64,
    id: i64,
    decision: &Decision<'_>,
    Columns { kind, name, value, amount, flag }: &Columns,
    (first, upto): (i64, i64),
) -> Result<()> {
    let &Decision { by, total, now, .. } = decision;
    conn.execute(
        "INSERT INTO jobs (app, id, kind, name, value, amount, flag, begun_by, began, total, first_row, last_row, at_row,
             looked, changed, tries)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, 0, 0, 0)",
        params![app, id, *kind, name, value, *amount, *flag, by, now, total, first, upto],
    )?;
    Ok(())
}

/// Notes what a slice did: where the job is, the rows it looked at and those it changed.
pub(super) fn note(
    conn: &mut Conn<'_>,
    app: i64,
    id: i64,
    at: Option<i64>,
    (rows, changed): (i64, i64),
) -> Result<()> {
    conn.execute(
        "UPDATE jobs SET at_row = COALESCE($3, at_row), looked = looked + $4, changed = changed + $5, tries = 0
         WHERE app = $1 AND id = $2",
        params![app, id, at, rows, changed],
    )?;
    Ok(())
}

/// Notes that a job ended, or why it was given up, and forgets those beyond what is kept.
pub(super) fn end(conn: &mut Conn<'_>, app: i64, id: i64, failed: Option<&str>, now: i64) -> Result<()> {
    let failed = failed.map(|why| why.chars().take(WHY_MAX).collect::<String>());
    conn.execute(
        "UPDATE jobs SET ended = $3, failed = $4 WHERE app = $1 AND id = $2",
        params![app, id, now, failed.as_deref()],
    )?;
    conn.execute(
        "DELETE FROM jobs WHERE app = $1 AND ended IS NOT NULL AND id <= (SELECT id FROM jobs WHERE app = $1
           AND ended IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET $2)",
        params![app, KEPT_MAX],
    )?;
    Ok(())
}

/// Removes a job that was done at once, which nobody watches; returns how many rows it changed.
pub(super) fn take(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<i64> {
    let row =
        conn.query_one("DELETE FROM jobs WHERE app = $1 AND id = $2 RETURNING changed", params![app, id])?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Counts a slice that failed; returns how many did in a row.
pub(super) fn count_failure(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<i64> {
    let sql = "UPDATE jobs SET tries = tries + 1 WHERE app = $1 AND id = $2 RETURNING tries";
    conn.query_one(sql, params![app, id])?.map_or(Ok(0), |row| row.get(0))
}

/// What a job changed is none any more.
pub(super) fn undone(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<()> {
    conn.execute("UPDATE jobs SET changed = 0 WHERE app = $1 AND id = $2", params![app, id])?;
    Ok(())
}

/// Says where the result of a job is: an address within the application's pages.
pub fn set_result(conn: &mut Conn<'_>, app: i64, id: i64, address: &str) -> Result<()> {
    conn.execute("UPDATE jobs SET result = $3 WHERE app = $1 AND id = $2", params![app, id, address])?;
    Ok(())
}

const SELECT: &str =
    "SELECT kind, name, value, amount, flag, id, begun_by, began, total, looked, changed, first_row,
    last_row, at_row, ended, failed, result FROM jobs WHERE app = $1";

fn read(row: &Row) -> Result<Job> {
    Ok(Job {
        change: Change::from_row(row).ok(),
        id: row.get(5)?,
        by: row.get(6)?,
        began: row.get(7)?,
        total: row.get(8)?,
        rows: row.get(9)?,
        changed: row.get(10)?,
        way: (row.get(11)?, row.get(12)?, row.get(13)?),
        ended: row.get(14)?,
        failed: row.get(15)?,
        result: row.get(16)?,
    })
}

/// The jobs of an application, newest first, before the one of number `before`.
pub fn jobs(conn: &mut Conn<'_>, app: i64, before: i64, limit: i64) -> Result<Vec<Job>> {
    let sql = format!("{SELECT} AND id < $2 ORDER BY id DESC LIMIT $3");
    conn.query(&sql, params![app, before, limit])?.iter().map(read).collect()
}

/// A job by number.
pub fn job(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<Job>> {
    conn.query_one(&format!("{SELECT} AND id = $2"), params![app, id])?.as_ref().map(read).transpose()
}

/// Forgets jobs that ended [long enough](KEPT_SECONDS) ago.
pub fn forget(conn: &mut Conn<'_>, now: i64) -> Result<()> {
    conn.execute("DELETE FROM jobs WHERE ended < $1", params![now - KEPT_SECONDS])?;
    Ok(())
}
