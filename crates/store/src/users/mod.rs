//! End users of applications. The subscriptions they have are in [`crate::user_subscriptions`].

mod find;
mod ranges;

use claviger_domain::{fold, former};
pub use find::{by_address, by_beginning, by_device};
pub(crate) use ranges::lock_range;
pub use ranges::{any, delete_expired, delete_range, reset_range};

use crate::{Conn, Range, Result, Row, Rows, names, params, pending::USER_STAYS, tokens};

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
    /// Hash of the e-mail address.
    pub email_hash: Option<String>,
    /// Address of the last login.
    pub ip: Option<String>,
    /// Unix second of the last login.
    pub last_login: Option<i64>,
    /// Who made the license that the user came from.
    pub owner: String,
    /// Number of the license whose key is the user's name: it is all that the user signs in with. 0: one that was
    /// deleted before numbers were kept.
    pub by_license: Option<i64>,
    /// May log in from any device, whatever the application's rule.
    pub any_device: bool,
    /// Unix second from which the user may ask for a reset of the devices again.
    pub cooldown: Option<i64>,
    /// Two-factor sign-in.
    pub totp: Totp,
}

/// The state of a user's two-factor sign-in. Secrets are encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totp {
    /// The secret, once two-factor sign-in is on.
    pub secret: Option<Vec<u8>>,
    /// The last step that was used.
    pub step: Option<i64>,
    /// A secret that waits for its first code.
    pub pending: Option<Vec<u8>>,
    /// Unix second until when it waits.
    pub pending_until: Option<i64>,
}

impl Totp {
    /// Whether a login needs a code.
    pub fn is_on(&self) -> bool {
        self.secret.is_some()
    }
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
    /// Address of the client, where the user came from one.
    pub ip: Option<&'a str>,
    /// Who made the license that the user came from.
    pub owner: &'a str,
    /// Number of the license that makes the user: whoever made the license has the user for its own.
    pub made_with: Option<i64>,
    /// Number of the license whose key is the user's name.
    pub by_license: Option<i64>,
    /// May log in from any device, whatever the application's rule.
    pub any_device: bool,
    /// Unix second of registration.
    pub created: i64,
    /// Unix second of the first login, if that is now.
    pub last_login: Option<i64>,
}

fn user(row: &Row) -> Result<User> {
    Ok(User {
        id: row.get(0)?,
        username: row.get(1)?,
        password: row.get(2)?,
        hwids: row.get(3)?,
        created: row.get(4)?,
        banned: row.get(5)?,
        email_hash: row.get(6)?,
        ip: row.get(7)?,
        last_login: row.get(8)?,
        owner: row.get(9)?,
        any_device: row.get(10)?,
        totp: Totp {
            secret: row.get(11)?,
            step: row.get(12)?,
            pending: row.get(13)?,
            pending_until: row.get(14)?,
        },
        cooldown: row.get(15)?,
        by_license: row.get(16)?,
    })
}

/// The columns of [`User`].
const COLUMNS: &str = "id, username, password, hwids, created, banned, email_hash, ip, last_login, owner,
    any_device, totp_secret, totp_step, totp_pending, totp_pending_until, cooldown, by_license";

/// Begins a statement that reads users of the application `$1`.
fn select() -> String {
    format!("SELECT {COLUMNS} FROM users WHERE app = $1 AND {USER_STAYS}")
}

/// Finds a user by name.
pub fn by_name(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Option<User>> {
    let sql = select() + " AND username_folded = $2";
    named(conn, app, username, &sql)
}

/// As [`by_name`], and keeps others from changing the user until the end of the transaction.
pub fn lock_by_name(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Option<User>> {
    let sql = select() + " AND username_folded = $2" + conn.for_update();
    named(conn, app, username, &sql)
}

fn named(conn: &mut Conn<'_>, app: i64, username: &str, sql: &str) -> Result<Option<User>> {
    names::find(username, |form| conn.query_one(sql, params![app, form])?.as_ref().map(user).transpose())
}

/// Whether a name is another user's.
pub fn is_taken(conn: &mut Conn<'_>, app: i64, username: &str, but: i64) -> Result<bool> {
    let sql = select() + " AND username_folded = $2 AND id <> $3";
    Ok(names::find(username, |form| conn.query_one(&sql, params![app, form, but]))?.is_some())
}

/// Finds a user by number.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<User>> {
    let sql = select() + " AND id = $2";
    conn.query_one(&sql, params![app, id])?.as_ref().map(user).transpose()
}

/// As [`by_id`], and keeps others from changing the user until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<User>> {
    let sql = select() + " AND id = $2" + conn.for_update();
    conn.query_one(&sql, params![app, id])?.as_ref().map(user).transpose()
}

/// Those of some users that are there, whose numbers rise, locked as by [`lock`], in the same order as by everybody who
/// changes what hangs on users.
pub(crate) fn lock_these(conn: &mut Conn<'_>, app: i64, ids: &[i64]) -> Result<Vec<User>> {
    let rows = Rows::these(conn, ids);
    // The plus as in `Rows::of`.
    let sql = format!(
        "SELECT {COLUMNS} FROM users WHERE app = $1 AND +{USER_STAYS} AND {} ORDER BY id{}",
        rows.of(conn, "id", 4),
        conn.for_update()
    );
    conn.query(&sql, &rows.values(app, &[]))?.iter().map(user).collect()
}

/// Finds the users whose e-mail address has one of two hashes; at most two of them, since nobody asks for more.
pub fn by_email(conn: &mut Conn<'_>, app: i64, hashes: [&str; 2]) -> Result<Vec<User>> {
    // Without the inner query SQLite would rather go through all users, which are in the right order already.
    let sql = select()
        + " AND id IN (SELECT id FROM users WHERE app = $1 AND email_hash IN ($2, $3)) ORDER BY id LIMIT 2";
    conn.query(&sql, params![app, hashes[0], hashes[1]])?.iter().map(user).collect()
}

/// Users after number `after`, at most `limit`, in the order of their numbers.
pub fn page(conn: &mut Conn<'_>, app: i64, after: i64, limit: i64) -> Result<Vec<User>> {
    let sql = select() + " AND id > $2 ORDER BY id LIMIT $3";
    conn.query(&sql, params![app, after, limit])?.iter().map(user).collect()
}

/// Adds a user; the number, or `None` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &NewUser<'_>) -> Result<Option<i64>> {
    // One that an older release made may have it under another form.
    if former(new.username).is_some() && by_name(conn, app, new.username)?.is_some() {
        return Ok(None);
    }
    let id = insert_once(conn, app, new)?;
    if id.is_some() || by_name(conn, app, new.username)?.is_some() {
        return Ok(id);
    }
    sweep_name(conn, app, new.username)?;
    insert_once(conn, app, new)
}

/// Deletes the user of a name who waits to be deleted along with all others, if there is one.
fn sweep_name(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<()> {
    let sql = format!("SELECT id FROM users WHERE app = $1 AND username_folded = $2 AND NOT ({USER_STAYS})");
    match conn.query_one(&sql, params![app, &*fold(username)])? {
        Some(row) => delete_range(conn, app, Range::one(row.get(0)?)),
        None => Ok(()),
    }
}

fn insert_once(conn: &mut Conn<'_>, app: i64, new: &NewUser<'_>) -> Result<Option<i64>> {
    let id = conn.next_serials(app, "users", 1)?;
    let added = conn.execute(
        "INSERT INTO users (app, id, username, username_folded, password, hwids, email_hash, ip, owner, created,
             last_login, any_device, by_license, maker)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
             (SELECT maker FROM licenses WHERE app = $1 AND id = $14))
         ON CONFLICT (app, username_folded) DO NOTHING",
        params![
            app,
            id,
            new.username,
            &*fold(new.username),
            new.password,
            new.hwids,
            new.email_hash,
            new.ip,
            new.owner,
            new.created,
            new.last_login,
            new.any_device,
            new.by_license,
            new.made_with
        ],
    )?;
    Ok((added == 1).then_some(id))
}

/// Notes on a login: where from, when, and the devices bound from now on.
pub fn logged_in(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    ip: Option<&str>,
    hwids: Option<&str>,
    now: i64,
) -> Result<()> {
    conn.execute(
        "UPDATE users SET ip = COALESCE($3, ip), hwids = $4, last_login = $5 WHERE app = $1 AND id = $2",
        params![app, user, ip, hwids, now],
    )?;
    Ok(())
}

/// Sets the hash of a user's password; `None`: the next login sets it.
pub fn set_password(conn: &mut Conn<'_>, app: i64, user: i64, password: Option<&str>) -> Result<()> {
    conn.execute("UPDATE users SET password = $3 WHERE app = $1 AND id = $2", params![app, user, password])?;
    Ok(())
}

/// Sets the devices of a user, one a line.
pub fn set_hwids(conn: &mut Conn<'_>, app: i64, user: i64, hwids: Option<&str>) -> Result<()> {
    conn.execute("UPDATE users SET hwids = $3 WHERE app = $1 AND id = $2", params![app, user, hwids])?;
    Ok(())
}

/// Sets from when a user may ask for a reset of the devices (Unix seconds).
pub fn set_cooldown(conn: &mut Conn<'_>, app: i64, user: i64, cooldown: i64) -> Result<()> {
    conn.execute("UPDATE users SET cooldown = $3 WHERE app = $1 AND id = $2", params![app, user, cooldown])?;
    Ok(())
}

/// Sets the hash of a user's e-mail address.
pub fn set_email(conn: &mut Conn<'_>, app: i64, user: i64, hash: Option<&str>) -> Result<()> {
    conn.execute("UPDATE users SET email_hash = $3 WHERE app = $1 AND id = $2", params![app, user, hash])?;
    Ok(())
}

/// Whether any user has an e-mail address.
pub fn any_email(conn: &mut Conn<'_>, app: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM users WHERE app = $1 AND email_hash IS NOT NULL LIMIT 1";
    Ok(conn.query_one(sql, params![app])?.is_some())
}

/// Sets the state of a user's two-factor sign-in.
pub fn set_totp(conn: &mut Conn<'_>, app: i64, user: i64, totp: &Totp) -> Result<()> {
    conn.execute(
        "UPDATE users SET totp_secret = $3, totp_step = $4, totp_pending = $5, totp_pending_until = $6
         WHERE app = $1 AND id = $2",
        params![app, user, totp.secret.as_deref(), totp.step, totp.pending.as_deref(), totp.pending_until],
    )?;
    Ok(())
}

/// Gives a user another name, which must be free, wherever the name is kept but in sessions. Whose name was a license key
/// has a name of his own from now on.
pub fn rename(conn: &mut Conn<'_>, app: i64, user: &User, name: &str) -> Result<()> {
    sweep_name(conn, app, name)?;
    let by_license = user.by_license.filter(|_| fold(name) == fold(&user.username));
    conn.execute(
        "UPDATE users SET username = $3, username_folded = $4, by_license = $5 WHERE app = $1 AND id = $2",
        params![app, user.id, name, &*fold(name), by_license],
    )?;
    tokens::rename_user(conn, app, user.id, name)?;
    if by_license.is_some() {
        return Ok(());
    }
    let messages = "UPDATE chat_messages SET author = $3 WHERE app = $1 AND user_id = $2";
    conn.execute(messages, params![app, user.id, name])?;
    Ok(())
}

/// Number of users of an application.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    conn.count("users", app)
}
