//! Sessions in SQLite: gathered inserts in the writer's groups, gathered point reads on a reader.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::store::{LiveSession, Lookup, NewSession, Scan, ScanRow, SessionUser, Visitor};
use crate::{Result, db::sqlite::Sqlite};

const CREATE: &str = "INSERT INTO sessions (app, generation, id, expires, api, ip, enckey)
    SELECT ?1, generation, ?2, ?3, ?4, ?5, ?6 FROM session_generations WHERE app = ?1";

const FIND: &str = "SELECT s.expires, s.api, s.ip, s.enckey, s.user_id, s.credential, u.id, u.banned,
        EXISTS (SELECT 1 FROM user_subscriptions x
                WHERE x.app = s.app AND x.user_id = s.user_id AND x.expires > ?3 AND x.paused = 0),
        (SELECT v.value FROM user_variables v
         WHERE v.app = s.app AND v.user_id = s.user_id AND v.name = ?4)
    FROM session_generations g
    JOIN sessions s ON s.app = g.app AND s.generation = g.generation AND s.id = ?2
    LEFT JOIN users u ON u.app = s.app AND u.id = s.user_id
    WHERE g.app = ?1 AND s.expires > ?3";

const SCAN: &str = "SELECT s.id, s.expires, s.ip, s.credential, s.api
    FROM session_generations g
    JOIN sessions s ON s.app = g.app AND s.generation = g.generation
    WHERE g.app = ?1 AND s.expires > ?2 AND s.id > ?3
      AND (?4 IS NULL OR s.user_id = ?4) AND (?5 IS NULL OR (s.user_id IS NOT NULL) = ?5)
    ORDER BY s.id";

pub(super) fn create_all(connection: &Connection, sessions: &[NewSession]) -> Result<Vec<bool>> {
    let mut insert = connection.prepare_cached(CREATE)?;
    sessions
        .iter()
        .map(|new| {
            let rows = insert.execute(params![
                new.app,
                new.id.as_str(),
                new.expires,
                new.api,
                new.ip,
                new.enckey
            ])?;
            Ok(rows == 1)
        })
        .collect()
}

pub(super) fn find_all(connection: &Connection, lookups: &[Lookup]) -> Result<Vec<Option<LiveSession>>> {
    let mut select = connection.prepare_cached(FIND)?;
    lookups
        .iter()
        .map(|lookup| {
            let key = params![lookup.app, lookup.id.as_str(), lookup.now, lookup.variable];
            let found = select.query_row(key, live_session);
            Ok(found.optional()?)
        })
        .collect()
}

fn live_session(row: &Row<'_>) -> rusqlite::Result<LiveSession> {
    let user = match (row.get(4)?, row.get(5)?, row.get::<_, Option<i64>>(6)?) {
        (Some(id), Some(credential), Some(_)) => {
            Some(SessionUser { id, credential, banned: row.get(7)?, subscribed: row.get(8)? })
        }
        _ => None,
    };
    Ok(LiveSession {
        expires: row.get(0)?,
        api: row.get(1)?,
        ip: row.get(2)?,
        enckey: row.get(3)?,
        user,
        variable: row.get(9)?,
    })
}

pub(super) fn scan(db: &Sqlite, scan: &Scan, visitor: &mut Visitor<'_>) -> Result<()> {
    let connection = db.open_reader()?;
    let mut select = connection.prepare(SCAN)?;
    let after = scan.after.as_ref().map_or("", |id| id.as_str());
    let mut rows = select.query(params![scan.app, scan.now, after, scan.user, scan.validated])?;
    while let Some(row) = rows.next()? {
        let text = |index| row.get_ref(index)?.as_str_or_null().map_err(rusqlite::Error::from);
        let id = text(0)?.unwrap_or_default();
        let ip = text(2)?.unwrap_or_default();
        let flow = visitor(ScanRow { id, expires: row.get(1)?, api: row.get(4)?, ip, credential: text(3)? });
        if flow == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}
