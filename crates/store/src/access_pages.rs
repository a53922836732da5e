//! Pages of the blacklist and the whitelist: filtered, quick however many entries there are.

use std::time::{Duration, Instant};

use crate::{
    Conn, Result, Row,
    access::{self, Blacklisted},
    db::Value,
    params,
};

/// Rows looked at by one statement.
const PART: i64 = 20_000;
/// Condition for what has not ended at `$2`.
const LASTS: &str = "(until IS NULL OR until > $2)";

/// Which entries of the blacklist are wanted: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only what a hand added (`true`), or bans (`false`).
    pub by_hand: Option<bool>,
    /// Only with this text in the value or the reason, in any case; empty: all.
    pub text: String,
}

/// A page, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub rows: Vec<T>,
    /// The key after which the next page begins; `None`: this is the last one.
    pub next: Option<Vec<String>>,
    /// So many rows were looked at, and then it took too long: the next page goes on from there.
    pub looked: Option<u64>,
}

/// An exemption from the check for VPNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exempt {
    /// The address or network.
    pub network: String,
    /// Unix second.
    pub added: i64,
    /// Unix second from which it counts no more.
    pub until: Option<i64>,
}

/// Keys of rows that are wanted.
struct Keys {
    found: Vec<Vec<String>>,
    /// So many rows were looked at, if that took too long.
    looked: Option<u64>,
    /// Where it ended then.
    stopped: Vec<String>,
}

/// The table that is walked, and the conditions besides.
struct Walk<'a> {
    table: &'static str,
    /// The columns of the key, without the application.
    key: &'static [&'static str],
    /// Where a text is looked for.
    texts: &'static [&'static str],
    kind: Option<&'a str>,
    by_hand: Option<bool>,
    text: &'a str,
}

impl Walk<'_> {
    /// The keys of what is wanted, after a key, at most `limit`.
    fn keys(
        &self,
        conn: &mut Conn<'_>,
        [app, now]: [i64; 2],
        after: &[String],
        limit: usize,
        patience: Duration,
    ) -> Result<Keys> {
        let mut after: Vec<String> =
            if after.len() == self.key.len() { after.to_vec() } else { vec![String::new(); self.key.len()] };
        let (begun, mut found, mut looked) = (Instant::now(), Vec::new(), 0);
        loop {
            let last = self.end_of_part(conn, app, &after)?;
            let left = limit - found.len();
            found.extend(self.part(conn, [app, now], &after, last.as_deref(), left)?);
            let Some(last) = last.filter(|_| found.len() < limit) else {
                return Ok(Keys { found, looked: None, stopped: after });
            };
            looked += PART as u64;
            after = last;
            if begun.elapsed() >= patience {
                return Ok(Keys { found, looked: Some(looked), stopped: after });
            }
        }
    }

    /// The key of the last of the next rows; `None` when there are no more than a part.
    fn end_of_part(&self, conn: &mut Conn<'_>, app: i64, after: &[String]) -> Result<Option<Vec<String>>> {
        let (Self { table, .. }, columns) = (self, self.key.join(", "));
        let mut values = vec![Value::from(app)];
        let places = places(&mut values, after);
        values.push((PART - 1).into());
        let offset = values.len();
        let sql = format!(
            "SELECT {columns} FROM {table} WHERE app = $1 AND ({columns}) > ({places}) ORDER BY {columns}
             LIMIT 1 OFFSET ${offset}"
        );
        conn.query_one(&sql, &values)?.map(|row| self.key_of(&row)).transpose()
    }

    fn part(
        &self,
        conn: &mut Conn<'_>,
        [app, now]: [i64; 2],
        after: &[String],
        last: Option<&[String]>,
        limit: usize,
    ) -> Result<Vec<Vec<String>>> {
        let (Self { table, .. }, columns) = (self, self.key.join(", "));
        let (lower, position) = (self.text.to_lowercase(), conn.position());
        let mut values = vec![Value::from(app), Value::from(now)];
        let mut sql = format!("SELECT {columns} FROM {table} WHERE app = $1 AND {LASTS}");
        sql += &format!(" AND ({columns}) > ({})", places(&mut values, after));
        if let Some(last) = last {
            sql += &format!(" AND ({columns}) <= ({})", places(&mut values, last));
        }
        if let Some(kind) = self.kind {
            values.push(kind.into());
            sql += &format!(" AND kind = ${}", values.len());
        }
        match self.by_hand {
            Some(true) => sql += " AND source = 0",
            Some(false) => sql += " AND source <> 0",
            None => {}
        }
        if !self.text.is_empty() {
            values.push((&lower).into());
            let small = values.len();
            values.push(self.text.into());
            // The databases differ in which letters they make lower.
            let has = |column: &&str| {
                let lowered = format!("lower({column}{})", conn.by_bytes());
                format!("{position}({lowered}, ${small}) > 0 OR {position}({column}, ${}) > 0", small + 1)
            };
            let any: Vec<String> = self.texts.iter().map(has).collect();
            sql += &format!(" AND ({})", any.join(" OR "));
        }
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        sql += &format!(" GROUP BY {columns} ORDER BY {columns} LIMIT ${}", values.len());
        conn.query(&sql, &values)?.iter().map(|row| self.key_of(row)).collect()
    }

    fn key_of(&self, row: &Row) -> Result<Vec<String>> {
        (0..self.key.len()).map(|index| row.get(index)).collect()
    }
}

/// Adds values; tells their places.
fn places<'a>(values: &mut Vec<Value<'a>>, more: &'a [String]) -> String {
    let places = more.iter().map(|value| {
        values.push(value.into());
        format!("${}", values.len())
    });
    places.collect::<Vec<_>>().join(", ")
}

/// A page of the blacklist at `now`, in the order of kind and value.
///
/// # Errors
/// Whatever the database refuses.
pub fn blacklist_page(
    conn: &mut Conn<'_>,
    [app, now]: [i64; 2],
    filter: &EntryFilter,
    after: &[String],
    limit: usize,
    patience: Duration,
) -> Result<Page<Blacklisted>> {
    let walk = Walk {
        table: "blacklist_reasons",
        key: &["kind", "value"],
        texts: &["value", "reason"],
        kind: filter.kind.as_deref(),
        by_hand: filter.by_hand,
        text: &filter.text,
    };
    page(conn, &walk, [app, now], (after, limit, patience), |conn, key| match key {
        [kind, value] => access::entry(conn, app, kind, value, now),
        _ => Ok(None),
    })
}

/// A page of the whitelist at `now`, in the order of the networks' texts.
///
/// # Errors
/// Whatever the database refuses.
pub fn whitelist_page(
    conn: &mut Conn<'_>,
    [app, now]: [i64; 2],
    text: &str,
    after: &[String],
    limit: usize,
    patience: Duration,
) -> Result<Page<Exempt>> {
    let walk = Walk { table: "whitelist", key: &["ip"], texts: &["ip"], kind: None, by_hand: None, text };
    page(conn, &walk, [app, now], (after, limit, patience), |conn, key| {
        let sql = "SELECT ip, added, until FROM whitelist WHERE app = $1 AND ip = $2";
        let row = conn.query_one(sql, params![app, &key[0]])?;
        let read = |row: Row| Ok(Exempt { network: row.get(0)?, added: row.get(1)?, until: row.get(2)? });
        row.map(read).transpose()
    })
}

fn page<T>(
    conn: &mut Conn<'_>,
    walk: &Walk<'_>,
    app_and_now: [i64; 2],
    (after, limit, patience): (&[String], usize, Duration),
    mut read: impl FnMut(&mut Conn<'_>, &[String]) -> Result<Option<T>>,
) -> Result<Page<T>> {
    // One more tells whether there is a next page.
    let Keys { found: mut keys, looked, stopped } =
        walk.keys(conn, app_and_now, after, limit.saturating_add(1), patience)?;
    let more = keys.len() > limit;
    keys.truncate(limit);
    let next = if more { keys.last().cloned() } else { looked.map(|_| stopped) };
    let mut rows = Vec::with_capacity(keys.len());
    for key in &keys {
        rows.extend(read(conn, key)?);
    }
    Ok(Page { rows, next, looked })
}

/// How many entries the blacklist, or the whitelist, has at `now`, counted no further than to `most`.
///
/// # Errors
/// Whatever the database refuses.
pub fn count_up_to(conn: &mut Conn<'_>, [app, now]: [i64; 2], black: bool, most: i64) -> Result<i64> {
    let rows = if black {
        format!("SELECT 1 FROM blacklist_reasons WHERE app = $1 AND {LASTS} GROUP BY kind, value LIMIT $3")
    } else {
        format!("SELECT 1 FROM whitelist WHERE app = $1 AND {LASTS} LIMIT $3")
    };
    let row = conn.query_one(&format!("SELECT COUNT(*) FROM ({rows}) counted"), params![app, now, most])?;
    row.map_or(Ok(0), |row| row.get(0))
}
