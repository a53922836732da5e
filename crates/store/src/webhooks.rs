//! Webhooks: addresses that programs may have called without knowing them.

use crate::{Conn, Result, Row, params};

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The name that programs know.
    pub id: String,
    /// The address, which programs only add to.
    pub url: String,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Only programs that have signed in may use it.
    pub authed: bool,
}

fn webhook(row: &Row) -> Result<Webhook> {
    Ok(Webhook { id: row.get(0)?, url: row.get(1)?, user_agent: row.get(2)?, authed: row.get(3)? })
}

/// Adds a webhook; `false` when the id is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Webhook) -> Result<bool> {
    let added = conn.execute(
        "INSERT INTO webhooks (app, id, url, user_agent, authed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (app, id) DO NOTHING",
        params![app, &new.id, &new.url, &new.user_agent, new.authed],
    )?;
    Ok(added == 1)
}

/// Finds a webhook.
pub fn get(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<Option<Webhook>> {
    let sql = "SELECT id, url, user_agent, authed FROM webhooks WHERE app = $1 AND id = $2";
    conn.query_one(sql, params![app, id])?.as_ref().map(webhook).transpose()
}

/// All webhooks of an application, in the order of their ids.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Webhook>> {
    let sql = "SELECT id, url, user_agent, authed FROM webhooks WHERE app = $1 ORDER BY id";
    conn.query(sql, params![app])?.iter().map(webhook).collect()
}

/// Webhooks with ids after `after`, at most `limit`, in the order of their ids.
pub fn page(conn: &mut Conn<'_>, app: i64, after: &str, limit: i64) -> Result<Vec<Webhook>> {
    let sql =
        "SELECT id, url, user_agent, authed FROM webhooks WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3";
    conn.query(sql, params![app, after, limit])?.iter().map(webhook).collect()
}

/// Changes a webhook; `false` when there is none of its id.
pub fn update(conn: &mut Conn<'_>, app: i64, new: &Webhook) -> Result<bool> {
    let sql = "UPDATE webhooks SET url = $3, user_agent = $4, authed = $5 WHERE app = $1 AND id = $2";
    Ok(conn.execute(sql, params![app, &new.id, &new.url, &new.user_agent, new.authed])? == 1)
}

/// Number of webhooks of an application.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    conn.count("webhooks", app)
}

/// Deletes a webhook; `false` when there is none.
pub fn delete(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<bool> {
    Ok(conn.execute("DELETE FROM webhooks WHERE app = $1 AND id = $2", params![app, id])? == 1)
}

/// Deletes all webhooks of an application; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM webhooks WHERE app = $1", params![app])
}
