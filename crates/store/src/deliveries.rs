//! Messages on their way to applications' own addresses. They wait here, so that none is lost when a server stops.
//!
//! Applications take turns: a node claims the turn of one, sends some of its messages and gives the turn back. An address
//! that does not answer puts off the application's turn, not each of its messages.

use crate::{Conn, Result, Row, StoreError, params};

/// Failures in a row from which on an address counts as dead.
pub const DEAD: i64 = 4;
/// Messages that wait for a dead address.
const DEAD_WAITING: i64 = 50;
/// Tries after which a message that is refused for itself is given up.
pub const ATTEMPTS_MAX: i64 = 3;
/// Seconds of the budget of strangers' messages.
const HOUR: i64 = 3600;
/// No turn is put off for so many milliseconds, unless a clock was wrong that has been set back since.
const NEVER_AHEAD: i64 = 2 * HOUR * 1000;

/// A message that is to be sent.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The application.
    pub app: i64,
    /// Where all of the application's messages go from now on.
    pub url: String,
    /// JSON.
    pub body: String,
    /// Whether nobody was signed in where it comes from.
    pub anonymous: bool,
}

/// How many messages an application may have.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryBounds {
    /// Waiting at once.
    pub waiting: i64,
    /// Of strangers, in an hour.
    pub anonymous_an_hour: i64,
}

/// An application whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The application.
    pub app: i64,
    /// Its owner.
    pub owner: i64,
    /// Unix millisecond since when it is its turn.
    pub due: i64,
}

/// A turn that was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The application.
    pub app: i64,
    /// Until when it is claimed, in Unix milliseconds.
    pub lease: i64,
    /// Where the messages go.
    pub url: String,
    /// Turns in a row that failed before this one.
    pub failures: i64,
    /// Some of the messages, with their serial numbers: strangers' last, the oldest first.
    pub messages: Vec<(i64, String)>,
    /// So many were given up, since they have waited too long.
    pub expired: u64,
}

/// What came of a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TurnEnd {
    /// Messages that arrived.
    pub arrived: Vec<i64>,
    /// Messages that the address refused, although it may take others.
    pub refused: Vec<i64>,
    /// Unix millisecond of the next turn, if something waits.
    pub next: i64,
    /// Whether the address does not take messages now.
    pub failed: bool,
}

/// What is kept of an application's turns.
struct Kept {
    waiting: i64,
    failures: i64,
    hour: i64,
    anonymous: i64,
    more: i64,
}

/// Adds a message at `now_ms`. Returns `false` when it is left out: strangers have had as many as they may have in this
/// hour, or too many others wait. When too many wait, the oldest go for it, and none of a user's for one of a stranger's.
pub fn insert(conn: &mut Conn<'_>, new: &NewDelivery, bounds: DeliveryBounds, now_ms: i64) -> Result<bool> {
    let now = now_ms / 1000;
    // An address that was changed is tried at once.
    let sql = "INSERT INTO delivery_turns (app, owner, url, hour)
               SELECT id, owner, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM apps WHERE id = $1
               ON CONFLICT (app) DO UPDATE SET url = excluded.url,
                   failures = CASE WHEN delivery_turns.url = excluded.url THEN delivery_turns.failures ELSE 0 END,
                   due = CASE WHEN delivery_turns.url = excluded.url OR delivery_turns.failures = 0
                           OR delivery_turns.claimed > $4
                       THEN delivery_turns.due ELSE $4 END
               RETURNING waiting, failures, hour, anonymous, more";
    let Some(row) = conn.query_one(sql, params![new.app, &new.url, now, now_ms])? else {
        // The application is gone.
        return Ok(false);
    };
    let mut kept = Kept {
        waiting: row.get(0)?,
        failures: row.get(1)?,
        hour: row.get(2)?,
        anonymous: row.get(3)?,
        more: row.get(4)?,
    };
    // An hour that begins later was begun by a clock that was wrong.
    if new.anonymous && !(0..HOUR).contains(&(now - kept.hour)) && kept.more == 0 {
        (kept.hour, kept.anonymous) = (now, 0);
    }
    let within = !new.anonymous || kept.anonymous < bounds.anonymous_an_hour;
    let waits = within && make_room(conn, new, &mut kept, bounds.waiting)?;
    if waits {
        put(conn, new, now)?;
        kept.waiting += 1;
    }
    match (new.anonymous, waits) {
        (true, true) => kept.anonymous += 1,
        (true, false) => kept.more += 1,
        (false, _) => {}
    }
    keep(conn, new.app, &kept, now_ms)?;
    Ok(waits)
}

fn put(conn: &mut Conn<'_>, new: &NewDelivery, now: i64) -> Result<()> {
    let id = conn.next_serials(0, "deliveries", 1)?;
    conn.execute(
        "INSERT INTO deliveries (id, app, body, attempts, anonymous, written) VALUES ($1, $2, $3, 0, $4, $5)",
        params![id, new.app, &new.body, i64::from(new.anonymous), now],
    )?;
    Ok(())
}

fn keep(conn: &mut Conn<'_>, app: i64, kept: &Kept, now_ms: i64) -> Result<()> {
    conn.execute(
        "UPDATE delivery_turns SET waiting = CAST($2 AS BIGINT), hour = $3, anonymous = $4, more = $5,
             due = CASE WHEN CAST($2 AS BIGINT) = 0 THEN NULL ELSE COALESCE(due, $6) END WHERE app = $1",
        params![app, kept.waiting, kept.hour, kept.anonymous, kept.more, now_ms],
    )?;
    Ok(())
}

/// Makes room for a message; `false` when there is none for it.
fn make_room(conn: &mut Conn<'_>, new: &NewDelivery, kept: &mut Kept, max: i64) -> Result<bool> {
    let max = if kept.failures >= DEAD { max.min(DEAD_WAITING) } else { max };
    let mut surplus = kept.waiting - max + 1;
    for anonymous in [1, 0] {
        if surplus > 0 && (anonymous == 1 || !new.anonymous) {
            let dropped = drop_oldest(conn, new.app, anonymous, surplus)?;
            (kept.waiting, surplus) = (kept.waiting - dropped, surplus - dropped);
        }
    }
    Ok(surplus <= 0)
}

/// Drops the oldest messages of users (0) or of strangers (1); returns how many.
fn drop_oldest(conn: &mut Conn<'_>, app: i64, anonymous: i64, count: i64) -> Result<i64> {
    let sql = "DELETE FROM deliveries WHERE id IN
               (SELECT id FROM deliveries WHERE app = $1 AND anonymous = $2 ORDER BY id LIMIT $3)";
    Ok(conn.execute(sql, params![app, anonymous, count])? as i64)
}

/// The applications whose turn it is at `now_ms`, at most `limit`, and at most `each` of one owner. Owners take turns, and
/// so do the applications of each.
pub fn due(conn: &mut Conn<'_>, now_ms: i64, each: i64, limit: i64) -> Result<Vec<Due>> {
    let sql = "SELECT app, owner, due FROM (
                   SELECT app, owner, due, ROW_NUMBER() OVER (PARTITION BY owner ORDER BY due, app) AS turn
                   FROM delivery_turns WHERE due <= $1 OR due > $4) AS turns
               WHERE turn <= $2 ORDER BY turn, due, app LIMIT $3";
    let due = |row: &Row| Ok(Due { app: row.get(0)?, owner: row.get(1)?, due: row.get(2)? });
    conn.query(sql, params![now_ms, each, limit, now_ms.saturating_add(NEVER_AHEAD)])?
        .iter()
        .map(due)
        .collect()
}

/// Claims a turn until `lease` (Unix milliseconds), with at most `count` messages, and gives up those that were written
/// before `since` (Unix seconds). `None` when another node was faster.
pub fn claim(conn: &mut Conn<'_>, seen: Due, lease: i64, since: i64, count: i64) -> Result<Option<Turn>> {
    let sql = "UPDATE delivery_turns SET due = $3, claimed = $3 WHERE app = $1 AND due = $2 RETURNING url, failures";
    let Some(row) = conn.query_one(sql, params![seen.app, seen.due, lease])? else { return Ok(None) };
    let (url, failures) = (row.get(0)?, row.get(1)?);
    let expired =
        conn.execute("DELETE FROM deliveries WHERE app = $1 AND written < $2", params![seen.app, since])?;
    if expired > 0 {
        let sql = "UPDATE delivery_turns SET waiting = waiting - $2 WHERE app = $1";
        conn.execute(sql, params![seen.app, expired as i64])?;
    }
    let sql = "SELECT id, body FROM deliveries WHERE app = $1 ORDER BY anonymous, id LIMIT $2";
    let message = |row: &Row| Ok::<_, StoreError>((row.get(0)?, row.get(1)?));
    let messages = conn.query(sql, params![seen.app, count])?.iter().map(message).collect::<Result<_>>()?;
    Ok(Some(Turn { app: seen.app, lease, url, failures, messages, expired }))
}

/// Ends a turn. Returns how many messages were given up: the address refused them too often, or seems to be dead.
pub fn end(conn: &mut Conn<'_>, turn: &Turn, end: &TurnEnd) -> Result<u64> {
    // First, as by all who lock messages beside it.
    let lock = format!("SELECT app FROM delivery_turns WHERE app = $1{}", conn.for_update());
    conn.query_one(&lock, params![turn.app])?;
    let mut gone = 0;
    for id in &end.arrived {
        gone += conn.execute("DELETE FROM deliveries WHERE id = $1", params![*id])? as i64;
    }
    let mut given_up = 0;
    for id in &end.refused {
        let sql = "DELETE FROM deliveries WHERE id = $1 AND attempts >= $2";
        given_up += conn.execute(sql, params![*id, ATTEMPTS_MAX - 1])? as i64;
        conn.execute("UPDATE deliveries SET attempts = attempts + 1 WHERE id = $1", params![*id])?;
    }
    let failures = if end.failed { turn.failures + 1 } else { 0 };
    let sql = "UPDATE delivery_turns SET waiting = waiting - $2 WHERE app = $1 RETURNING waiting";
    let Some(row) = conn.query_one(sql, params![turn.app, gone + given_up])? else { return Ok(0) };
    let mut waiting: i64 = row.get(0)?;
    if failures >= DEAD {
        for anonymous in [1, 0] {
            let surplus = (waiting - DEAD_WAITING).max(0);
            let dropped = drop_oldest(conn, turn.app, anonymous, surplus)?;
            (waiting, given_up) = (waiting - dropped, given_up + dropped);
        }
    }
    conn.execute("UPDATE delivery_turns SET waiting = $2 WHERE app = $1", params![turn.app, waiting])?;
    // Not if the claim has run out. An address that was set meanwhile has not failed, and need not wait as long.
    let (least, _) = conn.least_greatest();
    let sql = format!(
        "UPDATE delivery_turns SET claimed = NULL, failures = CASE WHEN url = $5 THEN CAST($3 AS BIGINT) ELSE 0 END,
             due = CASE WHEN waiting = 0 THEN NULL WHEN url = $5 THEN CAST($4 AS BIGINT)
                 ELSE {least}(CAST($4 AS BIGINT), due) END
         WHERE app = $1 AND due = $2"
    );
    conn.execute(&sql, params![turn.app, turn.lease, failures, end.next, &turn.url])?;
    Ok(given_up as u64)
}

/// The applications of whose strangers' messages some were left out in an hour that is over at `now` (Unix seconds), with
/// how many they were and where messages go. At most `limit`.
pub fn left_out(conn: &mut Conn<'_>, now: i64, limit: i64) -> Result<Vec<(i64, i64, String)>> {
    let sql = "SELECT app, more, url FROM delivery_turns WHERE more > 0 AND (hour <= $1 OR hour > $3) ORDER BY hour LIMIT $2";
    let one = |row: &Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    conn.query(sql, params![now - HOUR, limit, now])?.iter().map(one).collect()
}

/// Adds the message that tells how many were left out, and begins a new hour. Does nothing when another node was faster.
pub fn tell_left_out(
    conn: &mut Conn<'_>,
    new: &NewDelivery,
    more: i64,
    bounds: DeliveryBounds,
    now_ms: i64,
) -> Result<()> {
    let now = now_ms / 1000;
    let sql = "UPDATE delivery_turns SET more = 0, anonymous = 0, hour = $3
               WHERE app = $1 AND more = $2 AND (hour <= $4 OR hour > $3)";
    if conn.execute(sql, params![new.app, more, now, now - HOUR])? == 1 {
        insert(conn, new, bounds, now_ms)?;
    }
    Ok(())
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingMessage {
    /// Its serial number.
    pub id: i64,
    /// Unix second when it was written.
    pub written: i64,
    /// How often it was refused.
    pub attempts: i64,
    /// JSON.
    pub body: String,
}

/// What waits of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many messages.
    pub count: i64,
    /// Unix millisecond of the next try.
    pub next: Option<i64>,
    /// Turns in a row that failed.
    pub failures: i64,
    /// Some of them, in the order in which they are sent.
    pub messages: Vec<WaitingMessage>,
}

/// What waits of an application, with at most `limit` messages.
pub fn waiting(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Waiting> {
    let sql = "SELECT waiting, due, failures FROM delivery_turns WHERE app = $1";
    let Some(row) = conn.query_one(sql, params![app])? else { return Ok(Waiting::default()) };
    let sql =
        "SELECT id, written, attempts, body FROM deliveries WHERE app = $1 ORDER BY anonymous, id LIMIT $2";
    let message = |row: &Row| {
        Ok(WaitingMessage { id: row.get(0)?, written: row.get(1)?, attempts: row.get(2)?, body: row.get(3)? })
    };
    let messages = conn.query(sql, params![app, limit])?.iter().map(message).collect::<Result<_>>()?;
    Ok(Waiting { count: row.get(0)?, next: row.get(1)?, failures: row.get(2)?, messages })
}

/// How many messages wait, of all applications together.
pub fn all_waiting(conn: &mut Conn<'_>) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(waiting), 0) AS BIGINT) FROM delivery_turns WHERE due IS NOT NULL";
    conn.query_one(sql, &[])?.map_or(Ok(0), |row| row.get(0))
}

/// How often a message was refused so far.
pub fn attempts(conn: &mut Conn<'_>, id: i64) -> Result<i64> {
    let sql = "SELECT attempts FROM deliveries WHERE id = $1";
    conn.query_one(sql, params![id])?.map_or(Ok(0), |row| row.get(0))
}

/// Makes it the turn of an application at `now_ms` where that is put off because the address did not answer; `false` when
/// nothing waits. Without failures the next turn is soon. A turn that a node has claimed is left alone: it is being tried, and
/// another node would send the same messages once more.
pub fn hurry(conn: &mut Conn<'_>, app: i64, now_ms: i64) -> Result<bool> {
    let sql =
        "UPDATE delivery_turns SET due = $2 WHERE app = $1 AND waiting > 0 AND failures > 0 AND due > $2
               AND (claimed IS NULL OR claimed <= $2)";
    let hurried = conn.execute(sql, params![app, now_ms])?;
    let sql = "SELECT 1 FROM delivery_turns WHERE app = $1 AND waiting > 0";
    Ok(hurried > 0 || conn.query_one(sql, params![app])?.is_some())
}

/// Gives up a message that waits, or all; returns how many.
pub fn drop_waiting(conn: &mut Conn<'_>, app: i64, id: Option<i64>) -> Result<u64> {
    // First, as by all who lock messages beside it.
    let lock = format!("SELECT app FROM delivery_turns WHERE app = $1{}", conn.for_update());
    conn.query_one(&lock, params![app])?;
    let dropped = match id {
        Some(id) => conn.execute("DELETE FROM deliveries WHERE app = $1 AND id = $2", params![app, id])?,
        None => conn.execute("DELETE FROM deliveries WHERE app = $1", params![app])?,
    };
    let sql = "UPDATE delivery_turns SET waiting = waiting - $2,
                   due = CASE WHEN waiting - $2 > 0 THEN due END WHERE app = $1";
    conn.execute(sql, params![app, dropped as i64])?;
    Ok(dropped)
}
