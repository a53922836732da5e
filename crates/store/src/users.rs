//! End users of applications and the subscriptions they have.

use claviger_domain::fold;

use crate::{Conn, Result, Row, params};

/// An end user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Serial number in the application.
    pub id: i64,
    /// Name as it was registered.
    pub username: String,
    /// Hash of the password; `None` when the first login sets it.
    pub password: Option<String>,
    /// Bound devices, one a line.
    pub hwids: Option<String>,
    /// Unix second of registration.
    pub created: i64,
    /// Reason of a ban.
    pub banned: Option<String>,
}

/// An end user to be added.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Name; unique in the application without regard to case.
    pub username: &'a str,
    /// Hash of the password.
    pub password: Option<&'a str>,
    /// Bound devices, one a line.
    pub hwids: Option<&'a str>,
    /// Hash of the e-mail address.
    pub email_hash: Option<&'a str>,
    /// Address of the client.
    pub ip: &'a str,
    /// Who made the license that the user came from.
    pub owner: &'a str,
    /// Unix second of registration.
    pub created: i64,
}

/// A subscription that a user has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSubscription {
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

fn user(row: &Row) -> Result<User> {
    Ok(User {
        id: row.get(0)?,
        username: row.get(1)?,
        password: row.get(2)?,
        hwids: row.get(3)?,
        created: row.get(4)?,
        banned: row.get(5)?,
    })
}

const BY_NAME: &str = "SELECT id, username, password, hwids, created, banned FROM users
    WHERE app = $1 AND username_folded = $2";

/// Finds a user by name.
pub fn by_name(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Option<User>> {
    conn.query_one(BY_NAME, params![app, &fold(username)])?.as_ref().map(user).transpose()
}

/// As [`by_name`], and keeps others from changing the user until the end of the transaction.
pub fn lock_by_name(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Option<User>> {
    let sql = format!("{BY_NAME}{}", conn.for_update());
    conn.query_one(&sql, params![app, &fold(username)])?.as_ref().map(user).transpose()
}

/// Adds a user; the number, or `None` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &NewUser<'_>) -> Result<Option<i64>> {
    let id = conn.next_serials(app, "users", 1)?;
    let added = conn.execute(
        "INSERT INTO users (app, id, username, username_folded, password, hwids, email_hash, ip, owner, created,
             last_login)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT (app, username_folded) DO NOTHING",
        params![
            app,
            id,
            new.username,
            &fold(new.username),
            new.password,
            new.hwids,
            new.email_hash,
            new.ip,
            new.owner,
            new.created
        ],
    )?;
    Ok((added == 1).then_some(id))
}

/// Notes on a login: where from, when, and the devices bound from now on.
pub fn logged_in(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    ip: &str,
    hwids: Option<&str>,
    now: i64,
) -> Result<()> {
    conn.execute(
        "UPDATE users SET ip = $3, hwids = $4, last_login = $5 WHERE app = $1 AND id = $2",
        params![app, user, ip, hwids, now],
    )?;
    Ok(())
}

/// Sets the hash of a user's password.
pub fn set_password(conn: &mut Conn<'_>, app: i64, user: i64, password: &str) -> Result<()> {
    conn.execute("UPDATE users SET password = $3 WHERE app = $1 AND id = $2", params![app, user, password])?;
    Ok(())
}

/// Gives a user a subscription until `expires` (Unix seconds).
pub fn subscribe(
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
pub fn subscriptions(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserSubscription>> {
    let sql = "SELECT x.subscription, s.level, x.expires, x.license_key, x.paused
               FROM user_subscriptions x
               LEFT JOIN subscriptions s ON s.app = x.app AND s.name = x.subscription
               WHERE x.app = $1 AND x.user_id = $2 ORDER BY x.id";
    let rows = conn.query(sql, params![app, user])?;
    rows.iter()
        .map(|row| {
            Ok(UserSubscription {
                subscription: row.get(0)?,
                level: row.get(1)?,
                expires: row.get(2)?,
                license_key: row.get(3)?,
                paused: row.get(4)?,
            })
        })
        .collect()
}

/// Number of users of an application.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    let row = conn.query_one("SELECT COUNT(*) FROM users WHERE app = $1", params![app])?;
    row.map_or(Ok(0), |row| row.get(0))
}
