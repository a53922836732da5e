//! License keys of an application.

use std::str::FromStr;

use claviger_domain::{LicenseStatus, NEVER, Term, fold};

use crate::{
    Conn, Range, Result, Row, Rows, StoreError, db::Value, names, params, pending::LICENSE_IS_THERE,
    range::after_all, tokens,
};

/// A license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Serial number in the application.
    pub id: i64,
    /// The key.
    pub key: String,
    /// Seconds that it is worth, counted from its use; [`NEVER`]: without end.
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

/// What licenses made in one go have in common.
#[derive(Clone, Debug)]
pub struct NewLicenses<'a> {
    /// Seconds that each is worth, or [`NEVER`].
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

/// Which of some folded keys are taken, also by licenses that are not all there yet; at most a thousand or so.
pub fn taken(conn: &mut Conn<'_>, app: i64, folded: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for some in folded.chunks(TOGETHER) {
        let places: Vec<String> = (2..).take(some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT key_folded FROM licenses WHERE app = $1 AND key_folded IN ({})",
            places.join(", ")
        );
        let mut values = vec![Value::from(app)];
        values.extend(some.iter().map(Value::from));
        for row in conn.query(&sql, &values)? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

/// Adds a license; `None` when its key is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, key: &str, new: &NewLicenses<'_>) -> Result<Option<i64>> {
    let id = conn.next_serials(app, "licenses", 1)?;
    let added = conn.execute(
        "INSERT INTO licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (app, key_folded) DO NOTHING",
        params![
            app,
            id,
            key,
            &*fold(key),
            new.note,
            new.duration,
            LicenseStatus::NotUsed.as_str(),
            new.level,
            new.genby,
            new.gendate
        ],
    )?;
    Ok((added == 1).then_some(id))
}

/// A license to be added along with others.
#[derive(Clone, Debug)]
pub struct NewLicense<'a> {
    /// The key.
    pub key: &'a str,
    /// Seconds that it is worth, or [`NEVER`].
    pub duration: i64,
    /// Level, which decides the subscriptions.
    pub level: &'a str,
    /// Remark of the seller.
    pub note: Option<&'a str>,
    /// Who makes it.
    pub genby: &'a str,
    /// Unix second of making.
    pub gendate: i64,
    /// Who used it, where somebody has: the user's number, if there is such a user, and the name.
    pub used: Option<(Option<i64>, &'a str)>,
}

/// Licenses that one statement of [`insert_many`] adds.
const TOGETHER: usize = 100;

/// Adds licenses, but for those whose keys are taken; returns the numbers of those that were added, each with its place.
pub fn insert_many(conn: &mut Conn<'_>, app: i64, new: &[NewLicense<'_>]) -> Result<Vec<(usize, i64)>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let first = conn.next_serials(app, "licenses", new.len() as i64)?;
    insert_numbered(conn, app, first, new)
}

/// As [`insert_many`], with numbers from `first` on, which nobody else uses.
pub(crate) fn insert_numbered(
    conn: &mut Conn<'_>,
    app: i64,
    first: i64,
    new: &[NewLicense<'_>],
) -> Result<Vec<(usize, i64)>> {
    let mut added = Vec::new();
    for (chunk, some) in new.chunks(TOGETHER).enumerate() {
        let first = first + (chunk * TOGETHER) as i64;
        let folded: Vec<_> = some.iter().map(|one| fold(one.key)).collect();
        let mut values = vec![Value::from(app)];
        let mut rows = Vec::new();
        for ((id, one), folded) in (first..).zip(some).zip(&folded) {
            let at = values.len();
            let places: Vec<String> = (at + 1..).take(12).map(|place| format!("${place}")).collect();
            rows.push(format!("($1, {})", places.join(", ")));
            let status = if one.used.is_some() { LicenseStatus::Used } else { LicenseStatus::NotUsed };
            let (user, name) = one.used.map_or((None, None), |(user, name)| (user, Some(name)));
            values.extend([
                Value::from(id),
                Value::from(one.key),
                Value::from(&**folded),
                Value::from(one.note),
                Value::from(one.duration),
                Value::from(status.as_str()),
                Value::from(one.level),
                Value::from(one.genby),
                Value::from(one.gendate),
                Value::from(user),
                Value::from(name),
                Value::from(one.used.map(|_| one.gendate)),
            ]);
        }
        let sql = format!(
            "INSERT INTO licenses (app, id, key, key_folded, note, duration, status, level, genby, gendate, user_id,
                 usedby, usedon) VALUES {} ON CONFLICT (app, key_folded) DO NOTHING RETURNING id",
            rows.join(", ")
        );
        for row in conn.query(&sql, &values)? {
            let id: i64 = row.get(0)?;
            added.push((chunk * TOGETHER + usize::try_from(id - first).unwrap_or(0), id));
        }
    }
    added.sort_unstable();
    Ok(added)
}

/// Marks a license as used by a user; the name is for showing once the user is gone.
pub fn used(conn: &mut Conn<'_>, app: i64, id: i64, user: i64, username: &str, now: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET status = $3, user_id = $4, usedby = $5, usedon = $6 WHERE app = $1 AND id = $2",
        params![app, id, LicenseStatus::Used.as_str(), user, username, now],
    )?;
    Ok(())
}

/// Bans licenses with a reason.
pub fn ban(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>, reason: &str) -> Result<()> {
    let rows = rows.into();
    let sql = format!(
        "UPDATE licenses SET status = $4, banned = $5, banned_by = NULL WHERE app = $1 AND {}",
        rows.of(conn, "id", 6)
    );
    conn.execute(&sql, &rows.values(app, params![LicenseStatus::Banned.as_str(), reason]))?;
    Ok(())
}

/// Lifts the bans of licenses: one is used if it has a user.
pub fn unban(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>) -> Result<()> {
    let rows = rows.into();
    let sql = format!(
        "UPDATE licenses SET banned = NULL, banned_by = NULL, status = CASE WHEN usedby IS NULL THEN $4 ELSE $5 END
         WHERE app = $1 AND {}",
        rows.of(conn, "id", 6)
    );
    let status = params![LicenseStatus::NotUsed.as_str(), LicenseStatus::Used.as_str()];
    conn.execute(&sql, &rows.values(app, status))?;
    Ok(())
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

/// Makes unused licenses of a range worth more seconds; returns how many.
pub fn add_time(conn: &mut Conn<'_>, app: i64, range: Range, seconds: i64) -> Result<u64> {
    let (least, _) = conn.least_greatest();
    let sql = format!(
        "UPDATE licenses SET duration = {least}(duration + $5, {NEVER})
         WHERE app = $1 AND id > $2 AND id <= $3 AND status = $4"
    );
    conn.execute(&sql, params![app, range.after, range.last, LicenseStatus::NotUsed.as_str(), seconds])
}

/// Makes licenses worth more seconds, which their users have got too.
pub(crate) fn lengthen(conn: &mut Conn<'_>, app: i64, rows: &Rows, seconds: i64) -> Result<()> {
    let (least, _) = conn.least_greatest();
    let sql = format!(
        "UPDATE licenses SET duration = {least}(duration, {NEVER} - $4) + $4, brought = NULL WHERE app = $1 AND {}",
        rows.of(conn, "id", 5)
    );
    conn.execute(&sql, &rows.values(app, params![seconds.min(NEVER)]))?;
    Ok(())
}

/// Deletes licenses with their tokens, only those of a status if one is given; returns how many.
pub fn delete_range(
    conn: &mut Conn<'_>,
    app: i64,
    rows: impl Into<Rows>,
    status: Option<LicenseStatus>,
) -> Result<u64> {
    let rows = rows.into();
    let chosen = format!("app = $1 AND {} AND ($4 = '' OR status = $4)", rows.of(conn, "id", 5));
    let status = status.map(LicenseStatus::as_str).unwrap_or_default();
    let values = rows.values(app, params![status]);
    // The range once more: else SQLite would rather go through all tokens of the application.
    conn.execute(
        &format!(
            "DELETE FROM tokens WHERE app = $1 AND kind = '{}' AND owner > $2 AND owner <= $3
               AND owner IN (SELECT id FROM licenses WHERE {chosen})",
            tokens::LICENSE
        ),
        &values,
    )?;
    conn.execute(&format!("DELETE FROM licenses WHERE {chosen}"), &values)
}

/// Sets the remark of licenses; `None` forgets it.
pub fn set_note(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>, note: Option<&str>) -> Result<()> {
    let rows = rows.into();
    let sql = format!("UPDATE licenses SET note = $4 WHERE app = $1 AND {}", rows.of(conn, "id", 5));
    conn.execute(&sql, &rows.values(app, params![note]))?;
    Ok(())
}

/// Sets how many seconds a license is worth, or [`NEVER`]. `user_kept`: its user has what it brought before.
pub fn set_duration(conn: &mut Conn<'_>, app: i64, id: i64, duration: i64, user_kept: bool) -> Result<()> {
    let brought = if user_kept { "COALESCE(brought, duration)" } else { "NULL" };
    let sql = format!("UPDATE licenses SET duration = $3, brought = {brought} WHERE app = $1 AND id = $2");
    conn.execute(&sql, params![app, id, duration])?;
    Ok(())
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

/// Notes which account made the licenses numbered `first` to `last`.
pub fn set_maker(conn: &mut Conn<'_>, app: i64, first: i64, last: i64, maker: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET maker = $4 WHERE app = $1 AND id >= $2 AND id <= $3",
        params![app, first, last, maker],
    )?;
    Ok(())
}
