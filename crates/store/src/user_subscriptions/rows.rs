//! The rows: giving, reading, counting and deleting them.

use claviger_domain::{Pauser, Subscription};

use crate::{Conn, Result, Row, Rows, params, pending::OWNER_STAYS};

/// Values of `paused`: what runs or has ended, what the vendor paused, and what was paused along with the application.
pub(super) const RUNS: i64 = 0;
pub(super) const BY_VENDOR: i64 = 1;
pub(super) const BY_APP: i64 = 2;

/// A subscription that a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSubscription {
    /// Serial number in the application.
    pub id: i64,
    /// Name of the subscription.
    pub subscription: String,
    /// Level that the application gives to that name now.
    pub level: Option<String>,
    /// Unix second when it ends; while paused, the seconds that remain. [`claviger_domain::NEVER`] in either case: without end.
    pub expires: i64,
    /// License key that it came from.
    pub license_key: Option<String>,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it is paused along with the application.
    pub by_app: bool,
}

impl UserSubscription {
    /// What it is by the rules.
    pub fn state(&self) -> Subscription {
        match (self.paused, self.by_app) {
            (false, _) => Subscription::Until(self.expires),
            (true, false) => Subscription::Paused { left: self.expires, by: Pauser::Vendor },
            (true, true) => Subscription::Paused { left: self.expires, by: Pauser::App },
        }
    }
}

/// `expires` and `paused`.
pub(crate) fn columns(state: Subscription) -> (i64, i64) {
    match state {
        Subscription::Until(end) => (end, RUNS),
        Subscription::Paused { left, by: Pauser::Vendor } => (left, BY_VENDOR),
        Subscription::Paused { left, by: Pauser::App } => (left, BY_APP),
    }
}

/// Gives a user a subscription.
pub fn give(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    subscription: &str,
    state: Subscription,
    license_key: Option<&str>,
) -> Result<()> {
    let id = conn.next_serials(app, "user_subscriptions", 1)?;
    let (expires, paused) = columns(state);
    conn.execute(
        "INSERT INTO user_subscriptions (app, user_id, id, subscription, expires, license_key, paused)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![app, user, id, subscription, expires, license_key, paused],
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
        paused: row.get::<i64>(5)? != RUNS,
        by_app: row.get::<i64>(5)? == BY_APP,
    })
}

/// The subscriptions of a user, oldest first, also those that have ended.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserSubscription>> {
    let sql = format!("{SELECT} WHERE x.app = $1 AND x.user_id = $2 ORDER BY x.id");
    conn.query(&sql, params![app, user])?.iter().map(subscription).collect()
}

/// The subscriptions of users with the users' numbers, by number of the user, oldest first.
pub fn of_users(
    conn: &mut Conn<'_>,
    app: i64,
    users: impl Into<Rows>,
) -> Result<Vec<(i64, UserSubscription)>> {
    let users = users.into();
    let these = users.of(conn, "x.user_id", 4);
    let sql = format!("{SELECT} WHERE x.app = $1 AND {these} ORDER BY x.user_id, x.id");
    let rows = conn.query(&sql, &users.values(app, &[]))?;
    rows.iter().map(|row| Ok((row.get(6)?, subscription(row)?))).collect()
}

/// How many subscriptions of an application run at `now` and end by `until`; at most `limit` are counted.
pub fn count_ending(conn: &mut Conn<'_>, app: i64, now: i64, until: i64, limit: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM user_subscriptions WHERE app = $1 AND paused = {RUNS}
         AND expires > $2 AND expires <= $3 AND {OWNER_STAYS} LIMIT $4) ending"
    );
    conn.query_one(&sql, params![app, now, until, limit])?.map_or(Ok(0), |row| row.get(0))
}

/// State of a subscription that somebody may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs.
    Running,
    /// It is paused.
    Paused,
    /// It is paused, and not along with the application.
    PausedByVendor,
}

/// Whether any user has a subscription of that name in a state at `now`.
pub fn any(conn: &mut Conn<'_>, app: i64, subscription: &str, standing: Standing, now: i64) -> Result<bool> {
    let paused = match standing {
        Standing::Running => "= 0",
        Standing::Paused => "<> 0",
        Standing::PausedByVendor => "= 1",
    };
    let sql = format!(
        "SELECT 1 FROM user_subscriptions WHERE app = $1 AND subscription = $2 AND {OWNER_STAYS}
           AND paused {paused} AND (paused <> 0 OR expires > $3) LIMIT 1"
    );
    Ok(conn.query_one(&sql, params![app, subscription, now])?.is_some())
}

/// Number of subscriptions of a name that run at `now`.
pub fn count_running(conn: &mut Conn<'_>, app: i64, subscription: &str, now: i64) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) FROM user_subscriptions
         WHERE app = $1 AND subscription = $2 AND paused = 0 AND expires > $3 AND {OWNER_STAYS}"
    );
    conn.query_one(&sql, params![app, subscription, now])?.map_or(Ok(0), |row| row.get(0))
}

/// How many users' subscriptions of a name there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameCount {
    /// The name.
    pub name: String,
    /// Those that run.
    pub running: i64,
    /// Those that are paused.
    pub paused: i64,
    /// All, also those that have ended.
    pub all: i64,
}

/// Counts users' subscriptions at `now`, by name. Reads all of them.
pub fn counts(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Vec<NameCount>> {
    let sql = format!(
        "SELECT subscription,
             CAST(SUM(CASE WHEN paused = {RUNS} AND expires > $2 THEN 1 ELSE 0 END) AS BIGINT),
             CAST(SUM(CASE WHEN paused <> {RUNS} THEN 1 ELSE 0 END) AS BIGINT), COUNT(*)
         FROM user_subscriptions WHERE app = $1 AND {OWNER_STAYS} GROUP BY subscription"
    );
    let count = |row: &Row| {
        Ok(NameCount { name: row.get(0)?, running: row.get(1)?, paused: row.get(2)?, all: row.get(3)? })
    };
    conn.query(&sql, params![app, now])?.iter().map(count).collect()
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

/// Sets the state of a subscription of a user.
pub fn set(conn: &mut Conn<'_>, app: i64, user: i64, id: i64, state: Subscription) -> Result<()> {
    let (expires, paused) = columns(state);
    conn.execute(
        "UPDATE user_subscriptions SET expires = $4, paused = $5 WHERE app = $1 AND user_id = $2 AND id = $3",
        params![app, user, id, expires, paused],
    )?;
    Ok(())
}
