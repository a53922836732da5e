//! The jobs that wait, and their slices.

use super::{
    change::{Change, Decision},
    watched,
};
use crate::{
    Conn, Range, Result, StoreError, gone, imports, params,
    pending::{IMPORT_LICENSES, LICENSE_IS_THERE},
    sessions::shared,
    users,
};

/// How often in a row a slice may fail before its job is given up: those behind it wait.
const TRIES: i64 = 5;

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The job, if more is left than the first slice.
    pub job: Option<i64>,
    /// Rows that the first slice changed, if it was the oldest job.
    pub changed: i64,
}

/// What a slice did.
#[derive(Clone, Copy, Debug, Default)]
struct Slice {
    /// Where the next one goes on.
    next: Option<i64>,
    /// Rows that it looked at.
    rows: i64,
    /// Rows that it changed.
    changed: i64,
    /// Whether nothing is left.
    last: bool,
}

/// As [`decide`], by nobody in particular; returns the job if more is left.
pub fn begin(conn: &mut Conn<'_>, app: i64, change: &Change, now: i64, rows: i64) -> Result<Option<i64>> {
    Ok(decide(conn, app, Decision { change, by: "", total: None, now }, rows)?.job)
}

/// Decides a change and does a first slice of `rows` rows.
pub fn decide(conn: &mut Conn<'_>, app: i64, decision: Decision<'_>, rows: i64) -> Result<Begun> {
    let Decision { change, now, .. } = decision;
    // What is not there yet is not meant.
    let rows_of = match change.is_of_licenses() {
        true => format!("licenses WHERE app = $1 AND {LICENSE_IS_THERE}"),
        false => "users WHERE app = $1".into(),
    };
    // Each by itself: SQLite would go through all rows for both at once.
    let end = |conn: &mut Conn<'_>, which| {
        let row = conn.query_one(&format!("SELECT {which}(id) FROM {rows_of}"), params![app])?;
        row.map_or(Ok(None), |row| row.get::<Option<i64>>(0))
    };
    let (oldest, newest) = (end(conn, "MIN")?, end(conn, "MAX")?);
    let upto = newest.unwrap_or(0);
    let id = conn.next_serials(app, "bulk_jobs", 1)?;
    let columns = change.columns();
    conn.execute(
        "INSERT INTO bulk_jobs (app, id, kind, name, value, amount, flag, decided, upto, done)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
        params![
            app,
            id,
            columns.kind,
            &columns.name,
            &columns.value,
            columns.amount,
            columns.flag,
            now,
            upto
        ],
    )?;
    // Of an application that is gone nobody watches anything.
    if *change != Change::DeleteApp {
        let first = oldest.map_or(0, |oldest| oldest - 1);
        watched::add(conn, app, id, &decision, &columns, (first, upto))?;
    }
    step(conn, app, rows, now)?;
    if !is_pending(conn, app, id)? {
        return Ok(Begun { job: None, changed: watched::take(conn, app, id)? });
    }
    if change.ends_sessions() {
        // The slices find them one by one; all at once is sooner, and programs may begin again.
        shared::raise_generation(conn, app)?;
    }
    Ok(Begun { job: Some(id), changed: 0 })
}

/// Does a slice of the oldest job of an application; returns whether there was one. `now` is noted at the end.
pub fn step(conn: &mut Conn<'_>, app: i64, rows: i64, now: i64) -> Result<bool> {
    let sql = format!(
        "SELECT kind, name, value, amount, flag, decided, upto, done, id FROM bulk_jobs WHERE app = $1
         ORDER BY id LIMIT 1{}",
        conn.for_update()
    );
    let Some(job) = conn.query_one(&sql, params![app])? else { return Ok(false) };
    let change = Change::from_row(&job)?;
    let (decided, upto, after, id): (i64, i64, i64, i64) =
        (job.get(5)?, job.get(6)?, job.get(7)?, job.get(8)?);
    let slice = match &change {
        Change::DeleteApp => match gone::remove(conn, app, after, rows)? {
            Some(next) => Slice { next: Some(next), ..Slice::default() },
            None => {
                // The job goes with the rest.
                delete_counters(conn, app)?;
                return Ok(true);
            }
        },
        Change::ImportLicenses { import, genby } => {
            let (next, rows_seen, changed) =
                imports::carry_out(conn, app, (*import, genby), (after, rows), decided)?;
            let last = rows_seen < rows;
            if last {
                imports::show(conn, app, *import)?;
            }
            Slice { next, rows: rows_seen, changed, last }
        }
        change => over_rows(conn, app, change, Range { after, last: upto }, (decided, rows))?,
    };
    if let Some(next) = slice.next {
        conn.execute("UPDATE bulk_jobs SET done = $3 WHERE app = $1 AND id = $2", params![app, id, next])?;
    }
    watched::note(conn, app, id, slice.next, (slice.rows, slice.changed))?;
    if slice.last {
        conn.execute("DELETE FROM bulk_jobs WHERE app = $1 AND id = $2", params![app, id])?;
        watched::end(conn, app, id, None, now)?;
    }
    Ok(true)
}

/// So many times as many rows as a slice may change are looked at for those that a filter means.
const LOOKED_FOR: i64 = 8;

/// A slice of a change that goes over users or licenses by their numbers.
fn over_rows(
    conn: &mut Conn<'_>,
    app: i64,
    change: &Change,
    left: Range,
    (decided, rows): (i64, i64),
) -> Result<Slice> {
    let is_filtered = matches!(change, Change::OnLicenses { .. } | Change::OnUsers { .. });
    let most = if is_filtered { rows * LOOKED_FOR } else { rows };
    let (count, last) = first_of(conn, app, change, left, most)?;
    let mut slice = Slice { next: last, rows: count, changed: 0, last: count < most };
    let Some(last) = last else { return Ok(slice) };
    let range = Range { after: left.after, last };
    if let Some(found) = change.wanted_in(conn, app, range, (rows, decided))? {
        if found.last < last {
            let looked = Range { after: left.after, last: found.last };
            slice.rows = first_of(conn, app, change, looked, most)?.0;
            (slice.next, slice.last) = (Some(found.last), false);
        }
        slice.changed = change.apply_to(conn, app, &found.ids, decided)?;
        return Ok(slice);
    }
    if !change.is_of_licenses() {
        users::lock_range(conn, app, range)?;
    }
    slice.changed = change.apply(conn, app, (range, count), decided)?;
    Ok(slice)
}

/// How many rows of a range there are, at most so many, and the number of the last of these.
fn first_of(
    conn: &mut Conn<'_>,
    app: i64,
    change: &Change,
    range: Range,
    most: i64,
) -> Result<(i64, Option<i64>)> {
    let table = if change.is_of_licenses() { "licenses" } else { "users" };
    let sql = format!(
        "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM {table} WHERE app = $1 AND id > $2 AND id <= $3
         ORDER BY id LIMIT $4) slice"
    );
    let found = conn.query_one(&sql, params![app, range.after, range.last, most])?;
    let found = found.ok_or(StoreError::Closed)?;
    Ok((found.get(0)?, found.get(1)?))
}

/// Notes that a slice of an application's oldest job failed, not for now only; gives the job up after some tries in a
/// row. Returns the job that was given up.
pub fn failed(conn: &mut Conn<'_>, app: i64, why: &str, now: i64) -> Result<Option<i64>> {
    let sql =
        format!("SELECT id, kind FROM bulk_jobs WHERE app = $1 ORDER BY id LIMIT 1{}", conn.for_update());
    let Some(row) = conn.query_one(&sql, params![app])? else { return Ok(None) };
    let (id, kind): (i64, String) = (row.get(0)?, row.get(1)?);
    if watched::count_failure(conn, app, id)? < TRIES {
        return Ok(None);
    }
    conn.execute("DELETE FROM bulk_jobs WHERE app = $1 AND id = $2", params![app, id])?;
    if kind == IMPORT_LICENSES {
        // What was made of the list stays unseen, until it is swept away.
        watched::undone(conn, app, id)?;
    }
    watched::end(conn, app, id, Some(why), now)?;
    Ok(Some(id))
}

/// The last that goes of an application.
fn delete_counters(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    for table in ["bulk_jobs", "jobs", "counters"] {
        conn.execute(&format!("DELETE FROM {table} WHERE app = $1"), params![app])?;
    }
    Ok(())
}

/// Whether a job is not finished.
pub fn is_pending(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<bool> {
    Ok(conn.query_one("SELECT 1 FROM bulk_jobs WHERE app = $1 AND id = $2", params![app, id])?.is_some())
}

/// Whether an application has jobs, so that what is there now is not what will be.
pub fn any_pending(conn: &mut Conn<'_>, app: i64) -> Result<bool> {
    Ok(conn.query_one("SELECT 1 FROM bulk_jobs WHERE app = $1 LIMIT 1", params![app])?.is_some())
}

/// Applications that have jobs.
pub fn apps(conn: &mut Conn<'_>) -> Result<Vec<i64>> {
    conn.query("SELECT DISTINCT app FROM bulk_jobs", &[])?.iter().map(|row| row.get(0)).collect()
}
