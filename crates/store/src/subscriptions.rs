//! Subscriptions that an application offers: names for the levels of licenses.

use crate::{Conn, Result, params};

/// A subscription that an application offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its name.
    pub name: String,
    /// Level of the licenses that bring it.
    pub level: String,
}

/// Adds a subscription; `false` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, name: &str, level: &str) -> Result<bool> {
    let id = conn.next_serials(app, "subscriptions", 1)?;
    let added = conn.execute(
        "INSERT INTO subscriptions (app, name, level, id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (app, name) DO NOTHING",
        params![app, name, level, id],
    )?;
    Ok(added == 1)
}

/// Names of the subscriptions of a level, in the order of their making.
pub fn of_level(conn: &mut Conn<'_>, app: i64, level: &str) -> Result<Vec<String>> {
    let sql = "SELECT name FROM subscriptions WHERE app = $1 AND level = $2 ORDER BY id, name";
    conn.query(sql, params![app, level])?.iter().map(|row| row.get(0)).collect()
}

/// All subscriptions of an application, in the order of their making.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Subscription>> {
    let sql = "SELECT name, level FROM subscriptions WHERE app = $1 ORDER BY id, name";
    let rows = conn.query(sql, params![app])?;
    rows.iter().map(|row| Ok(Subscription { name: row.get(0)?, level: row.get(1)? })).collect()
}

/// As [`all`], at most `limit` behind the first `skip`.
pub fn page(conn: &mut Conn<'_>, app: i64, skip: i64, limit: i64) -> Result<Vec<Subscription>> {
    let sql = "SELECT name, level FROM subscriptions WHERE app = $1 ORDER BY id, name LIMIT $3 OFFSET $2";
    let rows = conn.query(sql, params![app, skip, limit])?;
    rows.iter().map(|row| Ok(Subscription { name: row.get(0)?, level: row.get(1)? })).collect()
}

/// A subscription by its name.
pub fn get(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Option<Subscription>> {
    let sql = "SELECT name, level FROM subscriptions WHERE app = $1 AND name = $2";
    let row = conn.query_one(sql, params![app, name])?;
    row.map(|row| Ok(Subscription { name: row.get(0)?, level: row.get(1)? })).transpose()
}

/// Gives a subscription another level; `false` when there is none of that name.
pub fn set_level(conn: &mut Conn<'_>, app: i64, name: &str, level: &str) -> Result<bool> {
    let sql = "UPDATE subscriptions SET level = $3 WHERE app = $1 AND name = $2";
    Ok(conn.execute(sql, params![app, name, level])? == 1)
}

/// Deletes a subscription; `false` when there is none. What users have of that name runs on.
pub fn delete(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<bool> {
    let sql = "DELETE FROM subscriptions WHERE app = $1 AND name = $2";
    Ok(conn.execute(sql, params![app, name])? == 1)
}
