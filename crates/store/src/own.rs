//! What accounts made themselves: the licenses of a reseller or manager, and the users whom these made.

use claviger_domain::{LicenseStatus, fold};

use crate::{
    Conn, Result,
    licenses::{self, License},
    params,
};

/// Licenses that are looked at for one page where a text is looked for.
pub const LOOKED_MAX: i64 = 20_000;

/// Which licenses of a maker to list.
#[derive(Clone, Debug, Default)]
pub struct OwnFilter {
    /// Only those of this status.
    pub status: Option<LicenseStatus>,
    /// Only those with this text in the key, the note or the name of who used it, in any case.
    pub text: String,
    /// Only those before this number.
    pub before: Option<i64>,
}

/// A page of a maker's licenses.
#[derive(Clone, Debug, Default)]
pub struct OwnPage {
    /// The licenses, newest first.
    pub licenses: Vec<License>,
    /// Where the next page begins.
    pub next: Option<i64>,
}

/// The licenses that an account made, newest first, at most `limit`. At most [`LOOKED_MAX`] are looked at.
pub fn page(conn: &mut Conn<'_>, app: i64, maker: i64, filter: &OwnFilter, limit: i64) -> Result<OwnPage> {
    let before = filter.before.unwrap_or(i64::MAX);
    let window = "SELECT MIN(id), COUNT(*) FROM (
        SELECT id FROM licenses WHERE app = $1 AND maker = $2 AND id < $3 ORDER BY id DESC LIMIT $4) looked";
    let row = conn.query_one(window, params![app, maker, before, LOOKED_MAX])?;
    let Some(row) = row else { return Ok(OwnPage::default()) };
    let (Some(least), looked): (Option<i64>, i64) = (row.get(0)?, row.get(1)?) else {
        return Ok(OwnPage::default());
    };
    let position = conn.position();
    let sql = format!(
        "SELECT id FROM licenses
         WHERE app = $1 AND maker = $2 AND id < $3 AND id >= $4 AND ($5 = '' OR status = $5)
           AND ($6 = '' OR {position}(key_folded, $6) > 0 OR {position}(LOWER(COALESCE(usedby, '')), $6) > 0
                OR {position}(LOWER(COALESCE(note, '')), $6) > 0)
         ORDER BY id DESC LIMIT $7"
    );
    let status = filter.status.map(LicenseStatus::as_str).unwrap_or_default();
    let text = fold(&filter.text);
    let rows = conn.query(&sql, params![app, maker, before, least, status, &*text, limit + 1])?;
    let mut licenses = Vec::new();
    for row in rows {
        licenses.extend(licenses::by_id(conn, app, row.get(0)?)?);
    }
    let full = i64::try_from(licenses.len()).is_ok_and(|count| count > limit);
    if full {
        licenses.pop();
    }
    let next = match licenses.last() {
        Some(last) if full => Some(last.id),
        _ => (looked == LOOKED_MAX).then_some(least),
    };
    Ok(OwnPage { licenses, next })
}

/// A license that an account made, and the number of the account that banned it; kept from others' changes until the end of
/// the transaction.
pub fn lock(conn: &mut Conn<'_>, app: i64, maker: i64, id: i64) -> Result<Option<(License, Option<i64>)>> {
    let sql = format!(
        "SELECT banned_by FROM licenses WHERE app = $1 AND id = $2 AND maker = $3{}",
        conn.for_update()
    );
    let Some(row) = conn.query_one(&sql, params![app, id, maker])? else { return Ok(None) };
    let banned_by = row.get(0)?;
    Ok(licenses::by_id(conn, app, id)?.map(|license| (license, banned_by)))
}

/// Number of the account that banned a license, where it was a reseller with its own.
pub fn banned_by(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<i64>> {
    let sql = "SELECT banned_by FROM licenses WHERE app = $1 AND id = $2";
    Ok(conn.query_one(sql, params![app, id])?.map(|row| row.get(0)).transpose()?.flatten())
}

/// Notes which account banned a license.
pub fn set_banned_by(conn: &mut Conn<'_>, app: i64, id: i64, account: i64) -> Result<()> {
    conn.execute("UPDATE licenses SET banned_by = $3 WHERE app = $1 AND id = $2", params![app, id, account])?;
    Ok(())
}

/// Numbers of users whom licenses of a maker made, after number `after`, at most `limit`, in their order. Some may wait to be
/// deleted.
pub fn users(conn: &mut Conn<'_>, app: i64, maker: i64, after: i64, limit: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM users WHERE app = $1 AND maker = $2 AND id > $3 ORDER BY id LIMIT $4";
    conn.query(sql, params![app, maker, after, limit])?.iter().map(|row| row.get(0)).collect()
}

/// Whether a license of a maker made a user. One that only prolonged what the user had does not count.
pub fn has_user(conn: &mut Conn<'_>, app: i64, maker: i64, user: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM users WHERE app = $1 AND maker = $2 AND id = $3";
    Ok(conn.query_one(sql, params![app, maker, user])?.is_some())
}
