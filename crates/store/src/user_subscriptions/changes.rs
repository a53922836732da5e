//! What happens to subscriptions of one user or of many: the rules of [`claviger_domain::Subscriptions`] as SQL.

use claviger_domain::{NEVER, Subscription, Term};

use super::rows::{BY_APP, BY_VENDOR, RUNS, columns};
use crate::{Conn, Range, Result, params};

/// What a pause is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Only subscriptions of this name; `None`: all.
    pub subscription: Option<String>,
    /// The whole application is paused: what that paused goes on with it.
    pub by_app: bool,
}

/// Value of `paused` for rows on their way from one to another.
const ON_THE_WAY: i64 = -1;

/// Pauses subscriptions of users that run at `now`: each keeps the seconds that remain. Returns how many.
pub fn pause(conn: &mut Conn<'_>, app: i64, users: Range, pause: &Pause, now: i64) -> Result<u64> {
    let to = if pause.by_app { BY_APP } else { BY_VENDOR };
    transfer(conn, app, users, pause.subscription.as_deref(), (RUNS, to), now)
}

/// Lets paused subscriptions of users go on from `now`. Returns how many.
pub fn unpause(conn: &mut Conn<'_>, app: i64, users: Range, pause: &Pause, now: i64) -> Result<u64> {
    let name = pause.subscription.as_deref();
    let with_app = transfer(conn, app, users, name, (BY_APP, RUNS), now)?;
    if pause.by_app {
        return Ok(with_app);
    }
    Ok(with_app + transfer(conn, app, users, name, (BY_VENDOR, RUNS), now)?)
}

/// As [`unpause`], while the application is paused: what the vendor paused goes on with the application. Returns how
/// many.
pub fn hand_over(conn: &mut Conn<'_>, app: i64, users: Range, name: Option<&str>, now: i64) -> Result<u64> {
    transfer(conn, app, users, name, (BY_VENDOR, BY_APP), now)
}

/// `transfer` of [`claviger_domain::Subscriptions`], for users of a range and one name or all.
fn transfer(
    conn: &mut Conn<'_>,
    app: i64,
    users: Range,
    name: Option<&str>,
    (from, to): (i64, i64),
    now: i64,
) -> Result<u64> {
    const OF_USERS: &str = "app = $1 AND user_id > $2 AND user_id <= $3 AND ($4 = '' OR subscription = $4)";
    let name = name.unwrap_or_default();
    let (least, _) = conn.least_greatest();
    let nothing_there = if to == RUNS { "$5" } else { "0" };
    // In two steps: else the second of two that move would stand behind the first.
    let sql = format!(
        "UPDATE user_subscriptions SET paused = {ON_THE_WAY}, expires = {least}(
           CASE WHEN paused = {RUNS} AND expires < {NEVER} THEN expires - $5 ELSE expires END
             + COALESCE((SELECT MAX(y.expires) {OF_SAME_NAME} AND y.paused = {to}
                         AND (y.paused <> {RUNS} OR y.expires > $5)), {nothing_there}),
           {NEVER})
         WHERE {OF_USERS} AND paused = {from} AND (paused <> {RUNS} OR expires > $5)"
    );
    let moved = conn.execute(&sql, params![app, users.after, users.last, name, now])?;
    if moved > 0 {
        let sql =
            format!("UPDATE user_subscriptions SET paused = {to} WHERE {OF_USERS} AND paused = {ON_THE_WAY}");
        conn.execute(&sql, params![app, users.after, users.last, name])?;
    }
    Ok(moved)
}

/// All that the user of a row has of its name.
const OF_SAME_NAME: &str = "FROM user_subscriptions y WHERE y.app = user_subscriptions.app
    AND y.user_id = user_subscriptions.user_id AND y.subscription = user_subscriptions.subscription";

/// How subscriptions are prolonged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// How much longer, or how long at least.
    pub term: Term,
    /// Only where one runs or is paused; else users without one get one that starts now.
    pub active_only: bool,
    /// The application is paused: what starts now waits with it.
    pub app_paused: bool,
}

/// What of the name `$4` is prolonged and shortened: what runs at `$5`, else what is paused. After a pause of the vendor's
/// comes that of the application.
fn foremost() -> String {
    format!(
        "app = $1 AND user_id > $2 AND user_id <= $3 AND subscription = $4
         AND ((paused = 0 AND expires > $5) OR (paused <> 0 AND NOT EXISTS (SELECT 1 {OF_SAME_NAME}
           AND ((y.paused = 0 AND y.expires > $5) OR y.paused > user_subscriptions.paused))))"
    )
}

/// Prolongs subscriptions of a name, as [`claviger_domain::Subscriptions::prolong`]; returns how many rows were changed or
/// made.
pub fn extend(
    conn: &mut Conn<'_>,
    app: i64,
    users: Range,
    name: &str,
    with: Extension,
    now: i64,
) -> Result<u64> {
    let (more, until) = match with.term {
        Term::For(seconds) => (seconds, 0),
        Term::Until(end) => (0, end),
    };
    let (least, greatest) = conn.least_greatest();
    let sql = format!(
        "UPDATE user_subscriptions SET expires = {least}({greatest}(expires + $6,
           CAST($7 AS BIGINT) - CASE WHEN paused = 0 THEN 0 ELSE CAST($5 AS BIGINT) END), {NEVER})
         WHERE {}",
        foremost()
    );
    let prolonged = conn.execute(&sql, params![app, users.after, users.last, name, now, more, until])?;
    if with.active_only {
        return Ok(prolonged);
    }
    let lacking = "FROM users WHERE app = $1 AND id > $2 AND id <= $3 AND NOT EXISTS
        (SELECT 1 FROM user_subscriptions x WHERE x.app = users.app AND x.user_id = users.id
         AND x.subscription = $4 AND (x.paused <> 0 OR x.expires > $5))";
    let of_range = params![app, users.after, users.last, name, now];
    let count = conn.query_one(&format!("SELECT COUNT(*) {lacking}"), of_range)?;
    let count: i64 = count.map_or(Ok(0), |row| row.get(0))?;
    if count == 0 {
        return Ok(prolonged);
    }
    let before = conn.next_serials(app, "user_subscriptions", count)? - 1;
    let sql = format!(
        "INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, paused)
         SELECT app, id, $6 + ROW_NUMBER() OVER (ORDER BY id), $4, $7, $8 {lacking}"
    );
    let (expires, paused) = columns(Subscription::new(with.term, now, with.app_paused));
    let made =
        conn.execute(&sql, params![app, users.after, users.last, name, now, before, expires, paused])?;
    Ok(prolonged + made)
}

/// Shortens subscriptions of a name, as [`claviger_domain::Subscriptions::shorten`]; returns how many.
pub fn subtract(
    conn: &mut Conn<'_>,
    app: i64,
    users: Range,
    name: &str,
    seconds: i64,
    now: i64,
) -> Result<u64> {
    let (_, greatest) = conn.least_greatest();
    let sql = format!(
        "UPDATE user_subscriptions SET expires = CASE WHEN expires >= {NEVER} THEN expires
           WHEN paused = 0 THEN expires - $6 ELSE {greatest}(expires - $6, 0) END
         WHERE {}",
        foremost()
    );
    conn.execute(&sql, params![app, users.after, users.last, name, now, seconds])
}
