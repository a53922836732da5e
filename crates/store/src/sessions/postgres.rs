//! Sessions in PostgreSQL: one statement for all that wait, on connections of their own.

use std::ops::ControlFlow;

use claviger_domain::SessionId;
use postgres::{IsolationLevel, Row};

use super::store::{LiveSession, Lookup, NewSession, Scan, ScanRow, SessionUser, Visitor};
use crate::{Conn, Result, StoreError, db::postgres::Postgres};

/// The lock makes "kill all" and the creation of sessions wait for each other: a session whose `init` is answered
/// after the reply to "kill all" carries the new generation.
const CREATE: &str = "WITH current AS MATERIALIZED (
        SELECT app, generation FROM session_generations WHERE app = ANY($1) ORDER BY app FOR SHARE)
    INSERT INTO sessions (app, generation, id, expires, api, ip, enckey)
    SELECT c.app, c.generation, n.id, n.expires, n.api, n.ip, n.enckey
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
        AS n (app, id, expires, api, ip, enckey)
    JOIN current c ON c.app = n.app
    RETURNING id";

const FIND: &str =
    "SELECT k.place, s.expires, s.api, s.ip, s.enckey, s.user_id, s.credential, u.id, u.banned,
        EXISTS (SELECT 1 FROM user_subscriptions x
                WHERE x.app = s.app AND x.user_id = s.user_id AND x.expires > k.now AND x.paused = 0),
        (SELECT v.value FROM user_variables v
         WHERE v.app = s.app AND v.user_id = s.user_id AND v.name = k.variable)
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])
        WITH ORDINALITY AS k (app, id, now, variable, place)
    JOIN session_generations g ON g.app = k.app
    JOIN sessions s ON s.app = g.app AND s.generation = g.generation AND s.id = k.id
    LEFT JOIN users u ON u.app = s.app AND u.id = s.user_id
    WHERE s.expires > k.now";

const SCAN: &str = "SELECT s.id, s.expires, s.ip, s.credential, s.api
    FROM session_generations g
    JOIN sessions s ON s.app = g.app AND s.generation = g.generation
    WHERE g.app = $1 AND s.expires > $2 AND s.id > $3
      AND ($4::bigint IS NULL OR s.user_id = $4) AND ($5::boolean IS NULL OR (s.user_id IS NOT NULL) = $5)
    ORDER BY s.id";
/// Rows fetched at a time on a walk.
const SCAN_ROWS: i32 = 1000;

/// Column `index` of all items, as an array parameter.
macro_rules! column {
    ($items:expr, |$item:ident| $value:expr) => {
        $items.iter().map(|$item| $value).collect::<Vec<_>>()
    };
}

pub(super) fn create_all(conn: &mut Conn<'_>, sessions: &[NewSession]) -> Result<Vec<bool>> {
    let Conn::Postgres(transaction, statements) = conn else { return Err(StoreError::Closed) };
    let statement = statements.prepare(transaction, CREATE)?;
    let created = transaction.query(
        &statement,
        &[
            &column!(sessions, |new| new.app),
            &column!(sessions, |new| new.id.as_str()),
            &column!(sessions, |new| new.expires),
            &column!(sessions, |new| new.api),
            &column!(sessions, |new| new.ip.as_str()),
            &column!(sessions, |new| new.enckey.as_deref()),
        ],
    )?;
    if created.len() == sessions.len() {
        return Ok(vec![true; sessions.len()]);
    }
    // Some application was deleted meanwhile.
    let created: Vec<&str> = created.iter().map(|row| row.get(0)).collect();
    Ok(column!(sessions, |new| created.contains(&new.id.as_str())))
}

pub(super) fn find_all(conn: &mut Conn<'_>, lookups: &[Lookup]) -> Result<Vec<Option<LiveSession>>> {
    let Conn::Postgres(transaction, statements) = conn else { return Err(StoreError::Closed) };
    let statement = statements.prepare(transaction, FIND)?;
    let rows = transaction.query(
        &statement,
        &[
            &column!(lookups, |lookup| lookup.app),
            &column!(lookups, |lookup| lookup.id.as_str()),
            &column!(lookups, |lookup| lookup.now),
            &column!(lookups, |lookup| lookup.variable.as_deref()),
        ],
    )?;
    let mut found = vec![None; lookups.len()];
    for row in &rows {
        // Places are counted from 1.
        let place = usize::try_from(row.try_get::<_, i64>(0)? - 1).unwrap_or(usize::MAX);
        if let Some(slot) = found.get_mut(place) {
            *slot = Some(live_session(row)?);
        }
    }
    Ok(found)
}

fn live_session(row: &Row) -> Result<LiveSession> {
    let user = match (row.try_get(5)?, row.try_get(6)?, row.try_get::<_, Option<i64>>(7)?) {
        (Some(id), Some(credential), Some(_)) => {
            Some(SessionUser { id, credential, banned: row.try_get(8)?, subscribed: row.try_get(9)? })
        }
        _ => None,
    };
    Ok(LiveSession {
        expires: row.try_get(1)?,
        api: row.try_get(2)?,
        ip: row.try_get(3)?,
        enckey: row.try_get(4)?,
        user,
        variable: row.try_get(10)?,
    })
}

pub(super) fn scan(db: &Postgres, scan: &Scan, visitor: &mut Visitor<'_>) -> Result<()> {
    let mut client = db.open_reader()?;
    let mut snapshot =
        client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start()?;
    let after = scan.after.as_ref().map_or("", SessionId::as_str);
    let portal = snapshot.bind(SCAN, &[&scan.app, &scan.now, &after, &scan.user, &scan.validated])?;
    loop {
        let rows = snapshot.query_portal(&portal, SCAN_ROWS)?;
        for row in &rows {
            let flow = visitor(ScanRow {
                id: row.try_get(0)?,
                expires: row.try_get(1)?,
                ip: row.try_get(2)?,
                credential: row.try_get(3)?,
                api: row.try_get(4)?,
            });
            if flow == ControlFlow::Break(()) {
                return Ok(());
            }
        }
        if rows.len() < SCAN_ROWS as usize {
            return Ok(());
        }
    }
}
