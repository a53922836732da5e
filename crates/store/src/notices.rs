//! What owners want to be told of, and the messages that tell it. Nodes claim what they do, so that each thing is told
//! once.

use crate::{Conn, Result, Row, params};

/// Messages that are kept of an application, those that wait besides.
const KEPT: i64 = 100;

/// A message on its way, or one that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The application.
    pub app: i64,
    /// Serial number in the application.
    pub id: i64,
    /// What it is about.
    pub event: String,
    /// `mail` or `webhook`.
    pub way: String,
    /// In a line.
    pub subject: String,
    /// The whole of it.
    pub body: String,
    /// Unix second.
    pub created: i64,
    /// How often it was tried.
    pub tries: i64,
    /// Unix second of the next try; `None`: there is none.
    pub due: Option<i64>,
    /// Unix second in which it arrived.
    pub arrived: Option<i64>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// The application, and its owner.
    pub app: i64,
    /// The owner's number.
    pub owner: i64,
    /// What it is about.
    pub event: &'a str,
    /// `mail` or `webhook`.
    pub way: &'a str,
    /// In a line.
    pub subject: &'a str,
    /// The whole of it.
    pub body: &'a str,
}

/// What was chosen for an application, encrypted.
pub fn get(conn: &mut Conn<'_>, app: i64) -> Result<Option<Vec<u8>>> {
    conn.query_one("SELECT sealed FROM notices WHERE app = $1", params![app])?
        .map(|row| row.get(0))
        .transpose()
}

/// Replaces what was chosen.
pub fn set(conn: &mut Conn<'_>, app: i64, sealed: &[u8]) -> Result<()> {
    let sql = "INSERT INTO notices (app, sealed) VALUES ($1, $2)
        ON CONFLICT (app) DO UPDATE SET sealed = excluded.sealed";
    conn.execute(sql, params![app, sealed])?;
    Ok(())
}

/// Applications at which nobody has looked since `before`, the longest first.
pub fn unchecked(conn: &mut Conn<'_>, before: i64, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT app FROM notices WHERE checked <= $1 ORDER BY checked, app LIMIT $2";
    conn.query(sql, params![before, limit])?.iter().map(|row| row.get(0)).collect()
}

/// Claims looking at an application; `false` when another node does it.
pub fn claim_check(conn: &mut Conn<'_>, app: i64, before: i64, now: i64) -> Result<bool> {
    let sql = "UPDATE notices SET checked = $3 WHERE app = $1 AND checked <= $2";
    Ok(conn.execute(sql, params![app, before, now])? == 1)
}

/// When an event was told last, and up to where it was looked at.
pub fn mark(conn: &mut Conn<'_>, app: i64, event: &str) -> Result<(i64, i64)> {
    let sql = "SELECT told, mark FROM notice_marks WHERE app = $1 AND event = $2";
    conn.query_one(sql, params![app, event])?.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Replaces what [`mark`] tells.
pub fn set_mark(conn: &mut Conn<'_>, app: i64, event: &str, told: i64, mark: i64) -> Result<()> {
    let sql = "INSERT INTO notice_marks (app, event, told, mark) VALUES ($1, $2, $3, $4)
        ON CONFLICT (app, event) DO UPDATE SET told = excluded.told, mark = excluded.mark";
    conn.execute(sql, params![app, event, told, mark])?;
    Ok(())
}

/// Messages to an owner of one way since a Unix second, whichever application they are about.
pub fn count_since(conn: &mut Conn<'_>, owner: i64, way: &str, since: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM notice_messages WHERE owner = $1 AND created >= $2 AND way = $3";
    conn.query_one(sql, params![owner, since, way])?.map_or(Ok(0), |row| row.get(0))
}

/// Adds a message, which is due at `now`; the oldest that wait for nothing go.
pub fn add(conn: &mut Conn<'_>, new: &NewMessage<'_>, now: i64) -> Result<i64> {
    let id = conn.next_serials(new.app, "notices", 1)?;
    let sql = "INSERT INTO notice_messages (app, id, owner, event, way, subject, body, created, due)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    conn.execute(sql, params![new.app, id, new.owner, new.event, new.way, new.subject, new.body, now])?;
    let old = "DELETE FROM notice_messages WHERE app = $1 AND id <= $2 AND due IS NULL";
    conn.execute(old, params![new.app, id - KEPT])?;
    Ok(id)
}

const SELECT: &str =
    "SELECT app, id, event, way, subject, body, created, tries, due, arrived, failure FROM notice_messages";

fn message(row: &Row) -> Result<Message> {
    Ok(Message {
        app: row.get(0)?,
        id: row.get(1)?,
        event: row.get(2)?,
        way: row.get(3)?,
        subject: row.get(4)?,
        body: row.get(5)?,
        created: row.get(6)?,
        tries: row.get(7)?,
        due: row.get(8)?,
        arrived: row.get(9)?,
        failure: row.get(10)?,
    })
}

/// Messages that are due at `now`, the longest first.
pub fn due(conn: &mut Conn<'_>, now: i64, limit: i64) -> Result<Vec<Message>> {
    let sql = format!("{SELECT} WHERE due IS NOT NULL AND due <= $1 ORDER BY due LIMIT $2");
    conn.query(&sql, params![now, limit])?.iter().map(message).collect()
}

/// Claims a message as it was seen until a Unix second; `false` when another node has it.
pub fn claim(conn: &mut Conn<'_>, seen: &Message, until: i64) -> Result<bool> {
    let sql =
        "UPDATE notice_messages SET due = $4, tries = tries + 1 WHERE app = $1 AND id = $2 AND due = $3";
    Ok(conn.execute(sql, params![seen.app, seen.id, seen.due, until])? == 1)
}

/// Notes that a message arrived.
pub fn arrived(conn: &mut Conn<'_>, app: i64, id: i64, now: i64) -> Result<()> {
    let sql =
        "UPDATE notice_messages SET due = NULL, arrived = $3, failure = NULL WHERE app = $1 AND id = $2";
    conn.execute(sql, params![app, id, now])?;
    Ok(())
}

/// Notes that a try failed, and when the next one is; `None`: it is given up.
pub fn failed(conn: &mut Conn<'_>, app: i64, id: i64, why: &str, next: Option<i64>) -> Result<()> {
    let sql = "UPDATE notice_messages SET due = $4, failure = $3 WHERE app = $1 AND id = $2";
    conn.execute(sql, params![app, id, why, next])?;
    Ok(())
}

/// The newest messages of an application.
pub fn newest(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<Message>> {
    let sql = format!("{SELECT} WHERE app = $1 ORDER BY id DESC LIMIT $2");
    conn.query(&sql, params![app, limit])?.iter().map(message).collect()
}

/// Turns of an application's webhook that failed in a row.
pub fn webhook_failures(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    let sql = "SELECT failures FROM delivery_turns WHERE app = $1";
    conn.query_one(sql, params![app])?.map_or(Ok(0), |row| row.get(0))
}
