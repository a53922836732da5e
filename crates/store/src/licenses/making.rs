//! Making licenses.

use claviger_domain::{LicenseStatus, fold};

use crate::{Conn, Result, db::Value, params};

/// Licenses that one statement of [`insert_many`] adds.
const TOGETHER: usize = 100;

/// What licenses made in one go have in common.
#[derive(Clone, Debug)]
pub struct NewLicenses<'a> {
    /// Seconds that each is worth, or [`NEVER`](claviger_domain::NEVER).
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
    /// Seconds that it is worth, or [`NEVER`](claviger_domain::NEVER).
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
