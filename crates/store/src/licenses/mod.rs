//! License keys of an application.

mod changes;
mod counts;
mod making;

use std::str::FromStr;

pub(crate) use changes::lengthen;
pub use changes::{add_time, ban, delete_range, set_duration, set_maker, set_note, unban, used};
use claviger_domain::{LicenseStatus, Term};
pub use counts::{LicenseCounts, counts, made_since};
pub(crate) use making::insert_numbered;
pub use making::{NewLicense, NewLicenses, insert, insert_many, taken};

use crate::{
    Conn, Range, Result, Row, StoreError, names, params, pending::LICENSE_IS_THERE, range::after_all,
};

/// A license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Serial number in the application.
    pub id: i64,
    /// The key.
    pub key: String,
    /// Seconds that it is worth, counted from its use; [`NEVER`](claviger_domain::NEVER): without end.
    pub duration: i64,
    /// Seconds that it brought to its user: another number where its duration was changed, and the user kept the time.
    pub brought: i64,
    /// Whether it can be used.
    pub status: LicenseStatus,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// Who made it.
    pub genby: String,
    /// Reason of its ban.
    pub banned: Option<String>,
    /// Number of the user who used it, who may be gone.
    pub user: Option<i64>,
    /// Name of the user who used it; of one who is gone, the name at the use.
    pub usedby: Option<String>,
    /// Remark of the seller.
    pub note: Option<String>,
    /// Unix second of making.
    pub gendate: i64,
    /// Unix second of its use.
    pub usedon: Option<i64>,
}

impl License {
    /// How long it lets its user in.
    pub fn term(&self) -> Term {
        Term::For(self.duration)
    }
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn license(row: &Row) -> Result<License> {
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
        user: row.get(11)?,
        brought: row.get(12)?,
    })
}

/// The columns of [`License`].
pub(crate) const COLUMNS: &str = "id, key, duration, status, level, genby, banned,
        COALESCE((SELECT u.username FROM users u WHERE u.app = licenses.app AND u.id = licenses.user_id), usedby),
        note, gendate, usedon, user_id, COALESCE(brought, duration)";

/// Begins a statement that reads licenses of the application `$1`.
fn select() -> String {
    format!("SELECT {COLUMNS} FROM licenses WHERE app = $1 AND {LICENSE_IS_THERE}")
}

/// Finds a license by its key and keeps others from using it until the end of the transaction.
pub fn lock_by_key(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<Option<License>> {
    let sql = select() + " AND key_folded = $2" + conn.for_update();
    named(conn, app, key, &sql)
}

/// The key as it was made, if there is a license of that key in any case.
pub fn spelling(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<Option<String>> {
    let sql = format!("SELECT key FROM licenses WHERE app = $1 AND key_folded = $2 AND {LICENSE_IS_THERE}");
    names::find(key, |form| conn.query_one(&sql, params![app, form])?.map(|row| row.get(0)).transpose())
}

/// Which licenses to list; `None`: whatever they have.
#[derive(Clone, Debug, Default)]
pub struct LicenseFilter {
    /// Only those of this status.
    pub status: Option<LicenseStatus>,
    /// Only those of this level.
    pub level: Option<String>,
    /// Only those of this maker.
    pub genby: Option<String>,
}

/// Licenses after number `after`, at most `limit`, in the order of their numbers.
pub fn page(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LicenseFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<License>> {
    // An empty text stands for no condition: none of these columns is ever empty.
    let sql = select()
        + " AND id > $2 AND ($4 = '' OR status = $4) AND ($5 = '' OR level = $5) AND ($6 = '' OR genby = $6)
           ORDER BY id LIMIT $3";
    let status = filter.status.map(LicenseStatus::as_str).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (level, genby) = (text(&filter.level), text(&filter.genby));
    let rows = conn.query(&sql, params![app, after, limit, status, &level, &genby])?;
    rows.iter().map(license).collect()
}

/// The licenses of a range, in the order of their numbers.
pub fn of_range(conn: &mut Conn<'_>, app: i64, range: Range) -> Result<Vec<License>> {
    let sql = select() + " AND id > $2 AND id <= $3 ORDER BY id";
    conn.query(&sql, params![app, range.after, range.last])?.iter().map(license).collect()
}

/// The first license that a user used.
pub fn first_of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Option<License>> {
    // Without the inner query SQLite would rather go through all licenses, which are in the right order already.
    let first =
        format!("SELECT MIN(id) FROM licenses WHERE app = $1 AND user_id = $2 AND {LICENSE_IS_THERE}");
    let sql = select() + &format!(" AND id = ({first})");
    conn.query_one(&sql, params![app, user])?.as_ref().map(license).transpose()
}

/// Finds a license by its key.
pub fn by_key(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<Option<License>> {
    let sql = select() + " AND key_folded = $2";
    named(conn, app, key, &sql)
}

fn named(conn: &mut Conn<'_>, app: i64, key: &str, sql: &str) -> Result<Option<License>> {
    names::find(key, |form| conn.query_one(sql, params![app, form])?.as_ref().map(license).transpose())
}

/// Licenses whose folded keys begin with a folded text, at most `limit`, in the order of the keys.
pub fn by_beginning(conn: &mut Conn<'_>, app: i64, folded: &str, limit: i64) -> Result<Vec<License>> {
    let key = format!("key_folded{}", conn.by_bytes());
    let sql = select() + &format!(" AND {key} >= $2 AND {key} < $3 ORDER BY {key} LIMIT $4");
    let rows = conn.query(&sql, params![app, folded, &after_all(folded), limit])?;
    rows.iter().map(license).collect()
}

/// The licenses that a user used, newest first, at most `limit`.
pub fn of_user(conn: &mut Conn<'_>, app: i64, user: i64, limit: i64) -> Result<Vec<License>> {
    // The inner query as in `first_of_user`.
    let newest = format!(
        "SELECT id FROM licenses WHERE app = $1 AND user_id = $2 AND {LICENSE_IS_THERE} ORDER BY id DESC LIMIT $3"
    );
    let sql = select() + &format!(" AND id IN ({newest}) ORDER BY id DESC");
    conn.query(&sql, params![app, user, limit])?.iter().map(license).collect()
}

/// Finds a license by number.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<License>> {
    let sql = select() + " AND id = $2";
    conn.query_one(&sql, params![app, id])?.as_ref().map(license).transpose()
}

/// Whether there is a license, of a status if one is given.
pub fn any(conn: &mut Conn<'_>, app: i64, status: Option<LicenseStatus>) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM licenses WHERE app = $1 AND ($2 = '' OR status = $2) AND {LICENSE_IS_THERE} LIMIT 1"
    );
    let status = status.map(LicenseStatus::as_str).unwrap_or_default();
    Ok(conn.query_one(&sql, params![app, status])?.is_some())
}
