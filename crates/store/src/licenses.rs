//! License keys of an application.

use std::str::FromStr;

use claviger_domain::{LicenseStatus, fold};

use crate::{Conn, Result, Row, StoreError, params};

/// A license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Serial number in the application.
    pub id: i64,
    /// The key.
    pub key: String,
    /// Seconds that it is worth, counted from its use.
    pub duration: i64,
    /// Whether it can be used.
    pub status: LicenseStatus,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// Who made it.
    pub genby: String,
    /// Reason of its ban.
    pub banned: Option<String>,
    /// The user who used it.
    pub usedby: Option<String>,
    /// Remark of the seller.
    pub note: Option<String>,
    /// Unix second of making.
    pub gendate: i64,
    /// Unix second of its use.
    pub usedon: Option<i64>,
}

/// What licenses made in one go have in common.
#[derive(Clone, Debug)]
pub struct NewLicenses<'a> {
    /// Seconds that each is worth.
    pub duration: i64,
    /// Level, which decides the subscriptions.
    pub level: &'a str,
    /// Remark of the seller.
    pub note: Option<&'a str>,
    /// Who makes them.
    pub genby: &'a str,
    /// Unix second of making.
    pub gendate: i64,
}

fn license(row: &Row) -> Result<License> {
    let status: String = row.get(3)?;
    Ok(License {
        id: row.get(0)?,
        key: row.get(1)?,
        duration: row.get(2)?,
        status: LicenseStatus::from_str(&status).map_err(|()| StoreError::Unexpected(status))?,
        level: row.get(4)?,
        genby: row.get(5)?,
        banned: row.get(6)?,
        usedby: row.get(7)?,
        note: row.get(8)?,
        gendate: row.get(9)?,
        usedon: row.get(10)?,
    })
}

const SELECT: &str = "SELECT id, key, duration, status, level, genby, banned, usedby, note, gendate, usedon
    FROM licenses WHERE app = $1";

/// Finds a license by its key and keeps others from using it until the end of the transaction.
pub fn lock_by_key(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<Option<License>> {
    let sql = format!("{SELECT} AND key_folded = $2{}", conn.for_update());
    conn.query_one(&sql, params![app, &fold(key)])?.as_ref().map(license).transpose()
}

/// The key as it was made, if there is a license of that key in any case.
pub fn spelling(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<Option<String>> {
    let sql = "SELECT key FROM licenses WHERE app = $1 AND key_folded = $2";
    conn.query_one(sql, params![app, &fold(key)])?.map(|row| row.get(0)).transpose()
}

/// Adds a license; `false` when its key is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, key: &str, new: &NewLicenses<'_>) -> Result<bool> {
    let id = conn.next_serials(app, "licenses", 1)?;
    let added = conn.execute(
        "INSERT INTO licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (app, key_folded) DO NOTHING",
        params![
            app,
            id,
            key,
            &fold(key),
            new.note,
            new.duration,
            LicenseStatus::NotUsed.as_str(),
            new.level,
            new.genby,
            new.gendate
        ],
    )?;
    Ok(added == 1)
}

/// Marks a license as used by a user.
pub fn used(conn: &mut Conn<'_>, app: i64, id: i64, username: &str, now: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET status = $3, usedby = $4, usedon = $5 WHERE app = $1 AND id = $2",
        params![app, id, LicenseStatus::Used.as_str(), username, now],
    )?;
    Ok(())
}

/// Bans a license with a reason.
pub fn ban(conn: &mut Conn<'_>, app: i64, id: i64, reason: &str) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET status = $3, banned = $4 WHERE app = $1 AND id = $2",
        params![app, id, LicenseStatus::Banned.as_str(), reason],
    )?;
    Ok(())
}

/// Lifts the ban of a license: it is used if it has a user.
pub fn unban(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET banned = NULL, status = CASE WHEN usedby IS NULL THEN $3 ELSE $4 END
         WHERE app = $1 AND id = $2",
        params![app, id, LicenseStatus::NotUsed.as_str(), LicenseStatus::Used.as_str()],
    )?;
    Ok(())
}

/// Licenses after number `after`, at most `limit`, in the order of their numbers.
pub fn page(conn: &mut Conn<'_>, app: i64, after: i64, limit: i64) -> Result<Vec<License>> {
    let sql = format!("{SELECT} AND id > $2 ORDER BY id LIMIT $3");
    conn.query(&sql, params![app, after, limit])?.iter().map(license).collect()
}

/// Numbers of licenses of an application by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LicenseCounts {
    /// Nobody has used them.
    pub unused: i64,
    /// In use.
    pub used: i64,
    /// Banned.
    pub banned: i64,
}

impl LicenseCounts {
    /// All of them.
    pub fn total(self) -> i64 {
        self.unused + self.used + self.banned
    }
}

/// Counts the licenses of an application.
pub fn counts(conn: &mut Conn<'_>, app: i64) -> Result<LicenseCounts> {
    let rows =
        conn.query("SELECT status, COUNT(*) FROM licenses WHERE app = $1 GROUP BY status", params![app])?;
    let mut counts = LicenseCounts::default();
    for row in rows {
        let status: String = row.get(0)?;
        match LicenseStatus::from_str(&status) {
            Ok(LicenseStatus::NotUsed) => counts.unused = row.get(1)?,
            Ok(LicenseStatus::Used) => counts.used = row.get(1)?,
            Ok(LicenseStatus::Banned) => counts.banned = row.get(1)?,
            Err(()) => return Err(StoreError::Unexpected(status)),
        }
    }
    Ok(counts)
}

/// Number of licenses of an application made after a Unix second.
pub fn made_since(conn: &mut Conn<'_>, app: i64, since: i64) -> Result<i64> {
    let row =
        conn.query_one("SELECT COUNT(*) FROM licenses WHERE app = $1 AND gendate > $2", params![app, since])?;
    row.map_or(Ok(0), |row| row.get(0))
}
