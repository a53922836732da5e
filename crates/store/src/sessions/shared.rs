//! What is done with sessions in the same words on both databases, each inside a transaction of the caller's.

use claviger_domain::SessionId;

use super::counts::removed;
use crate::{Conn, Result, Row, Rows, db::Value, params};

/// Condition for a session of the application `$1` that lives at `$2`.
const LIVE: &str =
    "app = $1 AND generation = (SELECT generation FROM session_generations WHERE app = $1) AND expires > $2";

/// Gives a new application its first session generation.
pub fn start_generations(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    conn.execute("INSERT INTO session_generations (app, generation) VALUES ($1, 1)", params![app])?;
    Ok(())
}

/// Notes on a live session who signed in. `false` when the session has died.
pub fn sign_in(
    conn: &mut Conn<'_>,
    app: i64,
    id: &SessionId,
    user: i64,
    credential: &str,
    now: i64,
) -> Result<bool> {
    let sql = format!("UPDATE sessions SET user_id = $4, credential = $5 WHERE {LIVE} AND id = $3");
    Ok(conn.execute(&sql, params![app, now, id.as_str(), user, credential])? == 1)
}

/// Ends a session. `false` when there was none that lived.
pub fn end(conn: &mut Conn<'_>, app: i64, id: &SessionId, now: i64) -> Result<bool> {
    let sql = format!("DELETE FROM sessions WHERE {LIVE} AND id = $3");
    Ok(removed(conn.execute(&sql, params![app, now, id.as_str()])?) == 1)
}

/// Condition for the sessions of user `$2` of the application `$1`. A range, since for `user_id = $2` SQLite would rather
/// go through all sessions of the application: it takes the first column of the primary key for more selective.
const OF_USER: &str = "app = $1 AND user_id BETWEEN $2 AND $2";

/// Ends the sessions of a user, but for `spared`; returns how many.
pub fn end_of_user(conn: &mut Conn<'_>, app: i64, user: i64, spared: Option<&SessionId>) -> Result<u64> {
    let spared = spared.map_or("", SessionId::as_str);
    let sql = format!("DELETE FROM sessions WHERE {OF_USER} AND id <> $3");
    conn.execute(&sql, params![app, user, spared]).map(removed)
}

/// The live sessions of a user, each with the address of its client at `init`.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64, now: i64) -> Result<Vec<(SessionId, String)>> {
    // The plus keeps SQLite on the index of users, as the range does.
    let sql = format!(
        "SELECT id, ip FROM sessions WHERE {OF_USER} AND expires > $3
         AND +generation = (SELECT generation FROM session_generations WHERE app = $1)"
    );
    let mut sessions = Vec::new();
    for row in conn.query(&sql, params![app, user, now])? {
        if let Some(id) = SessionId::parse(&row.get::<String>(0)?) {
            sessions.push((id, row.get(1)?));
        }
    }
    Ok(sessions)
}

/// A live session of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfUser {
    /// Its id.
    pub id: String,
    /// Address of the client at `init`.
    pub ip: String,
    /// Unix second when it ends.
    pub expires: i64,
    /// Version of the Client API: 10, 11, 12, 13.
    pub api: i64,
}

/// The newest live sessions of a user, at most `limit`, newest first.
pub fn newest_of_user(conn: &mut Conn<'_>, app: i64, user: i64, now: i64, limit: i64) -> Result<Vec<OfUser>> {
    // As `of_user`.
    let sql = format!(
        "SELECT id, ip, expires, api FROM sessions WHERE {OF_USER} AND expires > $3
         AND +generation = (SELECT generation FROM session_generations WHERE app = $1)
         ORDER BY id DESC LIMIT $4"
    );
    let session =
        |row: &Row| Ok(OfUser { id: row.get(0)?, ip: row.get(1)?, expires: row.get(2)?, api: row.get(3)? });
    conn.query(&sql, params![app, user, now, limit])?.iter().map(session).collect()
}

/// Sessions that one statement of [`end_each`] ends.
const TOGETHER: usize = 100;

/// Ends those of some sessions that live; returns how many.
pub fn end_each(conn: &mut Conn<'_>, app: i64, ids: &[SessionId], now: i64) -> Result<u64> {
    let places: Vec<String> = (3..).take(TOGETHER).map(|place| format!("${place}")).collect();
    let sql = format!("DELETE FROM sessions WHERE {LIVE} AND id IN ({})", places.join(", "));
    let mut ended = 0;
    for ids in ids.chunks(TOGETHER) {
        // The last one stands for those that are missing, so that there is one statement to prepare.
        let padded = ids.iter().chain(std::iter::repeat(&ids[ids.len() - 1])).take(TOGETHER);
        let mut values = vec![Value::from(app), Value::from(now)];
        values.extend(padded.map(|id| Value::from(id.as_str())));
        ended += removed(conn.execute(&sql, &values)?);
    }
    Ok(ended)
}

/// Ends the sessions of users.
pub fn end_of_users(conn: &mut Conn<'_>, app: i64, users: &Rows) -> Result<()> {
    let sql = format!("DELETE FROM sessions WHERE app = $1 AND {}", users.of(conn, "user_id", 4));
    removed(conn.execute(&sql, &users.values(app, &[]))?);
    Ok(())
}

/// Follows the user of living sessions to another name.
pub fn rename_user(conn: &mut Conn<'_>, app: i64, user: i64, name: &str) -> Result<()> {
    let sql = format!("UPDATE sessions SET credential = $3 WHERE {OF_USER}");
    conn.execute(&sql, params![app, user, name])?;
    Ok(())
}

/// Ends all sessions of an application by raising its generation, whatever their number. `false`, and no change,
/// when none lived.
///
/// # Errors
/// Whatever the database refuses.
pub fn end_all(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<bool> {
    // Locks first, so that of two at once the second sees the first one's work.
    let lock = format!("SELECT generation FROM session_generations WHERE app = $1{}", conn.for_update());
    if conn.query_one(&lock, params![app])?.is_none() {
        return Ok(false);
    }
    // The newest are the likeliest to live.
    let alive = format!("SELECT 1 FROM sessions WHERE {LIVE} ORDER BY id DESC LIMIT 1");
    if conn.query_one(&alive, params![app, now])?.is_none() {
        return Ok(false);
    }
    raise_generation(conn, app)?;
    Ok(true)
}

/// Ends all sessions of an application, whether or not there are any.
pub fn raise_generation(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    conn.execute("UPDATE session_generations SET generation = generation + 1 WHERE app = $1", params![app])?;
    Ok(())
}

/// Number of live sessions of an application. Reads all of them.
pub fn count(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<i64> {
    let row = conn.query_one(&format!("SELECT COUNT(*) FROM sessions WHERE {LIVE}"), params![app, now])?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// As [`count`], and how many of them are signed in.
pub fn count_signed_in(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<(i64, i64)> {
    let sql = format!("SELECT COUNT(*), COUNT(user_id) FROM sessions WHERE {LIVE}");
    let row = conn.query_one(&sql, params![app, now])?;
    row.map_or(Ok((0, 0)), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A user who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Online {
    /// The user's number.
    pub user: i64,
    /// The user's name.
    pub name: String,
    /// Whether the name is a license key.
    pub by_license: bool,
}

/// Who is signed in, each once, in the order of the names, at most `limit`.
pub fn online(conn: &mut Conn<'_>, app: i64, now: i64, limit: i64) -> Result<Vec<Online>> {
    let sql = format!(
        "SELECT o.user_id, o.credential, u.by_license
         FROM (SELECT DISTINCT credential, user_id FROM sessions WHERE {LIVE} AND user_id IS NOT NULL
               ORDER BY credential, user_id LIMIT $3) o
         LEFT JOIN users u ON u.app = $1 AND u.id = o.user_id ORDER BY o.credential, o.user_id"
    );
    let online = |row: &Row| {
        let by_license = row.get::<Option<i64>>(2)?.is_some();
        Ok(Online { user: row.get(0)?, name: row.get(1)?, by_license })
    };
    conn.query(&sql, params![app, now, limit])?.iter().map(online).collect()
}

/// A run of dead sessions, found by [`find_dead`], to be removed by [`remove_dead`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadRun {
    app: i64,
    generation: i64,
    first: String,
    last: String,
    /// Sessions of the current generation: only those that ended by this Unix second are dead.
    expired_by: Option<i64>,
}

/// A run of sessions in which nobody is signed in, found by [`find_anonymous`], to be removed by [`remove_anonymous`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnonymousRun {
    app: i64,
    generation: i64,
    first: String,
    /// The id of the last one, after which to look for the next run.
    pub last: String,
}

/// Finds the oldest sessions of an application in which nobody is signed in, after the id `after`, at most `limit`.
pub fn find_anonymous(
    conn: &mut Conn<'_>,
    app: i64,
    after: &str,
    limit: i64,
) -> Result<Option<AnonymousRun>> {
    let rows = conn.query(
        "SELECT generation, id FROM sessions WHERE app = $1 AND id > $2 AND user_id IS NULL
         AND generation = (SELECT generation FROM session_generations WHERE app = $1) ORDER BY id LIMIT $3",
        params![app, after, limit],
    )?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
    Ok(Some(AnonymousRun { app, generation: first.get(0)?, first: first.get(1)?, last: last.get(1)? }))
}

/// Removes a run, except for sessions in which somebody has signed in meanwhile; returns how many.
pub fn remove_anonymous(conn: &mut Conn<'_>, run: &AnonymousRun) -> Result<u64> {
    let sql = "DELETE FROM sessions WHERE app = $1 AND generation = $2 AND id >= $3 AND id <= $4 AND user_id IS NULL";
    conn.execute(sql, params![run.app, run.generation, &run.first, &run.last]).map(removed)
}

/// The next application that has sessions, living or dead, after application `after`.
pub fn next_app(conn: &mut Conn<'_>, after: i64) -> Result<Option<i64>> {
    let row = conn.query_one("SELECT MIN(app) FROM sessions WHERE app > $1", params![after])?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// Finds at most `limit` dead sessions of an application that lie together: of an older generation, else expired and
/// created before `created_before` (a lower bound of ids; younger ones are not looked at).
pub fn find_dead(
    conn: &mut Conn<'_>,
    app: i64,
    created_before: &SessionId,
    now: i64,
    limit: i64,
) -> Result<Option<DeadRun>> {
    let current =
        conn.query_one("SELECT generation FROM session_generations WHERE app = $1", params![app])?;
    let current: i64 = current.map_or(Ok(i64::MAX), |row| row.get(0))?;
    let oldest = conn.query_one(
        "SELECT MIN(generation) FROM sessions WHERE app = $1 AND generation < $2",
        params![app, current],
    )?;
    if let Some(generation) = oldest.map_or(Ok(None), |row| row.get::<Option<i64>>(0))? {
        let ids = conn.query(
            "SELECT id FROM sessions WHERE app = $1 AND generation = $2 ORDER BY id LIMIT $3",
            params![app, generation, limit],
        )?;
        return run_of(app, generation, None, &ids);
    }
    let ids = conn.query(
        "SELECT id FROM sessions WHERE app = $1 AND generation = $2 AND id < $3 AND expires <= $4
         ORDER BY id LIMIT $5",
        params![app, current, created_before.as_str(), now, limit],
    )?;
    run_of(app, current, Some(now), &ids)
}

fn run_of(app: i64, generation: i64, expired_by: Option<i64>, ids: &[Row]) -> Result<Option<DeadRun>> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(None) };
    Ok(Some(DeadRun { app, generation, first: first.get(0)?, last: last.get(0)?, expired_by }))
}

/// Removes a run of dead sessions; returns how many.
pub fn remove_dead(conn: &mut Conn<'_>, run: &DeadRun) -> Result<u64> {
    let sql =
        "DELETE FROM sessions WHERE app = $1 AND generation = $2 AND id >= $3 AND id <= $4 AND expires <= $5";
    let by = run.expired_by.unwrap_or(i64::MAX);
    conn.execute(sql, params![run.app, run.generation, &run.first, &run.last, by]).map(removed)
}
