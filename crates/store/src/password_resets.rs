//! Links that let a user choose a new password.

use crate::{Conn, Result, params};

/// Whose password a link changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    /// The application.
    pub app: i64,
    /// The user's number there.
    pub user: i64,
}

/// Adds a link by the hash of its secret; times in Unix seconds.
pub fn insert(conn: &mut Conn<'_>, hash: &[u8], reset: Reset, created: i64, expires: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO password_resets (hash, app, user_id, created, expires) VALUES ($1, $2, $3, $4, $5)",
        params![hash, reset.app, reset.user, created, expires],
    )?;
    Ok(())
}

/// Finds a link that is valid at `now`, and keeps others from using it until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Reset>> {
    let sql = format!(
        "SELECT app, user_id FROM password_resets WHERE hash = $1 AND expires > $2{}",
        conn.for_update()
    );
    let row = conn.query_one(&sql, params![hash, now])?;
    row.map(|row| Ok(Reset { app: row.get(0)?, user: row.get(1)? })).transpose()
}

/// Number of links made for a user since a Unix second.
pub fn made_since(conn: &mut Conn<'_>, reset: Reset, since: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM password_resets WHERE app = $1 AND user_id = $2 AND created > $3";
    conn.query_one(sql, params![reset.app, reset.user, since])?.map_or(Ok(0), |row| row.get(0))
}

/// Deletes one link.
pub fn delete(conn: &mut Conn<'_>, hash: &[u8]) -> Result<()> {
    conn.execute("DELETE FROM password_resets WHERE hash = $1", params![hash])?;
    Ok(())
}

/// Deletes all links of a user.
pub fn delete_of_user(conn: &mut Conn<'_>, reset: Reset) -> Result<()> {
    conn.execute(
        "DELETE FROM password_resets WHERE app = $1 AND user_id = $2",
        params![reset.app, reset.user],
    )?;
    Ok(())
}

/// Deletes links and login values that ended by `now`; returns how many.
pub fn delete_expired(conn: &mut Conn<'_>, now: i64) -> Result<u64> {
    let resets = conn.execute("DELETE FROM password_resets WHERE expires <= $1", params![now])?;
    let logins = conn.execute("DELETE FROM login_tokens WHERE expires <= $1", params![now])?;
    Ok(resets + logins)
}
