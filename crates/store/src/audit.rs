//! Who changed what in an application, and the requests that its sellers made.

use crate::{Conn, Result, Row, params};

/// A change that somebody made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Who: the last four characters of a seller key.
    pub actor: String,
    /// What was done: the type of the request.
    pub action: String,
    /// To what: a user, a license key or another name.
    pub target: String,
    /// From which address.
    pub ip: String,
    /// Settings with their old and new values.
    pub changes: String,
}

/// A request that a seller made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerRequest {
    /// From which address.
    pub ip: String,
    /// What was asked, without secrets.
    pub url: String,
}

/// Adds a change at `now`, and drops all but the newest `kept`.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Entry, now: i64, kept: i64) -> Result<()> {
    let id = conn.next_serials(app, "audit", 1)?;
    conn.execute(
        "INSERT INTO audit (app, id, time, actor, action, target, ip, changes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![app, id, now, &new.actor, &new.action, &new.target, &new.ip, &new.changes],
    )?;
    conn.execute("DELETE FROM audit WHERE app = $1 AND id <= $2", params![app, id - kept])?;
    Ok(())
}

/// The newest changes with their Unix seconds, at most `limit`, newest first.
pub fn newest(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<(i64, Entry)>> {
    let sql =
        "SELECT time, actor, action, target, ip, changes FROM audit WHERE app = $1 ORDER BY id DESC LIMIT $2";
    let entry = |row: &Row| {
        let entry = Entry {
            actor: row.get(1)?,
            action: row.get(2)?,
            target: row.get(3)?,
            ip: row.get(4)?,
            changes: row.get(5)?,
        };
        Ok((row.get(0)?, entry))
    };
    conn.query(sql, params![app, limit])?.iter().map(entry).collect()
}

/// Adds a request at `now`, and drops all but the newest `kept`.
pub fn insert_request(conn: &mut Conn<'_>, app: i64, new: &SellerRequest, now: i64, kept: i64) -> Result<()> {
    let id = conn.next_serials(app, "seller_log", 1)?;
    conn.execute(
        "INSERT INTO seller_log (app, id, time, ip, url) VALUES ($1, $2, $3, $4, $5)",
        params![app, id, now, &new.ip, &new.url],
    )?;
    conn.execute("DELETE FROM seller_log WHERE app = $1 AND id <= $2", params![app, id - kept])?;
    Ok(())
}

/// The newest requests with their Unix seconds, at most `limit`, newest first.
pub fn newest_requests(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<(i64, SellerRequest)>> {
    let sql = "SELECT time, ip, url FROM seller_log WHERE app = $1 ORDER BY id DESC LIMIT $2";
    let request = |row: &Row| Ok((row.get(0)?, SellerRequest { ip: row.get(1)?, url: row.get(2)? }));
    conn.query(sql, params![app, limit])?.iter().map(request).collect()
}
