//! Forms that may be sent once.

use crate::{Conn, Result, params};

/// Notes that a form was used, by a hash, until it has ended anyway; `false` when it was used before.
pub fn once(conn: &mut Conn<'_>, hash: &[u8], expires: i64) -> Result<bool> {
    let sql = "INSERT INTO people_used (hash, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(conn.execute(sql, params![hash, expires])? == 1)
}

/// Forgets forms that have ended by `now`.
pub fn delete_expired(conn: &mut Conn<'_>, now: i64) -> Result<()> {
    conn.execute("DELETE FROM people_used WHERE expires <= $1", params![now])?;
    Ok(())
}
