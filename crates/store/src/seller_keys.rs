//! Seller keys: their names, rights and addresses, and their secrets, of which only hashes are kept.

use claviger_domain::fold;

use crate::{Conn, Result, Row, catalog, params};

/// The name of the key that an application has from its beginning.
pub const FIRST: &str = "main";

/// A key, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedKey {
    /// Serial number in the application.
    pub id: i64,
    /// Its name; unique in the application without regard to case.
    pub name: String,
    /// Words that say what it may do.
    pub rights: String,
    /// Networks with commas between them; empty: any.
    pub addresses: String,
    /// Unix second from which it is refused.
    pub until: Option<i64>,
    /// Unix second of its making.
    pub created: i64,
    /// Unix second of its last use.
    pub last_used: Option<i64>,
    /// From where it was used last.
    pub last_ip: Option<String>,
}

/// What a vendor chooses of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTerms {
    /// Its name.
    pub name: String,
    /// Words that say what it may do.
    pub rights: String,
    /// Networks with commas between them; empty: any.
    pub addresses: String,
    /// Unix second from which it is refused.
    pub until: Option<i64>,
}

/// A secret of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySecret {
    /// SHA-256 of it.
    pub hash: Vec<u8>,
    /// Its last four characters.
    pub hint: String,
}

/// A secret that is valid, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSecret {
    /// Number of its key.
    pub key: i64,
    /// Its last four characters.
    pub hint: String,
    /// Unix second of its making.
    pub created: i64,
    /// Unix second from which it is refused, if it was replaced.
    pub expires: Option<i64>,
}

/// A key that was found by a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Number of its application.
    pub app: i64,
    /// The key.
    pub key: NamedKey,
    /// Last four characters of the secret.
    pub hint: String,
    /// Unix second from which the secret is refused, if it was replaced.
    pub expires: Option<i64>,
}

const COLUMNS: &str = "k.id, k.name, k.rights, k.addresses, k.until, k.created, k.last_used, k.last_ip";
/// `$2` is the present second.
const LIVE: &str = "(s.expires IS NULL OR s.expires > $2)";

fn key(row: &Row) -> Result<NamedKey> {
    Ok(NamedKey {
        id: row.get(0)?,
        name: row.get(1)?,
        rights: row.get(2)?,
        addresses: row.get(3)?,
        until: row.get(4)?,
        created: row.get(5)?,
        last_used: row.get(6)?,
        last_ip: row.get(7)?,
    })
}

/// Finds a key by a secret's hash, if both are valid at `now` (Unix seconds).
pub fn by_hash(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<FoundKey>> {
    let sql = format!(
        "SELECT {COLUMNS}, k.app, s.hint, s.expires
         FROM key_secrets s JOIN named_keys k ON k.app = s.app AND k.id = s.key_id
         WHERE s.hash = $1 AND {LIVE} AND (k.until IS NULL OR k.until > $2)"
    );
    let found = |row: &Row| {
        Ok(FoundKey { app: row.get(8)?, key: key(row)?, hint: row.get(9)?, expires: row.get(10)? })
    };
    conn.query_one(&sql, params![hash, now])?.as_ref().map(found).transpose()
}

/// All keys of an application, oldest first.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<NamedKey>> {
    let sql = format!("SELECT {COLUMNS} FROM named_keys k WHERE k.app = $1 ORDER BY k.id");
    conn.query(&sql, params![app])?.iter().map(key).collect()
}

/// The secrets of an application's keys that are valid at `now` (Unix seconds), newest first.
pub fn live_secrets(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Vec<LiveSecret>> {
    // Of two made within a second, the one that does not end is the newer.
    let sql = format!(
        "SELECT s.key_id, s.hint, s.created, s.expires FROM key_secrets s WHERE s.app = $1 AND {LIVE}
         ORDER BY s.created DESC, s.expires IS NOT NULL, s.hash"
    );
    let secret = |row: &Row| {
        Ok(LiveSecret { key: row.get(0)?, hint: row.get(1)?, created: row.get(2)?, expires: row.get(3)? })
    };
    conn.query(&sql, params![app, now])?.iter().map(secret).collect()
}

/// A key by its number.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<NamedKey>> {
    let sql = format!("SELECT {COLUMNS} FROM named_keys k WHERE k.app = $1 AND k.id = $2");
    conn.query_one(&sql, params![app, id])?.as_ref().map(key).transpose()
}

/// A key by its name, whatever its case.
pub fn by_name(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Option<NamedKey>> {
    let sql = format!("SELECT {COLUMNS} FROM named_keys k WHERE k.app = $1 AND k.name_folded = $2");
    conn.query_one(&sql, params![app, &*fold(name)])?.as_ref().map(key).transpose()
}

/// How many keys an application has.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    conn.count("named_keys", app)
}

/// Last four characters of the newest secret of the oldest key that has one without an end.
pub fn hint(conn: &mut Conn<'_>, app: i64) -> Result<Option<String>> {
    let sql = "SELECT hint FROM key_secrets WHERE app = $1 AND expires IS NULL
               ORDER BY key_id, created DESC LIMIT 1";
    conn.query_one(sql, params![app])?.map(|row| row.get(0)).transpose()
}

/// The secret that ends first of those that end after `now` and by `until`, by itself or with its key: its last four
/// characters and its end.
pub fn next_end(conn: &mut Conn<'_>, app: i64, now: i64, until: i64) -> Result<Option<(String, i64)>> {
    let sql = "SELECT hint, ends FROM (
            SELECT s.hint, CASE WHEN k.until IS NULL OR s.expires < k.until THEN s.expires ELSE k.until END AS ends
            FROM key_secrets s JOIN named_keys k ON k.app = s.app AND k.id = s.key_id WHERE s.app = $1
        ) AS secrets WHERE ends > $2 AND ends <= $3 ORDER BY ends LIMIT 1";
    let row = conn.query_one(sql, params![app, now, until])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Adds a key; its number, or `None` when the application has one of that name.
pub fn insert(
    conn: &mut Conn<'_>,
    app: i64,
    new: &KeyTerms,
    secret: &KeySecret,
    now: i64,
) -> Result<Option<i64>> {
    let id = conn.next_serials(app, "named_keys", 1)?;
    let added = conn.execute(
        "INSERT INTO named_keys (app, id, name, name_folded, rights, addresses, until, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (app, name_folded) DO NOTHING",
        params![app, id, &new.name, &*fold(&new.name), &new.rights, &new.addresses, new.until, now],
    )?;
    if added == 0 {
        return Ok(None);
    }
    add_secret(conn, app, id, secret, now)?;
    Ok(Some(id))
}

/// Replaces what was chosen of a key. The name must be free, or its own.
pub fn update(conn: &mut Conn<'_>, app: i64, id: i64, terms: &KeyTerms) -> Result<()> {
    conn.execute(
        "UPDATE named_keys SET name = $3, name_folded = $4, rights = $5, addresses = $6, until = $7
         WHERE app = $1 AND id = $2",
        params![app, id, &terms.name, &*fold(&terms.name), &terms.rights, &terms.addresses, terms.until],
    )?;
    catalog::changed(conn)
}

/// Lets all secrets of a key end at `expires` (Unix seconds), unless they end earlier.
pub fn expire_secrets(conn: &mut Conn<'_>, app: i64, id: i64, expires: i64) -> Result<()> {
    conn.execute(
        "UPDATE key_secrets SET expires = $3 WHERE app = $1 AND key_id = $2 AND (expires IS NULL OR expires > $3)",
        params![app, id, expires],
    )?;
    catalog::changed(conn)
}

/// Removes the secrets of a key that have ended by `now` (Unix seconds); returns how many are left.
pub fn remove_ended_secrets(conn: &mut Conn<'_>, app: i64, id: i64, now: i64) -> Result<i64> {
    conn.execute(
        "DELETE FROM key_secrets WHERE app = $1 AND key_id = $2 AND expires <= $3",
        params![app, id, now],
    )?;
    let sql = "SELECT COUNT(*) FROM key_secrets WHERE app = $1 AND key_id = $2";
    conn.query_one(sql, params![app, id])?.map_or(Ok(0), |row| row.get(0))
}

/// Adds a secret to a key.
pub fn add_secret(conn: &mut Conn<'_>, app: i64, id: i64, secret: &KeySecret, now: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO key_secrets (hash, app, key_id, hint, created) VALUES ($1, $2, $3, $4, $5)",
        params![secret.hash.as_slice(), app, id, &secret.hint, now],
    )?;
    catalog::changed(conn)
}

/// Deletes a key with its secrets; whether there was one.
pub fn delete(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<bool> {
    conn.execute("DELETE FROM key_secrets WHERE app = $1 AND key_id = $2", params![app, id])?;
    let deleted = conn.execute("DELETE FROM named_keys WHERE app = $1 AND id = $2", params![app, id])?;
    catalog::changed(conn)?;
    Ok(deleted > 0)
}

/// Notes when and from where a key was used, unless a later use is known.
pub fn used(conn: &mut Conn<'_>, app: i64, id: i64, second: i64, ip: &str) -> Result<()> {
    conn.execute(
        "UPDATE named_keys SET last_used = $3, last_ip = $4
         WHERE app = $1 AND id = $2 AND (last_used IS NULL OR last_used < $3)",
        params![app, id, second, ip],
    )?;
    Ok(())
}
