//! The last tries to sign in, kept briefly, so that a vendor can see why one was refused. They come in batches, are
//! bounded for each application and each user, and are nothing that a rule hangs on.

use std::collections::BTreeSet;

use crate::{Conn, Result, Row, db::Value, params};

/// A try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Try {
    /// Serial number in the application, in the order in which they came; drawn by [`add`].
    pub id: i64,
    /// Unix second; of several alike, that of the last one.
    pub time: i64,
    /// So many alike within a moment.
    pub count: i64,
    /// Type of the request.
    pub kind: String,
    /// `ok`, or in a word why not.
    pub outcome: String,
    /// What belongs to it: the reason of a ban, or the version of the program.
    pub detail: Option<String>,
    /// What was typed, where it names nobody.
    pub name: Option<String>,
    /// Number of the user.
    pub user: Option<i64>,
    /// Number of the license.
    pub license: Option<i64>,
    /// The device, where the program told one.
    pub hwid: Option<String>,
    /// Address of the client.
    pub ip: String,
}

/// Tries that share a room: when it is full, the oldest of the class go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i64)]
pub enum Class {
    /// Went well.
    Fine = 0,
    /// Refused, and it is known to whom.
    Refused = 1,
    /// Refused to somebody who is not known.
    Stranger = 2,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Fine, Self::Refused, Self::Stranger];

    /// Tries of an application that are kept.
    fn kept(self) -> i64 {
        match self {
            Self::Fine | Self::Refused => 1000,
            Self::Stranger => 500,
        }
    }
}

/// Tries of one class that are kept of a user or a license.
const KEPT_EACH: i64 = 20;

/// Adds tries of an application, oldest first, and drops the oldest beyond what is kept.
pub fn add(conn: &mut Conn<'_>, app: i64, tries: &[(Class, Try)]) -> Result<()> {
    if tries.is_empty() {
        return Ok(());
    }
    let first = conn.next_serials(app, "tries", tries.len() as i64)?;
    for (id, (class, one)) in (first..).zip(tries) {
        conn.execute(
            "INSERT INTO tries (app, class, id, time, count, kind, outcome, detail, name, user_id, license, hwid, ip)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            params![
                app,
                *class as i64,
                id,
                one.time,
                one.count,
                &one.kind,
                &one.outcome,
                one.detail.as_ref(),
                one.name.as_ref(),
                one.user,
                one.license,
                one.hwid.as_ref(),
                &one.ip
            ],
        )?;
    }
    for class in Class::ALL {
        let new = || tries.iter().filter(move |(of, _)| *of == class).map(|(_, one)| one);
        if new().next().is_some() {
            trim(conn, app, class, None, class.kept())?;
        }
        for (column, of) in [("user_id", user as fn(&Try) -> Option<i64>), ("license", license)] {
            for number in new().filter_map(of).collect::<BTreeSet<i64>>() {
                trim(conn, app, class, Some((column, number)), KEPT_EACH)?;
            }
        }
    }
    Ok(())
}

fn user(one: &Try) -> Option<i64> {
    one.user
}

fn license(one: &Try) -> Option<i64> {
    one.license
}

/// Drops all but the newest tries of a class, of a user or a license where one is given.
fn trim(conn: &mut Conn<'_>, app: i64, class: Class, of: Option<(&str, i64)>, kept: i64) -> Result<()> {
    let (also, number) = match of {
        Some((column, number)) => (format!("AND {column} = $4"), number),
        None => ("AND $4 = 0".into(), 0),
    };
    let sql = format!(
        "DELETE FROM tries WHERE app = $1 AND class = $2 {also} AND id <= (
             SELECT id FROM tries WHERE app = $1 AND class = $2 {also} ORDER BY id DESC LIMIT 1 OFFSET $3)"
    );
    conn.execute(&sql, params![app, class as i64, kept, number])?;
    Ok(())
}

const SELECT: &str =
    "SELECT time, count, kind, outcome, detail, name, user_id, license, hwid, ip, id FROM tries
    WHERE app = $1";
const NEWEST: &str = "ORDER BY time DESC, id DESC LIMIT";

fn one(row: &Row) -> Result<Try> {
    Ok(Try {
        time: row.get(0)?,
        count: row.get(1)?,
        kind: row.get(2)?,
        outcome: row.get(3)?,
        detail: row.get(4)?,
        name: row.get(5)?,
        user: row.get(6)?,
        license: row.get(7)?,
        hwid: row.get(8)?,
        ip: row.get(9)?,
        id: row.get(10)?,
    })
}

/// The newest tries of a user, or that named one of some licenses, at most `limit`, newest first.
pub fn about(
    conn: &mut Conn<'_>,
    app: i64,
    user: Option<i64>,
    licenses: &[i64],
    limit: i64,
) -> Result<Vec<Try>> {
    let mut found: Vec<Try> = Vec::new();
    // One search by index for each.
    let of_user = user.map(|user| ("user_id", user));
    let of_licenses = licenses.iter().map(|license| ("license", *license));
    for (column, number) in of_user.into_iter().chain(of_licenses) {
        let sql = format!("{SELECT} AND {column} = $2 {NEWEST} $3");
        for row in conn.query(&sql, params![app, number, limit])? {
            found.push(one(&row)?);
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.time, one.id)));
    found.dedup_by_key(|one| one.id);
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

/// The newest tries of strangers from one of some addresses, at most `limit`, newest first. Reads the class, which is
/// small.
pub fn of_strangers(conn: &mut Conn<'_>, app: i64, ips: &[String], limit: i64) -> Result<Vec<Try>> {
    if ips.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (4..).take(ips.len()).map(|place| format!("${place}")).collect();
    let sql = format!("{SELECT} AND class = $2 AND ip IN ({}) {NEWEST} $3", places.join(", "));
    let mut values = vec![Value::from(app), Value::from(Class::Stranger as i64), Value::from(limit)];
    values.extend(ips.iter().map(Value::from));
    conn.query(&sql, &values)?.iter().map(one).collect()
}

/// The newest tries with a name, a device or an address that is exactly this text, at most `limit`, newest first. Reads
/// all of the application's, which are few.
pub fn with_text(conn: &mut Conn<'_>, app: i64, text: &str, limit: i64) -> Result<Vec<Try>> {
    let sql = format!("{SELECT} AND (name = $2 OR hwid = $2 OR ip = $2) {NEWEST} $3");
    conn.query(&sql, params![app, text, limit])?.iter().map(one).collect()
}

/// The newest tries that were refused, at most `limit`, newest first.
pub fn latest_refused(conn: &mut Conn<'_>, app: i64, limit: i64) -> Result<Vec<Try>> {
    let sql = format!("{SELECT} AND class > $2 {NEWEST} $3");
    conn.query(&sql, params![app, Class::Fine as i64, limit])?.iter().map(one).collect()
}

/// Whether there are tries of any application from before a Unix second.
pub fn any_before(conn: &mut Conn<'_>, second: i64) -> Result<bool> {
    Ok(conn.query_one("SELECT 1 FROM tries WHERE time < $1 LIMIT 1", params![second])?.is_some())
}

/// Forgets tries of all applications from before a Unix second, at most `limit`; returns how many.
pub fn forget(conn: &mut Conn<'_>, second: i64, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM tries WHERE (app, class, id) IN (
                   SELECT app, class, id FROM tries WHERE time < $1 ORDER BY time LIMIT $2)";
    conn.execute(sql, params![second, limit])
}
