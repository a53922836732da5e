//! Subscriptions that an application offers: names for the levels of licenses.

use crate::{Conn, Result, params};

/// Adds a subscription; `false` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, name: &str, level: &str) -> Result<bool> {
    let added = conn.execute(
        "INSERT INTO subscriptions (app, name, level) VALUES ($1, $2, $3) ON CONFLICT (app, name) DO NOTHING",
        params![app, name, level],
    )?;
    Ok(added == 1)
}

/// Names of the subscriptions of a level, in the order of the alphabet.
pub fn of_level(conn: &mut Conn<'_>, app: i64, level: &str) -> Result<Vec<String>> {
    let sql = "SELECT name FROM subscriptions WHERE app = $1 AND level = $2 ORDER BY name";
    conn.query(sql, params![app, level])?.iter().map(|row| row.get(0)).collect()
}
