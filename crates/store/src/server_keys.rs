//! Keys of the server itself, encrypted under the master key and shared by all nodes.

use crate::{Conn, Result, params};

/// The key `name`, encrypted.
pub fn get(conn: &mut Conn<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    conn.query_one("SELECT value FROM server_keys WHERE name = $1", params![name])?
        .map(|row| row.get(0))
        .transpose()
}

/// As [`get`], and keeps others from changing it until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = format!("SELECT value FROM server_keys WHERE name = $1{}", conn.for_update());
    conn.query_one(&sql, params![name])?.map(|row| row.get(0)).transpose()
}

/// As [`lock`], but others may do the same meanwhile.
pub fn share(conn: &mut Conn<'_>, name: &str) -> Result<()> {
    let sql = format!("SELECT 1 FROM server_keys WHERE name = $1{}", conn.for_share());
    conn.query_one(&sql, params![name])?;
    Ok(())
}

/// Adds the key `name` unless there is one; `false` when there was.
pub fn add(conn: &mut Conn<'_>, name: &str, sealed: &[u8]) -> Result<bool> {
    let added = conn.execute(
        "INSERT INTO server_keys (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        params![name, sealed],
    )?;
    Ok(added == 1)
}

/// Sets the key `name`, whether or not there was one.
pub fn set(conn: &mut Conn<'_>, name: &str, sealed: &[u8]) -> Result<()> {
    conn.execute(
        "INSERT INTO server_keys (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, sealed],
    )?;
    Ok(())
}

/// Removes the key `name`.
pub fn remove(conn: &mut Conn<'_>, name: &str) -> Result<()> {
    conn.execute("DELETE FROM server_keys WHERE name = $1", params![name])?;
    Ok(())
}
