//! Looking through what programs wrote, however much it is: newest first, for as long as the caller has patience.

use std::time::{Duration, Instant};

use crate::{
    Conn, Result,
    db::Value,
    logs::{self, Log},
    params,
};

/// Numbers of lines that one statement goes through.
const PART: i64 = 20_000;
/// Lines are numbered in the order in which they were written, but clocks of nodes may differ by so many seconds.
const CLOCKS_DIFFER: i64 = 600;

/// Which lines are wanted: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Of the user of this name, in any case; empty: of whomever.
    pub user: String,
    /// Of the computer, or its user, of this name, in any case; empty: of whichever.
    pub pc: String,
    /// With this text somewhere in it, in any case; empty: all.
    pub text: String,
    /// Whether somebody was signed in.
    pub signed_in: Option<bool>,
    /// Written at this second or later.
    pub since: Option<i64>,
    /// Written before this second.
    pub until: Option<i64>,
}

impl LineFilter {
    /// Whether a line is among them.
    pub fn admits(&self, line: &Log) -> bool {
        let is = |wanted: &str, value: Option<&String>| {
            wanted.is_empty() || value.is_some_and(|value| value.to_lowercase() == wanted.to_lowercase())
        };
        is(&self.user, line.credential.as_ref())
            && is(&self.pc, line.pc_user.as_ref())
            && (self.text.is_empty() || line.message.to_lowercase().contains(&self.text.to_lowercase()))
            && self.signed_in.is_none_or(|signed_in| line.credential.is_some() == signed_in)
            && self.since.is_none_or(|since| line.written >= since)
            && self.until.is_none_or(|until| line.written < until)
    }
}

/// A page of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePage {
    /// The lines, the newest first.
    pub rows: Vec<Log>,
    /// The next page has lines before this number; `None`: this is the last one.
    pub next: Option<i64>,
    /// So many numbers were gone through, and then it took too long: the next page goes on from there.
    pub looked: Option<u64>,
}

/// The newest lines that are wanted before a number, at most `limit`.
///
/// # Errors
/// Whatever the database refuses.
pub fn page(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LineFilter,
    before: Option<i64>,
    limit: usize,
    patience: Duration,
) -> Result<LinePage> {
    let (begun, mut rows, mut looked) = (Instant::now(), Vec::new(), 0);
    let ends = conn.query_one("SELECT MIN(id), MAX(id) FROM logs WHERE app = $1", params![app])?;
    let (first, last): (Option<i64>, Option<i64>) = match &ends {
        Some(row) => (row.get(0)?, row.get(1)?),
        None => (None, None),
    };
    let (Some(first), Some(last)) = (first, last) else {
        return Ok(LinePage { rows, next: None, looked: None });
    };
    let mut before = before.unwrap_or(i64::MAX).min(last.saturating_add(1));
    while before > first {
        let from = before.saturating_sub(PART).max(first);
        // One more tells whether there is a next page.
        rows.extend(part(conn, app, filter, from, before, limit + 1 - rows.len())?);
        if rows.len() > limit {
            rows.truncate(limit);
            let next = rows.last().map(|line: &Log| line.id);
            return Ok(LinePage { rows, next, looked: None });
        }
        looked += (before - from).unsigned_abs();
        before = from;
        if before > first && is_over(conn, app, filter, before)? {
            break;
        }
        if before > first && begun.elapsed() >= patience {
            return Ok(LinePage { rows, next: Some(before), looked: Some(looked) });
        }
    }
    Ok(LinePage { rows, next: None, looked: None })
}

/// Whether all lines before a number are older than what is wanted.
fn is_over(conn: &mut Conn<'_>, app: i64, filter: &LineFilter, before: i64) -> Result<bool> {
    let Some(since) = filter.since else { return Ok(false) };
    let sql = "SELECT written FROM logs WHERE app = $1 AND id < $2 ORDER BY id DESC LIMIT 1";
    let newest = conn.query_one(sql, params![app, before])?;
    let newest: Option<i64> = newest.map(|row| row.get(0)).transpose()?;
    Ok(newest.is_none_or(|written| written < since.saturating_sub(CLOCKS_DIFFER)))
}

fn part(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LineFilter,
    from: i64,
    before: i64,
    limit: usize,
) -> Result<Vec<Log>> {
    let lower = [&filter.user, &filter.pc, &filter.text].map(|text| text.to_lowercase());
    let exact = [&filter.user, &filter.pc, &filter.text];
    let (position, bytes) = (conn.position(), conn.by_bytes());
    let mut values = vec![Value::from(app), Value::from(from), Value::from(before)];
    let mut sql = format!("SELECT {} FROM logs WHERE app = $1 AND id >= $2 AND id < $3", logs::COLUMNS);
    for (index, column) in ["credential", "pc_user", "message"].into_iter().enumerate() {
        if exact[index].is_empty() {
            continue;
        }
        values.extend([Value::from(&lower[index]), Value::from(exact[index])]);
        let (small, as_is) = (values.len() - 1, values.len());
        // The databases differ in which letters they make lower.
        sql += &match column {
            "message" => format!(
                " AND ({position}(lower(message{bytes}), ${small}) > 0 OR {position}(message, ${as_is}) > 0)"
            ),
            _ => format!(" AND (lower({column}{bytes}) = ${small} OR {column} = ${as_is})"),
        };
    }
    match filter.signed_in {
        Some(true) => sql += " AND credential IS NOT NULL",
        Some(false) => sql += " AND credential IS NULL",
        None => {}
    }
    for (bound, compares) in [(filter.since, ">="), (filter.until, "<")] {
        if let Some(second) = bound {
            values.push(second.into());
            sql += &format!(" AND written {compares} ${}", values.len());
        }
    }
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    sql += &format!(" ORDER BY id DESC LIMIT ${}", values.len());
    conn.query(&sql, &values)?.iter().map(logs::log).collect()
}
