//! Files that programs download: what is known of them. Contents are elsewhere.

use crate::{Conn, Result, Row, StoreError, panel::downloads, params, report_counts};

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that programs know.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where its content is fetched from; `None`: it was uploaded.
    pub url: Option<String>,
    /// Bytes of an upload; of a fetched file, when it was added.
    pub size: i64,
    /// Unix second.
    pub uploaded: i64,
    /// Only programs that have signed in may download it.
    pub authed: bool,
}

fn file(row: &Row) -> Result<File> {
    Ok(File {
        id: row.get(0)?,
        name: row.get(1)?,
        url: row.get(2)?,
        size: row.get(3)?,
        uploaded: row.get(4)?,
        authed: row.get(5)?,
    })
}

const SELECT: &str = "SELECT id, name, url, size, uploaded, authed FROM files WHERE app = $1";

/// Adds a file; `false` when the id is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &File) -> Result<bool> {
    let added = conn.execute(
        "INSERT INTO files (app, id, name, url, size, uploaded, authed) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (app, id) DO NOTHING",
        params![app, &new.id, &new.name, new.url.as_ref(), new.size, new.uploaded, new.authed],
    )?;
    Ok(added == 1)
}

/// Finds a file.
pub fn get(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<Option<File>> {
    conn.query_one(&format!("{SELECT} AND id = $2"), params![app, id])?.as_ref().map(file).transpose()
}

/// All files of an application, in the order of their ids.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<File>> {
    conn.query(&format!("{SELECT} ORDER BY id"), params![app])?.iter().map(file).collect()
}

/// Applications and ids of the newest uploads of all applications, `max` at most.
pub fn newest_uploads(conn: &mut Conn<'_>, max: i64) -> Result<Vec<(i64, String)>> {
    let sql = "SELECT app, id FROM files WHERE url IS NULL ORDER BY uploaded DESC, app, id LIMIT $1";
    conn.query(sql, params![max])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The uploads that an application's panel offers, in the order of their ids, each once for each subscription to which it is
/// offered; an empty one: whoever is signed in.
pub fn offered(conn: &mut Conn<'_>, app: i64) -> Result<Vec<(File, String)>> {
    let sql = "SELECT f.id, f.name, f.url, f.size, f.uploaded, f.authed, d.subscription
               FROM panel_downloads d JOIN files f ON f.app = d.app AND f.id = d.file
               WHERE d.app = $1 AND f.url IS NULL ORDER BY f.id, d.subscription";
    conn.query(sql, params![app])?.iter().map(|row| Ok((file(row)?, row.get(6)?))).collect()
}

/// All files of an application with the SHA-256 of their contents, if it is known, the newest first.
pub fn newest(conn: &mut Conn<'_>, app: i64) -> Result<Vec<(File, Option<String>)>> {
    let sql = "SELECT id, name, url, size, uploaded, authed, sha256 FROM files WHERE app = $1
               ORDER BY uploaded DESC, id";
    conn.query(sql, params![app])?.iter().map(|row| Ok((file(row)?, row.get(6)?))).collect()
}

/// Replaces what is known of a file by an upload; its SHA-256 is not known until it is set. `false` when there is none of
/// its id.
pub fn replace(conn: &mut Conn<'_>, app: i64, new: &File) -> Result<bool> {
    let sql = "UPDATE files SET name = $3, url = $4, size = $5, uploaded = $6, authed = $7, sha256 = NULL
               WHERE app = $1 AND id = $2";
    let changed = conn.execute(
        sql,
        params![app, &new.id, &new.name, new.url.as_ref(), new.size, new.uploaded, new.authed],
    )?;
    Ok(changed == 1)
}

/// Claims a file until a Unix second for whoever puts another content in its place; `false` when a node does so at `now`.
pub fn claim(conn: &mut Conn<'_>, app: i64, id: &str, now: i64, until: i64) -> Result<bool> {
    let sql = "UPDATE files SET replacing = $4
               WHERE app = $1 AND id = $2 AND (replacing IS NULL OR replacing <= $3)";
    Ok(conn.execute(sql, params![app, id, now, until])? == 1)
}

/// Gives a claim back.
pub fn unclaim(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<()> {
    conn.execute("UPDATE files SET replacing = NULL WHERE app = $1 AND id = $2", params![app, id])?;
    Ok(())
}

/// Gives a file another name for people; `false` when there is none of that id.
pub fn rename(conn: &mut Conn<'_>, app: i64, id: &str, name: &str) -> Result<bool> {
    let sql = "UPDATE files SET name = $3 WHERE app = $1 AND id = $2";
    Ok(conn.execute(sql, params![app, id, name])? == 1)
}

/// Whether any file of an application was uploaded.
pub fn any_uploaded(conn: &mut Conn<'_>, app: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM files WHERE app = $1 AND url IS NULL LIMIT 1";
    Ok(conn.query_one(sql, params![app])?.is_some())
}

/// How much an application has of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Files, also those with an address.
    pub files: i64,
    /// Bytes of all uploads.
    pub bytes: i64,
}

/// How much an application has of files.
pub fn usage(conn: &mut Conn<'_>, app: i64) -> Result<Usage> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN url IS NULL THEN size ELSE 0 END), 0) AS BIGINT)
               FROM files WHERE app = $1";
    let row = conn.query_one(sql, params![app])?.ok_or(StoreError::Closed)?;
    Ok(Usage { files: row.get(0)?, bytes: row.get(1)? })
}

/// The SHA-256 of an upload, in hexadecimal digits, if it is known.
pub fn sha256(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<Option<String>> {
    let sql = "SELECT sha256 FROM files WHERE app = $1 AND id = $2 AND url IS NULL";
    conn.query_one(sql, params![app, id])?.map_or(Ok(None), |row| row.get(0))
}

/// Keeps the SHA-256 of an upload; `false` when there is none of that id that was added at this time.
pub fn set_sha256(conn: &mut Conn<'_>, app: i64, id: &str, uploaded: i64, sha256: &str) -> Result<bool> {
    let sql = "UPDATE files SET sha256 = $4 WHERE app = $1 AND id = $2 AND uploaded = $3 AND url IS NULL";
    Ok(conn.execute(sql, params![app, id, uploaded, sha256])? == 1)
}

/// Number of files of an application.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    conn.count("files", app)
}

/// Deletes what is known of a file; `false` when there is none.
pub fn delete(conn: &mut Conn<'_>, app: i64, id: &str) -> Result<bool> {
    downloads::forget(conn, app, id)?;
    report_counts::forget_downloads(conn, app, Some(id))?;
    Ok(conn.execute("DELETE FROM files WHERE app = $1 AND id = $2", params![app, id])? == 1)
}

/// Changes what is known of a file; `false` when there is none of its id.
pub fn update(conn: &mut Conn<'_>, app: i64, new: &File) -> Result<bool> {
    let sql = "UPDATE files SET url = $3, size = $4, authed = $5 WHERE app = $1 AND id = $2";
    Ok(conn.execute(sql, params![app, &new.id, new.url.as_ref(), new.size, new.authed])? == 1)
}

/// Deletes what is known of all files of an application; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM panel_downloads WHERE app = $1", params![app])?;
    report_counts::forget_downloads(conn, app, None)?;
    conn.execute("DELETE FROM files WHERE app = $1", params![app])
}
