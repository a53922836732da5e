//! Licenses of a list on their way in: staged first, where nobody sees them, then made by a job in slices, so that neither
//! a broken connection leaves a half nor others wait for a hundred thousand rows. What is made is under numbers that are
//! kept for the list, and is seen by nobody before the last one is there; the transaction of the last slice shows all of it.

use crate::{
    Conn, Range, Result,
    db::Value,
    licenses::{self, NewLicense},
    params, tokens,
};

/// A license that is staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Its key.
    pub key: String,
    /// Seconds that it is worth.
    pub duration: i64,
    /// Level, which decides the subscriptions.
    pub level: String,
    /// Remark of the seller.
    pub note: Option<String>,
    /// Name of who used it.
    pub used_by: Option<String>,
    /// Number of that user, if there is such a user.
    pub user: Option<i64>,
    /// Token of the token system.
    pub token: String,
}

/// Rows that one statement adds.
const TOGETHER: usize = 100;

/// Begins an import; returns its number.
pub fn begin(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<i64> {
    let import = conn.next_serials(app, "imports", 1)?;
    conn.execute("INSERT INTO imports (app, import, begun) VALUES ($1, $2, $3)", params![app, import, now])?;
    Ok(import)
}

/// Stages licenses of an import behind `after`, which is how many there are already.
pub fn stage(conn: &mut Conn<'_>, app: i64, import: i64, after: i64, rows: &[Staged]) -> Result<()> {
    for (chunk, some) in rows.chunks(TOGETHER).enumerate() {
        let first = after + 1 + (chunk * TOGETHER) as i64;
        let mut values = vec![Value::from(app), Value::from(import)];
        let mut places = Vec::new();
        for (n, row) in (first..).zip(some) {
            let at = values.len();
            let of_row: Vec<String> = (at + 1..).take(8).map(|place| format!("${place}")).collect();
            places.push(format!("($1, $2, {})", of_row.join(", ")));
            values.extend([
                Value::from(n),
                Value::from(&row.key),
                Value::from(row.duration),
                Value::from(&row.level),
                Value::from(row.note.as_ref()),
                Value::from(row.used_by.as_ref()),
                Value::from(row.user),
                Value::from(&row.token),
            ]);
        }
        let sql = format!(
            "INSERT INTO import_rows (app, import, n, key, duration, level, note, used_by, user_id, token) VALUES {}",
            places.join(", ")
        );
        conn.execute(&sql, &values)?;
    }
    Ok(())
}

/// The first of the numbers of an import's licenses; from the first slice on these are unseen.
fn first_number(conn: &mut Conn<'_>, app: i64, import: i64) -> Result<i64> {
    let kept = "SELECT first FROM imports WHERE app = $1 AND import = $2";
    let kept = conn.query_one(kept, params![app, import])?.map(|row| row.get(0)).transpose()?;
    if let Some(first) = kept.flatten() {
        return Ok(first);
    }
    let staged = "SELECT COALESCE(MAX(n), 0) FROM import_rows WHERE app = $1 AND import = $2";
    let staged: i64 = conn.query_one(staged, params![app, import])?.map_or(Ok(0), |row| row.get(0))?;
    let first = conn.next_serials(app, "licenses", staged.max(1))?;
    conn.execute(
        "UPDATE imports SET first = $3, last = $4 WHERE app = $1 AND import = $2",
        params![app, import, first, first + staged - 1],
    )?;
    Ok(first)
}

/// Lets everybody see the licenses of an import: the last one is made.
pub(crate) fn show(conn: &mut Conn<'_>, app: i64, import: i64) -> Result<()> {
    let sql = "UPDATE imports SET first = NULL, last = NULL WHERE app = $1 AND import = $2";
    conn.execute(sql, params![app, import])?;
    Ok(())
}

/// Deletes licenses of an import that was given up, of `limit` numbers; whether there were any left. Nobody has seen them.
pub fn drop_made(conn: &mut Conn<'_>, app: i64, import: i64, limit: i64) -> Result<bool> {
    let sql = "SELECT first, last FROM imports WHERE app = $1 AND import = $2 AND first IS NOT NULL";
    let Some(row) = conn.query_one(sql, params![app, import])? else { return Ok(false) };
    let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
    let upto = last.min(first.saturating_add(limit - 1));
    licenses::delete_range(conn, app, Range { after: first - 1, last: upto }, None)?;
    if upto >= last {
        show(conn, app, import)?;
    } else {
        let sql = "UPDATE imports SET first = $3 WHERE app = $1 AND import = $2";
        conn.execute(sql, params![app, import, upto + 1])?;
    }
    Ok(true)
}

/// Makes the licenses of an import after number `after`, at most `limit`, as of `now`, and lets go of what was staged.
/// Returns the number of the last one, how many there were, and how many were made: keys may have been taken meanwhile.
pub(crate) fn carry_out(
    conn: &mut Conn<'_>,
    app: i64,
    (import, genby): (i64, &str),
    (after, limit): (i64, i64),
    now: i64,
) -> Result<(Option<i64>, i64, i64)> {
    let sql = "SELECT n, key, duration, level, note, used_by, user_id, token FROM import_rows
               WHERE app = $1 AND import = $2 AND n > $3 ORDER BY n LIMIT $4";
    let mut rows = Vec::new();
    let mut last = None;
    for row in conn.query(sql, params![app, import, after, limit])? {
        last = Some(row.get(0)?);
        rows.push(Staged {
            key: row.get(1)?,
            duration: row.get(2)?,
            level: row.get(3)?,
            note: row.get(4)?,
            used_by: row.get(5)?,
            user: row.get(6)?,
            token: row.get(7)?,
        });
    }
    let Some(upto) = last else { return Ok((None, 0, 0)) };
    // Numbered as they were staged, from 1 on without gaps.
    let first = first_number(conn, app, import)? + upto - rows.len() as i64;
    let new: Vec<NewLicense<'_>> = rows
        .iter()
        .map(|row| NewLicense {
            key: &row.key,
            duration: row.duration,
            level: &row.level,
            note: row.note.as_deref(),
            genby,
            gendate: now,
            used: row.used_by.as_deref().map(|name| (row.user, name)),
        })
        .collect();
    let added = licenses::insert_numbered(conn, app, first, &new)?;
    let of_license = |(place, id): &(usize, i64)| {
        let row = &rows[*place];
        (row.token.clone(), tokens::Owner { kind: tokens::LICENSE, id: *id, name: &row.key })
    };
    tokens::insert_many(conn, app, &added.iter().map(of_license).collect::<Vec<_>>())?;
    let sql = "DELETE FROM import_rows WHERE app = $1 AND import = $2 AND n <= $3";
    conn.execute(sql, params![app, import, upto])?;
    Ok((last, rows.len() as i64, added.len() as i64))
}

/// Lets go of what was staged, at most `limit` rows; returns how many.
pub fn drop_staged(conn: &mut Conn<'_>, app: i64, import: i64, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM import_rows WHERE app = $1 AND import = $2 AND n <=
               (SELECT COALESCE(MIN(n), 0) FROM import_rows WHERE app = $1 AND import = $2) + $3";
    conn.execute(sql, params![app, import, limit - 1])
}

/// An import of any application that was begun before `second` and that no job carries out: it is done, or whoever began it
/// gave up.
pub fn abandoned(conn: &mut Conn<'_>, second: i64) -> Result<Option<(i64, i64)>> {
    let sql = "SELECT app, import FROM imports WHERE begun < $1 AND NOT EXISTS (SELECT 1 FROM bulk_jobs j
                   WHERE j.app = imports.app AND j.kind = 'import_licenses' AND j.amount = imports.import) LIMIT 1";
    conn.query_one(sql, params![second])?.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// Forgets an import of which nothing is staged any more.
pub fn forget(conn: &mut Conn<'_>, app: i64, import: i64) -> Result<()> {
    conn.execute("DELETE FROM imports WHERE app = $1 AND import = $2", params![app, import])?;
    Ok(())
}
