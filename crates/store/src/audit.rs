//! Who changed what in an application.

use std::time::{Duration, Instant};

use crate::{Conn, Result, Row, params};

/// A change that somebody made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Who: the last four characters of a seller key, or the name of a person.
    pub actor: String,
    /// What was done: the type of the request.
    pub action: String,
    /// To what: a user, a license key or another name.
    pub target: String,
    /// From which address.
    pub ip: String,
    /// Settings with their old and new values.
    pub changes: String,
}

/// An entry of a log, with its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged<T> {
    /// Serial number in the application; newer ones are greater.
    pub id: i64,
    /// Unix second.
    pub time: i64,
    /// What is told.
    pub entry: T,
}

/// Which entries of a log are wanted; what is empty, or `None`, wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Of whom: the last four characters of a seller key, its name, or the name of a person.
    pub key: String,
    /// Of which type, whatever its case.
    pub kind: String,
    /// With this text somewhere in them, whatever its case.
    pub text: String,
    /// Only entries before this number.
    pub before: Option<i64>,
    /// To this, exactly; requests to the Seller API have none.
    pub target: String,
    /// At this Unix second or later.
    pub since: Option<i64>,
    /// Before this Unix second.
    pub until: Option<i64>,
}

impl LogFilter {
    /// Patterns for `LIKE`, with `\` before what stands for itself: for texts in lower case, and for texts as they are,
    /// since the databases differ in which letters they make lower. Empty: all.
    pub(crate) fn patterns(&self) -> [String; 2] {
        [pattern(&self.text.to_lowercase()), pattern(&self.text)]
    }
}

fn pattern(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}

/// Adds a change at `now`, and drops all but the newest `kept`; its number.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Entry, now: i64, kept: i64) -> Result<i64> {
    let id = conn.next_serials(app, "audit", 1)?;
    conn.execute(
        "INSERT INTO audit (app, id, time, actor, action, target, ip, changes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![app, id, now, &new.actor, &new.action, &new.target, &new.ip, &new.changes],
    )?;
    conn.execute("DELETE FROM audit WHERE app = $1 AND id <= $2", params![app, id - kept])?;
    Ok(id)
}

/// A change by number, if it is kept.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<Logged<Entry>>> {
    let sql = "SELECT id, time, actor, action, target, ip, changes FROM audit WHERE app = $1 AND id = $2";
    conn.query_one(sql, params![app, id])?.as_ref().map(logged).transpose()
}

/// Numbers of entries that one statement goes through, where somebody waits.
const PART: i64 = 20_000;

/// The newest changes that a filter wants, at most `limit`, newest first.
pub fn page(conn: &mut Conn<'_>, app: i64, filter: &LogFilter, limit: i64) -> Result<Vec<Logged<Entry>>> {
    part(conn, app, filter, i64::MIN, limit)
}

/// As [`page`], for as long as there is patience; the number before which to go on, where it ran out.
pub fn look(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LogFilter,
    limit: usize,
    patience: Duration,
) -> Result<(Vec<Logged<Entry>>, Option<i64>)> {
    let (begun, mut found) = (Instant::now(), Vec::new());
    let ends = conn.query_one("SELECT MIN(id), MAX(id) FROM audit WHERE app = $1", params![app])?;
    let (first, last): (Option<i64>, Option<i64>) = match &ends {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (None, None),
    };
    let (Some(first), Some(last)) = (first, last) else { return Ok((found, None)) };
    let mut before = filter.before.unwrap_or(i64::MAX).min(last.saturating_add(1));
    while before > first {
        let from = before.saturating_sub(PART).max(first);
        let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
        let here = LogFilter { before: Some(before), ..filter.clone() };
        found.extend(part(conn, app, &here, from, left)?);
        before = from;
        if found.len() >= limit {
            return Ok((found, None));
        }
        if before > first && begun.elapsed() >= patience {
            return Ok((found, Some(before)));
        }
    }
    Ok((found, None))
}

fn part(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LogFilter,
    from: i64,
    limit: i64,
) -> Result<Vec<Logged<Entry>>> {
    let sql = r"SELECT id, time, actor, action, target, ip, changes FROM audit
        WHERE app = $1 AND id < $2 AND ($3 = '' OR actor = $3) AND ($4 = '' OR LOWER(action) = $4)
          AND ($5 = '' OR LOWER(actor || ' ' || action || ' ' || target || ' ' || ip || ' ' || changes)
                    LIKE $5 ESCAPE '\'
               OR actor || ' ' || action || ' ' || target || ' ' || ip || ' ' || changes LIKE $6 ESCAPE '\')
          AND ($8 = '' OR target = $8) AND time >= $9 AND time < $10 AND id >= $11
        ORDER BY id DESC LIMIT $7";
    let [lower, exact] = filter.patterns();
    let (before, kind) = (filter.before.unwrap_or(i64::MAX), filter.kind.to_ascii_lowercase());
    let (since, until) = (filter.since.unwrap_or(i64::MIN), filter.until.unwrap_or(i64::MAX));
    let (key, target) = (&filter.key, &filter.target);
    let params = params![app, before, key, &kind, &lower, &exact, limit, target, since, until, from];
    conn.query(sql, params)?.iter().map(logged).collect()
}

/// The newest changes to what is called so, at most `limit`, newest first: of the newest `among` changes, since there is
/// no index by name.
pub fn about(
    conn: &mut Conn<'_>,
    app: i64,
    target: &str,
    among: i64,
    limit: i64,
) -> Result<Vec<Logged<Entry>>> {
    let sql = "SELECT id, time, actor, action, target, ip, changes FROM
                   (SELECT * FROM audit WHERE app = $1 ORDER BY id DESC LIMIT $3) newest
               WHERE target = $2 ORDER BY id DESC LIMIT $4";
    conn.query(sql, params![app, target, among, limit])?.iter().map(logged).collect()
}

fn logged(row: &Row) -> Result<Logged<Entry>> {
    let entry = Entry {
        actor: row.get(2)?,
        action: row.get(3)?,
        target: row.get(4)?,
        ip: row.get(5)?,
        changes: row.get(6)?,
    };
    Ok(Logged { id: row.get(0)?, time: row.get(1)?, entry })
}
