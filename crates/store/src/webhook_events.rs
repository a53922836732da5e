//! What came of messages to applications' addresses and of calls to webhooks: the newest of each kind, so that a vendor can
//! see why something did not arrive. No rule hangs on it.

use crate::{Conn, Result, Row, params};

/// Events that are kept of an application, of each room.
pub const KEPT: i64 = 200;

/// Events that share a room: when it is full, its oldest go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i64)]
pub enum Room {
    /// Messages of the application, and what its vendor tried.
    Messages = 0,
    /// Calls that programs asked for.
    Calls = 1,
}

/// Something that was sent, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Serial number in the application; drawn by [`add`].
    pub id: i64,
    /// Unix second.
    pub time: i64,
    /// `message`, `test` or `call`.
    pub kind: String,
    /// Id of the webhook; `None`: the address of the application's messages.
    pub webhook: Option<String>,
    /// The address without what may be secret.
    pub target: String,
    /// `arrived`, `refused`, `failed` or `given up`.
    pub outcome: String,
    /// HTTP status of the reply.
    pub status: Option<i64>,
    /// Why there is none, or why it is no good.
    pub reason: Option<String>,
    /// Milliseconds until the whole reply was there.
    pub took_ms: i64,
    /// Which try it was.
    pub attempt: i64,
    /// What was sent.
    pub request: Option<String>,
    /// The beginning of the reply.
    pub reply: Option<String>,
}

const COLUMNS: &str =
    "id, time, kind, webhook, target, outcome, status, reason, took_ms, attempt, request, reply";

fn event(row: &Row) -> Result<WebhookEvent> {
    Ok(WebhookEvent {
        id: row.get(0)?,
        time: row.get(1)?,
        kind: row.get(2)?,
        webhook: row.get(3)?,
        target: row.get(4)?,
        outcome: row.get(5)?,
        status: row.get(6)?,
        reason: row.get(7)?,
        took_ms: row.get(8)?,
        attempt: row.get(9)?,
        request: row.get(10)?,
        reply: row.get(11)?,
    })
}

/// Adds events of an application, oldest first, and drops the oldest beyond what is kept. Returns their numbers.
pub fn add(conn: &mut Conn<'_>, app: i64, room: Room, events: &[WebhookEvent]) -> Result<Vec<i64>> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let first = conn.next_serials(app, "webhook_events", events.len() as i64)?;
    let sql = format!(
        "INSERT INTO webhook_events (app, room, {COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    let ids: Vec<i64> = (first..).take(events.len()).collect();
    for (id, one) in ids.iter().zip(events) {
        conn.execute(
            &sql,
            params![
                app,
                room as i64,
                *id,
                one.time,
                &one.kind,
                one.webhook.as_ref(),
                &one.target,
                &one.outcome,
                one.status,
                one.reason.as_ref(),
                one.took_ms,
                one.attempt,
                one.request.as_ref(),
                one.reply.as_ref()
            ],
        )?;
    }
    conn.execute(
        "DELETE FROM webhook_events WHERE app = $1 AND room = $2 AND id <= (
             SELECT id FROM webhook_events WHERE app = $1 AND room = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
        params![app, room as i64, KEPT],
    )?;
    Ok(ids)
}

/// Which events are wanted; empty texts want all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedEvents {
    /// Only of this kind.
    pub kind: String,
    /// Only with this outcome.
    pub outcome: String,
    /// Only of this webhook.
    pub webhook: String,
    /// Only those before this one.
    pub before: Option<i64>,
}

/// Events of an application, the newest first, at most `limit`. There are few.
pub fn page(conn: &mut Conn<'_>, app: i64, wanted: &WantedEvents, limit: i64) -> Result<Vec<WebhookEvent>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_events WHERE app = $1 AND ($2 = '' OR kind = $2)
           AND ($3 = '' OR outcome = $3) AND ($4 = '' OR webhook = $4) AND id < $5
         ORDER BY id DESC LIMIT $6"
    );
    let WantedEvents { kind, outcome, webhook, before } = wanted;
    let before = before.unwrap_or(i64::MAX);
    conn.query(&sql, params![app, kind, outcome, webhook, before, limit])?.iter().map(event).collect()
}

/// An event by its number.
pub fn get(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<WebhookEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_events WHERE app = $1 AND id = $2");
    conn.query_one(&sql, params![app, id])?.as_ref().map(event).transpose()
}
