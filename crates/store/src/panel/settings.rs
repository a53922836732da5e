//! What a panel offers, and its logo.

use crate::{Conn, Result, params};

/// What is kept of a panel, but for the picture itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it offers, as JSON.
    pub settings: String,
    /// Whether there is a logo.
    pub has_logo: bool,
    /// Counts changes.
    pub revision: i64,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub kind: String,
}

/// What an application's panel offers; `None` when it was never set.
pub fn get(conn: &mut Conn<'_>, app: i64) -> Result<Option<Kept>> {
    let sql = "SELECT settings, logo_type, revision FROM panels WHERE app = $1";
    let kept = conn.query_one(sql, params![app])?.map(|row| {
        Ok(Kept {
            settings: row.get(0)?,
            has_logo: row.get::<Option<String>>(1)?.is_some(),
            revision: row.get(2)?,
        })
    });
    kept.transpose()
}

/// Sets what it offers. The caller holds the application's settings, so that no panel outlives its application.
pub fn set(conn: &mut Conn<'_>, app: i64, settings: &str) -> Result<()> {
    conn.execute(
        "INSERT INTO panels (app, settings, revision) VALUES ($1, $2, 1)
         ON CONFLICT (app) DO UPDATE SET settings = excluded.settings, revision = panels.revision + 1",
        params![app, settings],
    )?;
    Ok(())
}

/// The logo.
pub fn logo(conn: &mut Conn<'_>, app: i64) -> Result<Option<Logo>> {
    let sql =
        "SELECT logo, logo_type FROM panels WHERE app = $1 AND logo IS NOT NULL AND logo_type IS NOT NULL";
    let logo = conn.query_one(sql, params![app])?;
    logo.map(|row| Ok(Logo { bytes: row.get(0)?, kind: row.get(1)? })).transpose()
}

/// Sets the logo of a panel that [`set`] has made, or removes it.
pub fn set_logo(conn: &mut Conn<'_>, app: i64, logo: Option<&Logo>) -> Result<()> {
    conn.execute(
        "UPDATE panels SET logo = $2, logo_type = $3, revision = revision + 1 WHERE app = $1",
        params![app, logo.map(|logo| logo.bytes.as_slice()), logo.map(|logo| &logo.kind)],
    )?;
    Ok(())
}
