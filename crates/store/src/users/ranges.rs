//! What is done to all users of a range at once, and whether there is anybody to do it to.

use crate::{Conn, Range, Result, Rows, params, pending::USER_STAYS, sessions::shared, tokens};

/// Keeps others from changing users of a range until the end of the transaction. All who change what hangs on a user lock
/// the user first, so that no two wait for each other.
pub(crate) fn lock_range(conn: &mut Conn<'_>, app: i64, range: Range) -> Result<()> {
    let lock = conn.for_update();
    if !lock.is_empty() {
        let sql = format!("SELECT id FROM users WHERE app = $1 AND id > $2 AND id <= $3 ORDER BY id{lock}");
        conn.query(&sql, params![app, range.after, range.last])?;
    }
    Ok(())
}

/// What hangs on a user, by number.
const OF_USER: [&str; 11] = [
    "sessions",
    "user_subscriptions",
    "user_variables",
    "user_bans",
    "device_names",
    "user_notes",
    "chat_mutes",
    "password_resets",
    "login_tokens",
    "tries",
    "panel_sign_ins",
];

/// Deletes users with all that hangs on them: subscriptions, variables, bans, tokens and sessions. Licenses stay
/// used: nobody gets the number, and so what they stand for, again.
pub fn delete_range(conn: &mut Conn<'_>, app: i64, users: impl Into<Rows>) -> Result<()> {
    let users = users.into();
    tokens::delete_of_users(conn, app, &users)?;
    let values = users.values(app, &[]);
    for table in OF_USER {
        let sql = format!("DELETE FROM {table} WHERE app = $1 AND {}", users.of(conn, "user_id", 4));
        conn.execute(&sql, &values)?;
    }
    let sql = format!("DELETE FROM users WHERE app = $1 AND {}", users.of(conn, "id", 4));
    conn.execute(&sql, &values)?;
    Ok(())
}

/// Condition for users none of whose subscriptions runs at `$2` or is paused.
const EXPIRED: &str = "NOT EXISTS (SELECT 1 FROM user_subscriptions x
    WHERE x.app = users.app AND x.user_id = users.id AND (x.expires > $2 OR x.paused <> 0))";

/// As [`delete_range`], for users none of whose subscriptions runs at `now` or is paused; returns how many.
pub fn delete_expired(conn: &mut Conn<'_>, app: i64, range: Range, now: i64) -> Result<u64> {
    let sql = format!("SELECT id FROM users WHERE app = $1 AND id > $3 AND id <= $4 AND {EXPIRED}");
    let expired = conn.query(&sql, params![app, now, range.after, range.last])?;
    for row in &expired {
        delete_range(conn, app, Range::one(row.get(0)?))?;
    }
    Ok(expired.len() as u64)
}

/// Whether there is a user; with `expired_at`, one none of whose subscriptions runs then or is paused.
pub fn any(conn: &mut Conn<'_>, app: i64, expired_at: Option<i64>) -> Result<bool> {
    let found = match expired_at {
        None => conn
            .query_one(&format!("SELECT 1 FROM users WHERE app = $1 AND {USER_STAYS} LIMIT 1"), params![app]),
        Some(now) => {
            let sql = format!("SELECT 1 FROM users WHERE app = $1 AND {USER_STAYS} AND {EXPIRED} LIMIT 1");
            conn.query_one(&sql, params![app, now])
        }
    };
    Ok(found?.is_some())
}

/// Forgets the devices of users and the hashes of their tokens' files, and ends their sessions. Returns how many had
/// devices.
pub fn reset_range(conn: &mut Conn<'_>, app: i64, users: impl Into<Rows>) -> Result<u64> {
    let users = users.into();
    let of_users = users.of(conn, "id", 4);
    let sql = format!("UPDATE users SET hwids = NULL WHERE app = $1 AND {of_users} AND hwids IS NOT NULL");
    let reset = conn.execute(&sql, &users.values(app, &[]))?;
    tokens::reset_of_users(conn, app, &users)?;
    shared::end_of_users(conn, app, &users)?;
    Ok(reset)
}
