//! Messages on their way to an application's own address. They wait here, so that none is lost when a server stops.

use crate::{Conn, Result, Row, params};

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Serial number.
    pub id: i64,
    /// The application.
    pub app: i64,
    /// Where it goes.
    pub url: String,
    /// JSON.
    pub body: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Unix second of the next try.
    pub due: i64,
}

/// Adds a message that is due at `now`.
pub fn insert(conn: &mut Conn<'_>, app: i64, url: &str, body: &str, now: i64) -> Result<()> {
    let id = conn.next_serials(0, "deliveries", 1)?;
    conn.execute(
        "INSERT INTO deliveries (id, app, url, body, attempts, due) VALUES ($1, $2, $3, $4, 0, $5)",
        params![id, app, url, body, now],
    )?;
    Ok(())
}

/// The messages due at `now`, at most `limit`: those tried least first, so that a dead address does not hold up others.
pub fn due(conn: &mut Conn<'_>, now: i64, limit: i64) -> Result<Vec<Delivery>> {
    let sql = "SELECT id, app, url, body, attempts, due FROM deliveries WHERE due <= $1
               ORDER BY attempts, due, id LIMIT $2";
    let delivery = |row: &Row| {
        Ok(Delivery {
            id: row.get(0)?,
            app: row.get(1)?,
            url: row.get(2)?,
            body: row.get(3)?,
            attempts: row.get(4)?,
            due: row.get(5)?,
        })
    };
    conn.query(sql, params![now, limit])?.iter().map(delivery).collect()
}

/// Counts a try and puts the next one off until `due`; `false` when another node was faster.
pub fn claim(conn: &mut Conn<'_>, delivery: &Delivery, due: i64) -> Result<bool> {
    let sql = "UPDATE deliveries SET attempts = attempts + 1, due = $3 WHERE id = $1 AND due = $2";
    Ok(conn.execute(sql, params![delivery.id, delivery.due, due])? == 1)
}

/// Removes a message: it arrived, or was given up.
pub fn delete(conn: &mut Conn<'_>, id: i64) -> Result<()> {
    conn.execute("DELETE FROM deliveries WHERE id = $1", params![id])?;
    Ok(())
}

/// Puts the next try off until `due` (Unix seconds).
pub fn put_off(conn: &mut Conn<'_>, id: i64, due: i64) -> Result<()> {
    conn.execute("UPDATE deliveries SET due = $2 WHERE id = $1", params![id, due])?;
    Ok(())
}
