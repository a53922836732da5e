//! How far an export is taken.

use crate::{Conn, Result, params};

/// Rows of a table of an export that were dealt with, whatever came of them.
pub fn upto(conn: &mut Conn<'_>, app: i64, source: &str, table: &str) -> Result<i64> {
    let sql = "SELECT upto FROM takeovers WHERE app = $1 AND source = $2 AND name = $3";
    conn.query_one(sql, params![app, source, table])?.map_or(Ok(0), |row| row.get(0))
}

/// As [`upto`], where rows are made: until the end of the transaction no other run over the same export deals with that table,
/// so each row is made by one of them.
pub fn hold_upto(conn: &mut Conn<'_>, app: i64, source: &str, table: &str, now: i64) -> Result<i64> {
    // A row that is not there cannot be locked.
    conn.execute(
        "INSERT INTO takeovers (app, source, name, upto, time) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (app, source, name) DO NOTHING",
        params![app, source, table, now],
    )?;
    let sql = format!(
        "SELECT upto FROM takeovers WHERE app = $1 AND source = $2 AND name = $3{}",
        conn.for_update()
    );
    conn.query_one(&sql, params![app, source, table])?.map_or(Ok(0), |row| row.get(0))
}

/// Notes, along with what came of them, that so many rows of a table were dealt with.
pub fn set_upto(conn: &mut Conn<'_>, app: i64, source: &str, table: &str, rows: i64, now: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO takeovers (app, source, name, upto, time) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (app, source, name) DO UPDATE SET upto = excluded.upto, time = excluded.time",
        params![app, source, table, rows, now],
    )?;
    Ok(())
}

/// Forgets which users and licenses were made of an export, about `limit` of them; whether there were any.
pub fn forget_made(conn: &mut Conn<'_>, app: i64, source: &str, limit: i64) -> Result<bool> {
    let sql = "DELETE FROM takeover_rows WHERE app = $1 AND (kind, id) IN (
                   SELECT kind, id FROM takeover_rows WHERE app = $1 AND source = $2 LIMIT $3)";
    Ok(conn.execute(sql, params![app, source, limit])? > 0)
}

/// Whether a change of very many rows of an application is under way.
pub fn is_busy(conn: &mut Conn<'_>, app: i64) -> Result<bool> {
    Ok(conn.query_one("SELECT 1 FROM bulk_jobs WHERE app = $1 LIMIT 1", params![app])?.is_some())
}
