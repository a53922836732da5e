//! Tokens: what programs of an application with the token system present at `init`, and values that log in once.

use crate::{Conn, Result, Row, Rows, db::Value, params, pending::TOKEN_IS_THERE};

/// Kind of a token that belongs to a license.
pub const LICENSE: &str = "license";
/// Kind of a token that belongs to a user.
pub const USER: &str = "user";

/// A token of the token system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// 32 hexadecimal digits.
    pub token: String,
    /// [`LICENSE`] or [`USER`].
    pub kind: String,
    /// The license key or the user's name.
    pub assigned: String,
    /// Reason of its own ban, else of that of its license or user.
    pub banned: Option<String>,
    /// Hash of the file that it came in, once one was presented.
    pub hash: Option<String>,
}

/// Whose a token is.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// [`LICENSE`] or [`USER`].
    pub kind: &'a str,
    /// Number of the license or the user.
    pub id: i64,
    /// The license key or the user's name, for showing.
    pub name: &'a str,
}

fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        token: row.get(0)?,
        kind: row.get(1)?,
        assigned: row.get(2)?,
        banned: row.get(3)?,
        hash: row.get(4)?,
    })
}

/// Begins a statement that reads tokens of the application `$1`.
fn select() -> String {
    format!("{COLUMNS} FROM tokens WHERE app = $1 AND {TOKEN_IS_THERE}")
}

const COLUMNS: &str = "SELECT token, kind, assigned, COALESCE(banned, CASE kind
        WHEN 'user' THEN (SELECT u.banned FROM users u WHERE u.app = tokens.app AND u.id = tokens.owner)
        ELSE (SELECT l.banned FROM licenses l WHERE l.app = tokens.app AND l.id = tokens.owner) END), hash";

/// Gives a license or a user a token, unless there is one.
pub fn insert(conn: &mut Conn<'_>, app: i64, token: &str, owner: Owner<'_>) -> Result<()> {
    conn.execute(
        "INSERT INTO tokens (app, token, kind, owner, assigned) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        params![app, token, owner.kind, owner.id, owner.name],
    )?;
    Ok(())
}

/// Tokens that one statement of [`insert_many`] adds.
const TOGETHER: usize = 100;

/// Gives licenses or users tokens.
pub fn insert_many(conn: &mut Conn<'_>, app: i64, new: &[(String, Owner<'_>)]) -> Result<()> {
    for some in new.chunks(TOGETHER) {
        let mut values = vec![Value::from(app)];
        let mut rows = Vec::new();
        for (token, owner) in some {
            let at = values.len();
            rows.push(format!("($1, ${}, ${}, ${}, ${})", at + 1, at + 2, at + 3, at + 4));
            values.extend([
                Value::from(token.as_str()),
                Value::from(owner.kind),
                Value::from(owner.id),
                Value::from(owner.name),
            ]);
        }
        let sql = format!(
            "INSERT INTO tokens (app, token, kind, owner, assigned) VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        conn.execute(&sql, &values)?;
    }
    Ok(())
}

/// Finds a token and keeps others from changing it until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, app: i64, text: &str) -> Result<Option<Token>> {
    let sql = format!("{} AND token = $2{}", select(), conn.for_update());
    conn.query_one(&sql, params![app, text])?.as_ref().map(token).transpose()
}

/// The token of a user or a license, by kind and number.
pub fn of_owner(conn: &mut Conn<'_>, app: i64, kind: &str, owner: i64) -> Result<Option<Token>> {
    let sql = format!("{} AND kind = $2 AND owner = $3", select());
    conn.query_one(&sql, params![app, kind, owner])?.as_ref().map(token).transpose()
}

/// Whose a token is: the kind, and the number of the license or the user.
pub fn owner_of(conn: &mut Conn<'_>, app: i64, text: &str) -> Result<Option<(String, i64)>> {
    let sql = "SELECT kind, owner FROM tokens WHERE app = $1 AND token = $2 AND owner IS NOT NULL";
    conn.query_one(sql, params![app, text])?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// The tokens of an application, at most `limit`.
pub fn all(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<Token>> {
    let sql = format!("{} ORDER BY kind, assigned LIMIT $2", select());
    conn.query(&sql, params![app, limit])?.iter().map(token).collect()
}

/// A token with the number of the license or the user whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedToken {
    /// The number.
    pub owner: i64,
    /// The token.
    pub token: Token,
}

/// The kind of a token and the number of its owner, by which tokens are sorted.
pub type TokenPlace<'a> = (&'a str, i64);

/// Tokens of owners after one, at most `limit`, by kind and number of the owner.
pub fn page(conn: &mut Conn<'_>, app: i64, after: TokenPlace<'_>, limit: i64) -> Result<Vec<OwnedToken>> {
    let sql = format!(
        "{} AND owner IS NOT NULL AND (kind, owner) > ($2, $3) ORDER BY kind, owner LIMIT $4",
        select().replacen(", hash", ", hash, owner", 1)
    );
    let owned = |row: &Row| Ok(OwnedToken { owner: row.get(5)?, token: token(row)? });
    conn.query(&sql, params![app, after.0, after.1, limit])?.iter().map(owned).collect()
}

/// Sets the hash of the file that a token came in.
pub fn set_hash(conn: &mut Conn<'_>, app: i64, token: &str, hash: Option<&str>) -> Result<()> {
    conn.execute("UPDATE tokens SET hash = $3 WHERE app = $1 AND token = $2", params![app, token, hash])?;
    Ok(())
}

/// Bans a token, or lifts its own ban.
pub fn set_banned(conn: &mut Conn<'_>, app: i64, token: &str, banned: Option<&str>) -> Result<()> {
    conn.execute("UPDATE tokens SET banned = $3 WHERE app = $1 AND token = $2", params![app, token, banned])?;
    Ok(())
}

/// Follows a user to another name.
pub(crate) fn rename_user(conn: &mut Conn<'_>, app: i64, user: i64, name: &str) -> Result<()> {
    let sql = "UPDATE tokens SET assigned = $4 WHERE app = $1 AND kind = $2 AND owner = $3";
    conn.execute(sql, params![app, USER, user, name])?;
    Ok(())
}

/// Condition for tokens of users of the application `$1`.
fn of_users(conn: &Conn<'_>, users: &Rows) -> String {
    format!("app = $1 AND kind = '{USER}' AND {}", users.of(conn, "owner", 4))
}

/// Forgets the hashes of the files that tokens of users came in.
pub(crate) fn reset_of_users(conn: &mut Conn<'_>, app: i64, users: &Rows) -> Result<()> {
    let sql = format!("UPDATE tokens SET hash = NULL WHERE hash IS NOT NULL AND {}", of_users(conn, users));
    conn.execute(&sql, &users.values(app, &[]))?;
    Ok(())
}

/// Deletes the tokens of users.
pub(crate) fn delete_of_users(conn: &mut Conn<'_>, app: i64, users: &Rows) -> Result<()> {
    let sql = format!("DELETE FROM tokens WHERE {}", of_users(conn, users));
    conn.execute(&sql, &users.values(app, &[]))?;
    Ok(())
}

/// Adds a value, by its hash, that logs a user in once, until `expires` (Unix seconds).
pub fn add_login(conn: &mut Conn<'_>, app: i64, hash: &[u8], user: i64, expires: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO login_tokens (hash, app, user_id, expires) VALUES ($1, $2, $3, $4)",
        params![hash, app, user, expires],
    )?;
    Ok(())
}

/// Uses up a value that logs a user in; `false` when it does not.
pub fn take_login(conn: &mut Conn<'_>, app: i64, hash: &[u8], user: i64, now: i64) -> Result<bool> {
    let sql = "DELETE FROM login_tokens WHERE hash = $1 AND app = $2 AND user_id = $3 AND expires > $4";
    Ok(conn.execute(sql, params![hash, app, user, now])? == 1)
}

/// Deletes all values that log a user in.
pub fn delete_logins(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    conn.execute("DELETE FROM login_tokens WHERE app = $1 AND user_id = $2", params![app, user])?;
    Ok(())
}
