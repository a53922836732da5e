//! Files that a panel offers, and to which subscriptions.

use crate::{Conn, Result, params};

/// A file that is offered to one subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The file's id.
    pub file: String,
    /// Name of a subscription; empty: whoever is signed in.
    pub subscription: String,
}

/// What an application offers, in the order of the files' ids. Files that are gone are left out.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Offered>> {
    let sql =
        "SELECT d.file, d.subscription FROM panel_downloads d JOIN files f ON f.app = d.app AND f.id = d.file
        WHERE d.app = $1 ORDER BY d.file, d.subscription";
    let rows = conn.query(sql, params![app])?;
    rows.iter().map(|row| Ok(Offered { file: row.get(0)?, subscription: row.get(1)? })).collect()
}

/// Sets to whom a file is offered: to nobody any more where `subscriptions` is empty.
pub fn set(conn: &mut Conn<'_>, app: i64, file: &str, subscriptions: &[String]) -> Result<()> {
    forget(conn, app, file)?;
    for subscription in subscriptions {
        conn.execute(
            "INSERT INTO panel_downloads (app, file, subscription) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            params![app, file, subscription],
        )?;
    }
    Ok(())
}

/// Offers a file to nobody any more.
pub fn forget(conn: &mut Conn<'_>, app: i64, file: &str) -> Result<()> {
    conn.execute("DELETE FROM panel_downloads WHERE app = $1 AND file = $2", params![app, file])?;
    Ok(())
}
