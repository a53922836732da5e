//! Licenses of another server, and tokens.

use claviger_domain::{LicenseStatus, fold};

use super::{Kind, insert, note_made};
use crate::{
    Conn, Result, Value, params,
    tokens::{self, Owner},
};

/// A license as the other server had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLicense {
    /// The key.
    pub key: String,
    /// Seconds that it is worth, or [`claviger_domain::NEVER`].
    pub duration: i64,
    /// Status.
    pub status: LicenseStatus,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// Remark of the seller.
    pub note: Option<String>,
    /// Who made it.
    pub genby: String,
    /// Unix second of making.
    pub gendate: i64,
    /// Unix second of its use.
    pub usedon: Option<i64>,
    /// Name of who used it.
    pub usedby: Option<String>,
    /// Number of that user, if there is such a user.
    pub user: Option<i64>,
    /// Reason of a ban.
    pub banned: Option<String>,
    /// Token of the token system.
    pub token: String,
}

/// Adds licenses whose keys are free, with their tokens; returns for each the number, if it was added.
pub fn add_licenses(
    conn: &mut Conn<'_>,
    app: i64,
    source: &str,
    new: &[TakenLicense],
) -> Result<Vec<Option<i64>>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let first = conn.next_serials(app, "licenses", new.len() as i64)?;
    let folded: Vec<_> = new.iter().map(|license| fold(&license.key)).collect();
    let rows: Vec<_> = (first..)
        .zip(new)
        .zip(&folded)
        .map(|((id, license), folded)| {
            [
                Value::from(id),
                Value::from(&license.key),
                Value::from(&**folded),
                Value::from(license.note.as_ref()),
                Value::from(license.duration),
                Value::from(license.status.as_str()),
                Value::from(&license.level),
                Value::from(&license.genby),
                Value::from(license.gendate),
                Value::from(license.usedon),
                Value::from(license.usedby.as_ref()),
                Value::from(license.user),
                Value::from(license.banned.as_ref()),
            ]
        })
        .collect();
    let into = "licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate, usedon, usedby, user_id,
                    banned)";
    let tail = "ON CONFLICT (app, key_folded) DO NOTHING RETURNING id";
    let ids = insert(conn, app, into, tail, &rows)?;
    note_made(conn, app, Kind::License, source, &ids)?;
    let mut added = vec![None; new.len()];
    for id in ids {
        added[usize::try_from(id - first).unwrap_or(0)] = Some(id);
    }
    let owned = added.iter().zip(new).filter_map(|(id, license)| {
        let owner = Owner { kind: tokens::LICENSE, id: (*id)?, name: license.key.as_str() };
        Some((license.token.clone(), owner))
    });
    tokens::insert_many(conn, app, &owned.collect::<Vec<_>>())?;
    Ok(added)
}

/// Gives a user or a license the token that it had; `false` when that is somebody else's.
pub fn set_token(
    conn: &mut Conn<'_>,
    app: i64,
    (kind, owner): (Kind, i64),
    token: &str,
    banned: Option<&str>,
    hash: Option<&str>,
) -> Result<bool> {
    let taken = "SELECT 1 FROM tokens WHERE app = $1 AND token = $2 AND NOT (kind = $3 AND owner = $4)";
    if conn.query_one(taken, params![app, token, kind.as_str(), owner])?.is_some() {
        return Ok(false);
    }
    let sql =
        "UPDATE tokens SET token = $2, banned = $5, hash = $6 WHERE app = $1 AND kind = $3 AND owner = $4";
    conn.execute(sql, params![app, token, kind.as_str(), owner, banned, hash])?;
    Ok(true)
}
