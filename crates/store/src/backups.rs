//! What is known of backups: the last one that succeeded, and which node makes the next one.

use crate::{Conn, Result, params};

/// Seconds by which clocks may differ. What is dated further ahead was written while one was wrong, or by somebody else.
const AHEAD: i64 = 3600;

/// Whether a Unix second is so much later than `now` that nobody knows when it was noted.
pub fn is_ahead(at: i64, now: i64) -> bool {
    at > now.saturating_add(AHEAD)
}

/// A backup that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Unix second as of which it holds the data.
    pub at: i64,
    /// Its name in the place.
    pub name: String,
    /// The folder or store that it is in, without secrets.
    pub place: String,
    /// How large it is.
    pub bytes: i64,
}

/// How backups stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The last one that succeeded; `None`: none ever did.
    pub made: Option<Made>,
    /// Unix second of the last failure since then, and why.
    pub failed: Option<(i64, String)>,
}

/// How backups stand: the last one that succeeded, and what went wrong since.
///
/// # Errors
/// Whatever the database refuses.
pub fn state(conn: &mut Conn<'_>) -> Result<State> {
    let sql = "SELECT made, name, place, bytes, failed, failure FROM backup_state WHERE id = 1";
    let Some(row) = conn.query_one(sql, &[])? else { return Ok(State::default()) };
    let made = match row.get::<Option<i64>>(0)? {
        Some(at) => Some(Made { at, name: row.get(1)?, place: row.get(2)?, bytes: row.get(3)? }),
        None => None,
    };
    let failure: Option<String> = row.get(5)?;
    let failed = row.get::<Option<i64>>(4)?.map(|at| (at, failure.unwrap_or_default()));
    Ok(State { made, failed })
}

/// Unix second of the last backup that succeeded; `None`: none ever did.
///
/// # Errors
/// Whatever the database refuses.
pub fn last(conn: &mut Conn<'_>) -> Result<Option<i64>> {
    let sql = "SELECT made FROM backup_state WHERE id = 1";
    conn.query_one(sql, &[])?.map_or(Ok(None), |row| row.get(0))
}

/// Notes a backup that is whole. One that holds older data than the last changes nothing, unless that one is ahead of `now`.
///
/// # Errors
/// Whatever the database refuses.
pub fn record(conn: &mut Conn<'_>, made: &Made, now: i64) -> Result<()> {
    let sql =
        "UPDATE backup_state SET made = $1, name = $2, place = $3, bytes = $4, failed = NULL, failure = NULL
        WHERE id = 1 AND (made IS NULL OR made <= $1 OR made > $5)";
    let ahead = now.saturating_add(AHEAD);
    conn.execute(sql, params![made.at, &made.name, &made.place, made.bytes, ahead])?;
    Ok(())
}

/// Notes that a backup failed, and why.
///
/// # Errors
/// Whatever the database refuses.
pub fn record_failure(conn: &mut Conn<'_>, at: i64, why: &str) -> Result<()> {
    conn.execute("UPDATE backup_state SET failed = $1, failure = $2 WHERE id = 1", params![at, why])?;
    Ok(())
}

/// Seconds after the last begin of a backup until the next one is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Where the last one succeeded.
    pub every: i64,
    /// Where it failed, or whoever made it is gone; not longer than the other.
    pub again: i64,
}

/// Claims making the next backup until the second `until`, where one is due and nobody else makes one. `claimant` is a text
/// that no other node has. `false`: not now, or not this node. What was noted while a clock was ahead keeps nobody from it.
///
/// # Errors
/// Whatever the database refuses.
pub fn claim(conn: &mut Conn<'_>, claimant: &str, wait: Wait, now: i64, until: i64) -> Result<bool> {
    // A claim that ran out and was not given back is that of a node that ended in the middle.
    let sql = "UPDATE backup_state SET tried = $3, claimed = $4, claimant = $1
        WHERE id = 1 AND (claimed <= $3 OR claimed > $7)
            AND (tried <= $2 OR tried > $6 OR tried <= $5 AND (failed IS NOT NULL OR claimant <> ''))";
    let [done, undone] = [wait.every, wait.again].map(|wait| now.saturating_sub(wait));
    let [tried, claimed] = [now, until].map(|at| at.saturating_add(AHEAD));
    Ok(conn.execute(sql, params![claimant, done, now, until, undone, tried, claimed])? == 1)
}

/// Keeps a claim for longer. `false`: another node has it by now.
///
/// # Errors
/// Whatever the database refuses.
pub fn keep_claim(conn: &mut Conn<'_>, claimant: &str, until: i64) -> Result<bool> {
    let sql = "UPDATE backup_state SET claimed = $2 WHERE id = 1 AND claimant = $1 AND claimed > 0";
    Ok(conn.execute(sql, params![claimant, until])? == 1)
}

/// Gives a claim back.
///
/// # Errors
/// Whatever the database refuses.
pub fn release(conn: &mut Conn<'_>, claimant: &str) -> Result<()> {
    let sql = "UPDATE backup_state SET claimed = 0, claimant = '' WHERE id = 1 AND claimant = $1";
    conn.execute(sql, params![claimant])?;
    Ok(())
}
