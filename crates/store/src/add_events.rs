//! What was made for an event of a shop, so that the same event gets the same licenses again.

use crate::{Conn, Range, Result, StoreError, params};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What tells it from others of the application.
    pub id: String,
    /// What tells its parameters from others.
    pub params: String,
}

/// What is known of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing so far; now it is remembered, unless the transaction is undone.
    New,
    /// These keys were made for it; of those that were deleted since nothing is known.
    Again(Vec<String>),
    /// It had other parameters.
    Other,
}

/// Looks an event up, and remembers it from `now` on when it is new or was remembered before `since`; all but the newest
/// `kept` are dropped. Of two that are under way at once, the second waits for the first. Whoever gets [`Claim::New`]
/// calls [`fulfil`].
pub fn claim(conn: &mut Conn<'_>, app: i64, event: &Event, now: i64, since: i64, kept: i64) -> Result<Claim> {
    let insert = "INSERT INTO add_events (app, event, id, params, made, first_license, last_license)
        VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (app, event) DO NOTHING";
    // Serial numbers are drawn one transaction after the other, so that what is found is there to stay.
    let serial = conn.next_serials(app, "add_events", 1)?;
    conn.execute(
        "DELETE FROM add_events WHERE app = $1 AND event = $2 AND made < $3",
        params![app, &event.id, since],
    )?;
    if conn.execute(insert, params![app, &event.id, serial, &event.params, now])? == 1 {
        conn.execute("DELETE FROM add_events WHERE app = $1 AND id <= $2", params![app, serial - kept])?;
        return Ok(Claim::New);
    }
    let known = "SELECT params, first_license, last_license FROM add_events WHERE app = $1 AND event = $2";
    // Only the sweeper could have removed it in between, and that leaves alone what is as young.
    let known = conn.query_one(known, params![app, &event.id])?.ok_or(StoreError::Closed)?;
    if known.get::<String>(0)? != event.params {
        return Ok(Claim::Other);
    }
    let (first, last): (i64, i64) = (known.get(1)?, known.get(2)?);
    let keys = "SELECT key FROM licenses WHERE app = $1 AND id BETWEEN $2 AND $3 ORDER BY id";
    let keys = conn.query(keys, params![app, first, last])?;
    Ok(Claim::Again(keys.iter().map(|row| row.get(0)).collect::<Result<_>>()?))
}

/// The numbers of the first and the last license that were made for an event; `None` when it is not remembered.
pub fn range(conn: &mut Conn<'_>, app: i64, event: &str, since: i64) -> Result<Option<Range>> {
    let sql =
        "SELECT first_license, last_license FROM add_events WHERE app = $1 AND event = $2 AND made >= $3";
    let Some(row) = conn.query_one(sql, params![app, event, since])? else { return Ok(None) };
    Ok(Some(Range { after: row.get::<i64>(0)? - 1, last: row.get(1)? }))
}

/// Notes the numbers of the licenses that were made for an event: all between the first and the last.
pub fn fulfil(conn: &mut Conn<'_>, app: i64, event: &Event, first: i64, last: i64) -> Result<()> {
    conn.execute(
        "UPDATE add_events SET first_license = $3, last_license = $4 WHERE app = $1 AND event = $2",
        params![app, &event.id, first, last],
    )?;
    Ok(())
}

/// Whether an event is remembered since before `since`.
pub fn any_before(conn: &mut Conn<'_>, since: i64) -> Result<bool> {
    Ok(conn.query_one("SELECT 1 FROM add_events WHERE made < $1 LIMIT 1", params![since])?.is_some())
}

/// Forgets events that are remembered since before `since`, at most `limit`; returns how many.
pub fn forget(conn: &mut Conn<'_>, since: i64, limit: i64) -> Result<u64> {
    let old = conn.query(
        "SELECT app, event FROM add_events WHERE made < $1 ORDER BY made LIMIT $2",
        params![since, limit],
    )?;
    let mut forgotten = 0;
    for row in &old {
        let (app, event): (i64, String) = (row.get(0)?, row.get(1)?);
        forgotten += conn.execute(
            "DELETE FROM add_events WHERE app = $1 AND event = $2 AND made < $3",
            params![app, &event, since],
        )?;
    }
    Ok(forgotten)
}
