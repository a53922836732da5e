//! Key pairs that signed for an application before. Private keys come and go encrypted.

use crate::{Conn, Result, StoreError, catalog, params};

/// A key pair that signed for an application before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerKeyPair {
    /// Its number among those of the application, from 0.
    pub number: i64,
    /// The private seed, encrypted.
    pub sealed: Vec<u8>,
    /// The versions of programs that were built with it.
    pub versions: Vec<String>,
    /// Millisecond since 1970 from which the next one is the newest.
    pub replaced_ms: u64,
    /// Unix second from which it signs no more; `None`: it does without end.
    pub until: Option<i64>,
}

/// The former key pairs of an application, the oldest first.
///
/// # Errors
/// Whatever the database refuses.
pub fn former(conn: &mut Conn<'_>, app: i64) -> Result<Vec<FormerKeyPair>> {
    const SQL: &str = "SELECT number, sealed, versions, replaced, until FROM former_key_pairs
        WHERE app = $1 ORDER BY number";
    let former = |row: &crate::Row| {
        let versions: String = row.get(2)?;
        Ok(FormerKeyPair {
            number: row.get(0)?,
            sealed: row.get(1)?,
            versions: serde_json::from_str(&versions)
                .map_err(|error| StoreError::Unexpected(format!("versions of a key pair: {error}")))?,
            replaced_ms: row.get::<i64>(3)?.unsigned_abs(),
            until: row.get(4)?,
        })
    };
    conn.query(SQL, params![app])?.iter().map(former).collect()
}

/// Gives an application another key pair, and keeps the one that it has as a former one, whose number is that of `former`.
/// `false` when somebody else has given it another one meanwhile, or it is gone.
///
/// # Errors
/// Whatever the database refuses.
pub fn replace(conn: &mut Conn<'_>, app: i64, sealed: &[u8], former: &FormerKeyPair) -> Result<bool> {
    let changed = conn.execute(
        "UPDATE apps SET signing_key = $3, key_pair = key_pair + 1 WHERE id = $1 AND key_pair = $2",
        params![app, former.number, sealed],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    let versions = serde_json::to_string(&former.versions).expect("a list of texts");
    conn.execute(
        "INSERT INTO former_key_pairs (app, number, sealed, versions, replaced, until)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            app,
            former.number,
            former.sealed.as_slice(),
            &versions,
            i64::try_from(former.replaced_ms).unwrap_or(i64::MAX),
            former.until
        ],
    )?;
    catalog::changed(conn)?;
    Ok(true)
}

/// Removes the former key pairs of an application that sign no more at `now` (Unix seconds), and returns how many.
///
/// # Errors
/// Whatever the database refuses.
pub fn remove_ended(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<u64> {
    conn.execute("DELETE FROM former_key_pairs WHERE app = $1 AND until <= $2", params![app, now])
}

/// Lets the former key pair of that number, or all of an application, sign no more from a second on, those that end before
/// excepted; how many do.
///
/// # Errors
/// Whatever the database refuses.
pub fn end(conn: &mut Conn<'_>, app: i64, number: Option<i64>, until: i64) -> Result<u64> {
    let ended = conn.execute(
        "UPDATE former_key_pairs SET until = $2
         WHERE app = $1 AND (until IS NULL OR until > $2) AND ($3 < 0 OR number = $3)",
        params![app, until, number.unwrap_or(-1)],
    )?;
    catalog::changed(conn)?;
    Ok(ended)
}
