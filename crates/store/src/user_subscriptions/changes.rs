//! What happens to subscriptions of one user or of many: the rules of [`claviger_domain::Subscriptions`] as SQL.

use claviger_domain::{NEVER, Subscription, Term};

use super::rows::{BY_APP, BY_VENDOR, RUNS, columns};
use crate::{Conn, Result, Rows, Value, params};

/// What a pause is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Only subscriptions of this name; `None`: all.
    pub subscription: Option<String>,
    /// The whole application is paused: what that paused goes on with it.
    pub by_app: bool,
}

/// Users whose subscriptions were changed or made: one for each of these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched(Vec<i64>);

impl Touched {
    /// Subscriptions that were changed or made.
    pub fn rows(&self) -> u64 {
        self.0.len() as u64
    }

    /// Users who have them.
    pub fn users(mut self) -> i64 {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.len() as i64
    }

    fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// Runs a statement that changes or makes rows.
fn touch(conn: &mut Conn<'_>, sql: &str, values: &[Value<'_>]) -> Result<Touched> {
    let rows = conn.query(&format!("{sql} RETURNING user_id"), values)?;
    Ok(Touched(rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?))
}

/// Value of `paused` for rows on their way from one to another.
const ON_THE_WAY: i64 = -1;

/// Pauses subscriptions of users that run at `now`: each keeps the seconds that remain.
pub fn pause(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
    pause: &Pause,
    now: i64,
) -> Result<Touched> {
    let to = if pause.by_app { BY_APP } else { BY_VENDOR };
    transfer(conn, app, &users.into(), pause.subscription.as_deref(), (RUNS, to), now)
}

/// Lets paused subscriptions of users go on from `now`.
pub fn unpause(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
    pause: &Pause,
    now: i64,
) -> Result<Touched> {
    let (users, name) = (users.into(), pause.subscription.as_deref());
    let with_app = transfer(conn, app, &users, name, (BY_APP, RUNS), now)?;
    if pause.by_app {
        return Ok(with_app);
    }
    Ok(with_app.and(transfer(conn, app, &users, name, (BY_VENDOR, RUNS), now)?))
}

/// As [`unpause`], while the application is paused: what the vendor paused goes on with the application.
pub fn hand_over(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
    name: Option<&str>,
    now: i64,
) -> Result<Touched> {
    transfer(conn, app, &users.into(), name, (BY_VENDOR, BY_APP), now)
}

/// `transfer` of [`claviger_domain::Subscriptions`], for one name or all.
fn transfer(
    conn: &mut Conn<'_>,
    app: i64,
    users: &Rows,
    name: Option<&str>,
    (from, to): (i64, i64),
    now: i64,
) -> Result<Touched> {
    let of_users = |conn: &Conn<'_>, further| {
        format!("app = $1 AND {} AND ($4 = '' OR subscription = $4)", users.of(conn, "user_id", further))
    };
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
         WHERE {} AND paused = {from} AND (paused <> {RUNS} OR expires > $5)",
        of_users(conn, 6)
    );
    let moved = touch(conn, &sql, &users.values(app, params![name, now]))?;
    if moved.rows() > 0 {
        let sql = format!(
            "UPDATE user_subscriptions SET paused = {to} WHERE {} AND paused = {ON_THE_WAY}",
            of_users(conn, 5)
        );
        conn.execute(&sql, &users.values(app, params![name]))?;
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
fn foremost(of_users: &str) -> String {
    format!(
        "app = $1 AND {of_users} AND subscription = $4
         AND ((paused = 0 AND expires > $5) OR (paused <> 0 AND NOT EXISTS (SELECT 1 {OF_SAME_NAME}
           AND ((y.paused = 0 AND y.expires > $5) OR y.paused > user_subscriptions.paused))))"
    )
}

/// Prolongs subscriptions of a name, as [`claviger_domain::Subscriptions::prolong`].
pub fn extend(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
    name: &str,
    with: Extension,
    now: i64,
) -> Result<Touched> {
    let users = users.into();
    let (more, until) = match with.term {
        Term::For(seconds) => (seconds, 0),
        Term::Until(end) => (0, end),
    };
    let (least, greatest) = conn.least_greatest();
    let sql = format!(
        "UPDATE user_subscriptions SET expires = {least}({greatest}(expires + $6,
           CAST($7 AS BIGINT) - CASE WHEN paused = 0 THEN 0 ELSE CAST($5 AS BIGINT) END), {NEVER})
         WHERE {}",
        foremost(&users.of(conn, "user_id", 8))
    );
    let prolonged = touch(conn, &sql, &users.values(app, params![name, now, more, until]))?;
    if with.active_only {
        return Ok(prolonged);
    }
    let lacking = |conn: &Conn<'_>, further| {
        format!(
            "FROM users WHERE app = $1 AND {} AND NOT EXISTS
             (SELECT 1 FROM user_subscriptions x WHERE x.app = users.app AND x.user_id = users.id
              AND x.subscription = $4 AND (x.paused <> 0 OR x.expires > $5))",
            users.of(conn, "id", further)
        )
    };
    let sql = format!("SELECT COUNT(*) {}", lacking(conn, 6));
    let count = conn.query_one(&sql, &users.values(app, params![name, now]))?;
    let count: i64 = count.map_or(Ok(0), |row| row.get(0))?;
    if count == 0 {
        return Ok(prolonged);
    }
    let before = conn.next_serials(app, "user_subscriptions", count)? - 1;
    let sql = format!(
        "INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, paused)
         SELECT app, id, $6 + ROW_NUMBER() OVER (ORDER BY id), $4, $7, $8 {}",
        lacking(conn, 9)
    );
    let (expires, paused) = columns(Subscription::new(with.term, now, with.app_paused));
    let made = touch(conn, &sql, &users.values(app, params![name, now, before, expires, paused]))?;
    Ok(prolonged.and(made))
}

/// Shortens subscriptions of a name, as [`claviger_domain::Subscriptions::shorten`].
pub fn subtract(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
    name: &str,
    seconds: i64,
    now: i64,
) -> Result<Touched> {
    let users = users.into();
    let (_, greatest) = conn.least_greatest();
    let sql = format!(
        "UPDATE user_subscriptions SET expires = CASE WHEN expires >= {NEVER} THEN expires
           WHEN paused = 0 THEN expires - $6 ELSE {greatest}(expires - $6, 0) END
         WHERE {}",
        foremost(&users.of(conn, "user_id", 7))
    );
    touch(conn, &sql, &users.values(app, params![name, now, seconds]))
}
