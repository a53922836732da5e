//! Sign-ins, failures and changes of credentials of a person.

use claviger_domain::PersonId;

use super::forget::log_serials;
use crate::{Conn, Result, Row, params};

/// Something that happened to a person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What.
    pub event: String,
    /// More of it; may be empty.
    pub detail: String,
    /// From which address.
    pub ip: String,
    /// With which browser.
    pub user_agent: String,
}

/// Adds an entry at `now`, and drops all but the newest `kept`.
pub fn insert(conn: &mut Conn<'_>, person: PersonId, new: &Entry, now: i64, kept: i64) -> Result<()> {
    let id = conn.next_serials(0, &log_serials(person), 1)?;
    let (kind, number) = (person.kind(), person.number());
    conn.execute(
        "INSERT INTO people_log (kind, person, id, time, event, detail, ip, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![kind, number, id, now, &new.event, &new.detail, &new.ip, &new.user_agent],
    )?;
    let old = "DELETE FROM people_log WHERE kind = $1 AND person = $2 AND id <= $3";
    conn.execute(old, params![kind, number, id - kept])?;
    Ok(())
}

/// Entries before number `before`, with their numbers and Unix seconds, at most `limit`, newest first.
pub fn page(
    conn: &mut Conn<'_>,
    person: PersonId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, i64, Entry)>> {
    let sql = "SELECT id, time, event, detail, ip, user_agent FROM people_log
               WHERE kind = $1 AND person = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    let entry = |row: &Row| {
        let entry =
            Entry { event: row.get(2)?, detail: row.get(3)?, ip: row.get(4)?, user_agent: row.get(5)? };
        Ok((row.get(0)?, row.get(1)?, entry))
    };
    let before = before.unwrap_or(i64::MAX);
    conn.query(sql, params![person.kind(), person.number(), before, limit])?.iter().map(entry).collect()
}
