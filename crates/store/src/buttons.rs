//! Buttons of the web loader.

use crate::{Conn, Result, params};

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What programs get when it is pressed.
    pub value: String,
    /// What is written on it.
    pub label: String,
}

/// Adds a button; `false` when there is one of that value.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Button) -> Result<bool> {
    let sql =
        "INSERT INTO buttons (app, value, label) VALUES ($1, $2, $3) ON CONFLICT (app, value) DO NOTHING";
    Ok(conn.execute(sql, params![app, &new.value, &new.label])? == 1)
}

/// All buttons of an application, in the order of their values.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Button>> {
    let sql = "SELECT value, label FROM buttons WHERE app = $1 ORDER BY value";
    let rows = conn.query(sql, params![app])?;
    rows.iter().map(|row| Ok(Button { value: row.get(0)?, label: row.get(1)? })).collect()
}

/// Buttons with values after `after`, at most `limit`, in the order of their values.
pub fn page(conn: &mut Conn<'_>, app: i64, after: &str, limit: i64) -> Result<Vec<Button>> {
    let sql = "SELECT value, label FROM buttons WHERE app = $1 AND value > $2 ORDER BY value LIMIT $3";
    let rows = conn.query(sql, params![app, after, limit])?;
    rows.iter().map(|row| Ok(Button { value: row.get(0)?, label: row.get(1)? })).collect()
}

/// Deletes a button; `false` when there is none.
pub fn delete(conn: &mut Conn<'_>, app: i64, value: &str) -> Result<bool> {
    Ok(conn.execute("DELETE FROM buttons WHERE app = $1 AND value = $2", params![app, value])? == 1)
}

/// Deletes all buttons of an application; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM buttons WHERE app = $1", params![app])
}
