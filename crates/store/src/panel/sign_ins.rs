//! Browsers in which a user is signed in.

use crate::{Conn, Result, Row, Rows, params};

/// Sign-ins of a user that are kept; the ones not seen for longest go first.
const KEPT: i64 = 20;

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Serial number in the application.
    pub id: i64,
    /// The user's number.
    pub user: i64,
    /// Hash of what the password was kept as.
    pub proof: Vec<u8>,
    /// Unix second of the sign-in.
    pub began: i64,
    /// Unix second of the last request, to the minute.
    pub seen: i64,
    /// Address of the client at the sign-in.
    pub ip: String,
    /// What the browser called itself.
    pub user_agent: String,
}

/// A sign-in to be added.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// Hash of the secret.
    pub hash: [u8; 32],
    /// As [`SignIn::proof`].
    pub proof: [u8; 32],
    /// As [`SignIn::ip`].
    pub ip: String,
    /// As [`SignIn::user_agent`].
    pub user_agent: String,
}

/// Which sign-ins live: those that were seen and have begun after these Unix seconds.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// Seen after.
    pub seen: i64,
    /// Begun after.
    pub began: i64,
}

const SELECT: &str =
    "SELECT id, user_id, proof, began, seen, ip, user_agent FROM panel_sign_ins WHERE app = $1";

fn sign_in(row: &Row) -> Result<SignIn> {
    Ok(SignIn {
        id: row.get(0)?,
        user: row.get(1)?,
        proof: row.get(2)?,
        began: row.get(3)?,
        seen: row.get(4)?,
        ip: row.get(5)?,
        user_agent: row.get(6)?,
    })
}

/// Adds a sign-in of a user, who is locked, at `now`; its number.
pub fn insert(conn: &mut Conn<'_>, app: i64, user: i64, new: &NewSignIn, now: i64) -> Result<i64> {
    let id = conn.next_serials(app, "panel_sign_ins", 1)?;
    conn.execute(
        "INSERT INTO panel_sign_ins (app, id, user_id, hash, proof, began, seen, ip, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)",
        params![app, id, user, new.hash.as_slice(), new.proof.as_slice(), now, &new.ip, &new.user_agent],
    )?;
    conn.execute(
        "DELETE FROM panel_sign_ins WHERE app = $1 AND user_id = $2 AND id <> $3 AND id NOT IN (
             SELECT id FROM panel_sign_ins WHERE app = $1 AND user_id = $2 ORDER BY seen DESC, id DESC LIMIT $4)",
        params![app, user, id, KEPT],
    )?;
    Ok(id)
}

/// Finds a sign-in to an application that lives, by the hash of its secret.
pub fn by_hash(conn: &mut Conn<'_>, app: i64, hash: &[u8], since: Since) -> Result<Option<SignIn>> {
    let sql = format!("{SELECT} AND hash = $2 AND seen > $3 AND began > $4");
    conn.query_one(&sql, params![app, hash, since.seen, since.began])?.as_ref().map(sign_in).transpose()
}

/// A sign-in to an application by number, if it lives.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64, since: Since) -> Result<Option<SignIn>> {
    let sql = format!("{SELECT} AND id = $2 AND seen > $3 AND began > $4");
    conn.query_one(&sql, params![app, id, since.seen, since.began])?.as_ref().map(sign_in).transpose()
}

/// The sign-ins of a user that live, the one seen last first.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64, since: Since) -> Result<Vec<SignIn>> {
    let sql = format!("{SELECT} AND user_id = $2 AND seen > $3 AND began > $4 ORDER BY seen DESC, id DESC");
    conn.query(&sql, params![app, user, since.seen, since.began])?.iter().map(sign_in).collect()
}

/// Notes that a sign-in was used.
pub fn set_seen(conn: &mut Conn<'_>, app: i64, id: i64, now: i64) -> Result<()> {
    let sql = "UPDATE panel_sign_ins SET seen = $3 WHERE app = $1 AND id = $2 AND seen < $3";
    conn.execute(sql, params![app, id, now])?;
    Ok(())
}

/// Lets a sign-in go on with another secret and another password, by their hashes: whoever has a copy of the one before
/// is out.
pub fn renew(conn: &mut Conn<'_>, app: i64, id: i64, hash: &[u8], proof: &[u8]) -> Result<()> {
    let sql = "UPDATE panel_sign_ins SET hash = $3, proof = $4 WHERE app = $1 AND id = $2";
    conn.execute(sql, params![app, id, hash, proof])?;
    Ok(())
}

/// Ends a sign-in of a user; `false` when the user has none of that number.
pub fn delete(conn: &mut Conn<'_>, app: i64, user: i64, id: i64) -> Result<bool> {
    let sql = "DELETE FROM panel_sign_ins WHERE app = $1 AND user_id = $2 AND id = $3";
    Ok(conn.execute(sql, params![app, user, id])? == 1)
}

/// Ends the sign-ins of a user, but for one; returns how many.
pub fn delete_all(conn: &mut Conn<'_>, app: i64, user: i64, but: Option<i64>) -> Result<u64> {
    let sql = "DELETE FROM panel_sign_ins WHERE app = $1 AND user_id = $2 AND id <> $3";
    // Numbers begin with 1.
    conn.execute(sql, params![app, user, but.unwrap_or(0)])
}

/// Ends all sign-ins of users.
pub(crate) fn delete_of_users(conn: &mut Conn<'_>, app: i64, users: &Rows) -> Result<()> {
    let sql = format!("DELETE FROM panel_sign_ins WHERE app = $1 AND {}", users.of(conn, "user_id", 4));
    conn.execute(&sql, &users.values(app, &[]))?;
    Ok(())
}

/// Removes at most `rows` sign-ins that live no more; returns how many.
pub fn delete_dead(conn: &mut Conn<'_>, seen: i64, rows: i64) -> Result<u64> {
    let dead = "SELECT app, id FROM panel_sign_ins WHERE seen <= $1 ORDER BY seen LIMIT $2";
    let sql = format!("DELETE FROM panel_sign_ins WHERE (app, id) IN ({dead})");
    conn.execute(&sql, params![seen, rows])
}

/// Whether there is a sign-in that lives no more.
pub fn any_dead(conn: &mut Conn<'_>, seen: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM panel_sign_ins WHERE seen <= $1 LIMIT 1";
    Ok(conn.query_one(sql, params![seen])?.is_some())
}
