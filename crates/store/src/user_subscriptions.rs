//! Subscriptions that users have.

use crate::{Conn, Result, params};

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

/// The subscriptions of a user, oldest first, also those that have ended.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserSubscription>> {
    let sql = "SELECT x.id, x.subscription, s.level, x.expires, x.license_key, x.paused
               FROM user_subscriptions x
               LEFT JOIN subscriptions s ON s.app = x.app AND s.name = x.subscription
               WHERE x.app = $1 AND x.user_id = $2 ORDER BY x.id";
    let rows = conn.query(sql, params![app, user])?;
    rows.iter()
        .map(|row| {
            Ok(UserSubscription {
                id: row.get(0)?,
                subscription: row.get(1)?,
                level: row.get(2)?,
                expires: row.get(3)?,
                license_key: row.get(4)?,
                paused: row.get(5)?,
            })
        })
        .collect()
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
