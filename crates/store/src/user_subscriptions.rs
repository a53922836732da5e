//! Subscriptions that users have.

use crate::{Conn, Range, Result, Row, params, pending::OWNER_STAYS};

/// A subscription that a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSubscription {
    /// Serial number in the application.
    pub id: i64,
    /// Name of the subscription.
    pub subscription: String,
    /// Level that the application gives to that name now.
    pub level: Option<String>,
    /// Unix second when it ends; while paused, the seconds that remain.
    pub expires: i64,
    /// License key that it came from.
    pub license_key: Option<String>,
    /// Whether it is paused.
    pub paused: bool,
}

/// Gives a user a subscription until `expires` (Unix seconds).
pub fn insert(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    subscription: &str,
    expires: i64,
    license_key: Option<&str>,
) -> Result<()> {
    let id = conn.next_serials(app, "user_subscriptions", 1)?;
    conn.execute(
        "INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, license_key)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![app, user, id, subscription, expires, license_key],
    )?;
    Ok(())
}

const SELECT: &str = "SELECT x.id, x.subscription, s.level, x.expires, x.license_key, x.paused, x.user_id
    FROM user_subscriptions x LEFT JOIN subscriptions s ON s.app = x.app AND s.name = x.subscription";

fn subscription(row: &Row) -> Result<UserSubscription> {
    Ok(UserSubscription {
        id: row.get(0)?,
        subscription: row.get(1)?,
        level: row.get(2)?,
        expires: row.get(3)?,
        license_key: row.get(4)?,
        paused: row.get(5)?,
    })
}

/// The subscriptions of a user, oldest first, also those that have ended.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserSubscription>> {
    let sql = format!("{SELECT} WHERE x.app = $1 AND x.user_id = $2 ORDER BY x.id");
    conn.query(&sql, params![app, user])?.iter().map(subscription).collect()
}

/// The subscriptions of users with the users' numbers, by number of the user, oldest first.
pub fn of_users(conn: &mut Conn<'_>, app: i64, users: Range) -> Result<Vec<(i64, UserSubscription)>> {
    let sql =
        format!("{SELECT} WHERE x.app = $1 AND x.user_id > $2 AND x.user_id <= $3 ORDER BY x.user_id, x.id");
    let rows = conn.query(&sql, params![app, users.after, users.last])?;
    rows.iter().map(|row| Ok((row.get(6)?, subscription(row)?))).collect()
}

/// What a pause is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Only subscriptions of this name; `None`: all.
    pub subscription: Option<String>,
    /// The whole application is paused: what that paused goes on with it.
    pub by_app: bool,
}

/// Value of `paused` for what was paused along with the application.
const BY_APP: i64 = 2;

/// Pauses subscriptions of users that run at `now`: each keeps the seconds that remain. Returns how many.
pub fn pause(conn: &mut Conn<'_>, app: i64, users: Range, pause: &Pause, now: i64) -> Result<u64> {
    let mark = if pause.by_app { BY_APP } else { 1 };
    conn.execute(
        "UPDATE user_subscriptions SET paused = $4, expires = expires - $5
         WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND paused = 0 AND expires > $5
           AND ($6 = '' OR subscription = $6)",
        params![app, users.after, users.last, mark, now, pause.subscription.as_deref().unwrap_or_default()],
    )
}

/// Lets paused subscriptions of users go on from `now`. Returns how many.
pub fn unpause(conn: &mut Conn<'_>, app: i64, users: Range, pause: &Pause, now: i64) -> Result<u64> {
    let least = if pause.by_app { BY_APP } else { 1 };
    conn.execute(
        "UPDATE user_subscriptions SET paused = 0, expires = expires + $5
         WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND paused >= $4
           AND ($6 = '' OR subscription = $6)",
        params![app, users.after, users.last, least, now, pause.subscription.as_deref().unwrap_or_default()],
    )
}

/// Whether any user has a subscription of that name that runs at `now`, or is paused.
pub fn any(conn: &mut Conn<'_>, app: i64, subscription: &str, paused: bool, now: i64) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM user_subscriptions WHERE app = $1 AND subscription = $2 AND {OWNER_STAYS}
           AND ((paused <> 0 AND $3 = 1) OR (paused = 0 AND $3 = 0 AND expires > $4)) LIMIT 1"
    );
    Ok(conn.query_one(&sql, params![app, subscription, paused, now])?.is_some())
}

/// Number of subscriptions of a name that run at `now`.
pub fn count_running(conn: &mut Conn<'_>, app: i64, subscription: &str, now: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM user_subscriptions
         WHERE app = $1 AND subscription = $2 AND paused = 0 AND expires > $3 AND {OWNER_STAYS}"
    );
    conn.query_one(&sql, params![app, subscription, now])?.map_or(Ok(0), |row| row.get(0))
}

/// How subscriptions are prolonged.
#[derive(Clone, Copy, Debug)]
pub struct Extension {
    /// How much longer.
    pub seconds: i64,
    /// Only where one runs; else users without one get one that starts now.
    pub active_only: bool,
}

/// Prolongs subscriptions of a name; returns how many rows were changed or made.
pub fn extend(
    conn: &mut Conn<'_>,
    app: i64,
    users: Range,
    name: &str,
    with: Extension,
    now: i64,
) -> Result<u64> {
    let prolonged = conn.execute(
        "UPDATE user_subscriptions SET expires = expires + $6
         WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND subscription = $4 AND paused = 0 AND expires > $5",
        params![app, users.after, users.last, name, now, with.seconds],
    )?;
    if with.active_only {
        return Ok(prolonged);
    }
    let lacking = "FROM users WHERE app = $1 AND id > $2 AND id <= $3 AND NOT EXISTS
        (SELECT 1 FROM user_subscriptions x WHERE x.app = users.app AND x.user_id = users.id
         AND x.subscription = $4 AND x.paused = 0 AND x.expires > $5)";
    let of_range = params![app, users.after, users.last, name, now];
    let count = conn.query_one(&format!("SELECT COUNT(*) {lacking}"), of_range)?;
    let count: i64 = count.map_or(Ok(0), |row| row.get(0))?;
    if count == 0 {
        return Ok(prolonged);
    }
    let before = conn.next_serials(app, "user_subscriptions", count)? - 1;
    let sql = format!(
        "INSERT INTO user_subscriptions (app, user_id, id, subscription, expires)
         SELECT app, id, $6 + ROW_NUMBER() OVER (ORDER BY id), $4, $7 {lacking}"
    );
    let expires = now.saturating_add(with.seconds);
    let made = conn.execute(&sql, params![app, users.after, users.last, name, now, before, expires])?;
    Ok(prolonged + made)
}

/// Shortens subscriptions of a name that run at `now` or are paused; returns how many.
pub fn subtract(
    conn: &mut Conn<'_>,
    app: i64,
    users: Range,
    name: &str,
    seconds: i64,
    now: i64,
) -> Result<u64> {
    conn.execute(
        "UPDATE user_subscriptions
         SET expires = CASE WHEN paused <> 0 AND expires < $6 THEN 0 ELSE expires - $6 END
         WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND subscription = $4 AND (paused <> 0 OR expires > $5)",
        params![app, users.after, users.last, name, now, seconds],
    )
}

/// Deletes subscriptions of a user: those of a name, or those that a license brought; returns how many.
pub fn delete(conn: &mut Conn<'_>, app: i64, user: i64, of: Deleted<'_>) -> Result<u64> {
    let (column, value) = match of {
        Deleted::Named(name) => ("subscription", name),
        Deleted::FromLicense(key) => ("license_key", key),
    };
    let sql = format!("DELETE FROM user_subscriptions WHERE app = $1 AND user_id = $2 AND {column} = $3");
    conn.execute(&sql, params![app, user, value])
}

/// Which subscriptions of a user to delete.
#[derive(Clone, Copy, Debug)]
pub enum Deleted<'a> {
    /// Those of this name.
    Named(&'a str),
    /// Those that this license key brought.
    FromLicense(&'a str),
}

/// Sets when a subscription of a user ends (Unix seconds); while it is paused, the seconds that remain.
pub fn set_expires(conn: &mut Conn<'_>, app: i64, user: i64, id: i64, expires: i64) -> Result<()> {
    conn.execute(
        "UPDATE user_subscriptions SET expires = $4 WHERE app = $1 AND user_id = $2 AND id = $3",
        params![app, user, id, expires],
    )?;
    Ok(())
}

/// Sets whether a subscription of a user is paused, and when it ends, as [`set_expires`].
pub fn set_paused(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    id: i64,
    paused: bool,
    expires: i64,
) -> Result<()> {
    conn.execute(
        "UPDATE user_subscriptions SET paused = $4, expires = $5 WHERE app = $1 AND user_id = $2 AND id = $3",
        params![app, user, id, paused, expires],
    )?;
    Ok(())
}
