//! How many licenses there are.

use std::str::FromStr;

use claviger_domain::LicenseStatus;

use crate::{Conn, Result, StoreError, params};

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
    // Those that are not all there yet are taken off again: the index that counts does not know the numbers.
    let sql = "SELECT status, COUNT(*) FROM licenses WHERE app = $1 GROUP BY status
               UNION ALL
               SELECT l.status, -COUNT(*) FROM imports h
                   JOIN licenses l ON l.app = h.app AND l.id BETWEEN h.first AND h.last
               WHERE h.app = $1 GROUP BY l.status";
    let rows = conn.query(sql, params![app])?;
    let mut counts = LicenseCounts::default();
    for row in rows {
        let status: String = row.get(0)?;
        let number: i64 = row.get(1)?;
        match LicenseStatus::from_str(&status) {
            Ok(LicenseStatus::NotUsed) => counts.unused += number,
            Ok(LicenseStatus::Used) => counts.used += number,
            Ok(LicenseStatus::Banned) => counts.banned += number,
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
