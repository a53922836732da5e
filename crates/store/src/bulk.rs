//! Changes of all users or licenses of an application, which may be a million.
//!
//! A change is decided in one transaction, which notes it as a job, and carried out in slices of rows, so that it does not
//! keep others from writing. A job that fits one slice is decided and carried out at once. A job outlives a crash: whoever
//! finds it goes on after the last slice. Jobs of an application run in the order of their decisions, each as of the second
//! in which it was decided.

use claviger_domain::{LicenseStatus, Term};

use crate::{
    Conn, Range, Result, Row, StoreError, gone, licenses, params,
    pending::DELETE_USERS,
    sessions::shared,
    user_subscriptions::{self, Extension},
    users, variables,
};

/// How the value of an extension begins, whose amount is a duration or an end, and how it ends while the application is
/// paused. Jobs of before dates could be said have an empty one.
const FOR: &str = "for";
const UNTIL: &str = "until";
const WAITS: &str = " paused";

/// What is to be done. Durations are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Deletes all users. They are gone at once for whoever looks.
    DeleteUsers,
    /// Deletes users none of whose subscriptions runs or is paused.
    DeleteExpiredUsers,
    /// Forgets the devices of all users.
    ResetUsers,
    /// Sets a variable of all users.
    SetVariable(variables::UserVariable),
    /// Deletes the variable of a name of all users.
    DeleteVariable(String),
    /// Prolongs the subscription of a name; unless `active_only`, users without it get it.
    Extend {
        /// Its name.
        subscription: String,
        /// How it is prolonged.
        with: Extension,
    },
    /// Shortens the subscription of a name.
    Subtract {
        /// Its name.
        subscription: String,
        /// How much shorter.
        seconds: i64,
    },
    /// Pauses what runs.
    Pause(user_subscriptions::Pause),
    /// Lets what was paused go on.
    Unpause(user_subscriptions::Pause),
    /// Lets what the vendor paused of a name go on with the application.
    HandOver(String),
    /// Makes unused licenses worth more.
    AddTime(i64),
    /// Deletes licenses of a status (`None`: all).
    DeleteLicenses(Option<LicenseStatus>),
    /// Removes what is left of an application that was deleted, in all tables.
    DeleteApp,
}

/// A change as a row of the table.
#[derive(Default)]
struct Columns {
    kind: &'static str,
    name: String,
    value: String,
    amount: i64,
    flag: bool,
}

impl Change {
    /// Whether it goes over licenses; else over users.
    fn is_of_licenses(&self) -> bool {
        matches!(self, Self::AddTime(_) | Self::DeleteLicenses(_))
    }

    /// Whether the sessions of all users end.
    fn ends_sessions(&self) -> bool {
        matches!(self, Self::DeleteUsers | Self::ResetUsers)
    }

    fn columns(&self) -> Columns {
        let plain = |kind| Columns { kind, ..Columns::default() };
        match self {
            Self::DeleteUsers => plain(DELETE_USERS),
            Self::DeleteApp => plain("delete_app"),
            Self::DeleteExpiredUsers => plain("delete_expired_users"),
            Self::ResetUsers => plain("reset_users"),
            Self::SetVariable(new) => Columns {
                name: new.name.clone(),
                value: new.value.clone(),
                flag: new.read_only,
                ..plain("set_variable")
            },
            Self::DeleteVariable(name) => Columns { name: name.clone(), ..plain("delete_variable") },
            Self::Extend { subscription, with } => {
                let (value, amount) = match with.term {
                    Term::For(seconds) => (FOR, seconds),
                    Term::Until(end) => (UNTIL, end),
                };
                let paused = if with.app_paused { WAITS } else { "" };
                Columns {
                    name: subscription.clone(),
                    value: format!("{value}{paused}"),
                    amount,
                    flag: with.active_only,
                    ..plain("extend")
                }
            }
            Self::Subtract { subscription, seconds } => {
                Columns { name: subscription.clone(), amount: *seconds, ..plain("subtract") }
            }
            Self::Pause(pause) => of_pause("pause", pause),
            Self::Unpause(pause) => of_pause("unpause", pause),
            Self::HandOver(name) => Columns { name: name.clone(), ..plain("hand_over") },
            Self::AddTime(seconds) => Columns { amount: *seconds, ..plain("add_time") },
            Self::DeleteLicenses(status) => Columns {
                name: status.map(|status| status.as_str().into()).unwrap_or_default(),
                ..plain("delete_licenses")
            },
        }
    }

    fn from_row(row: &Row) -> Result<Self> {
        let kind: String = row.get(0)?;
        let (name, value): (String, String) = (row.get(1)?, row.get(2)?);
        let (amount, flag): (i64, bool) = (row.get(3)?, row.get(4)?);
        let pause = |subscription: String| user_subscriptions::Pause {
            subscription: Some(subscription).filter(|name| !name.is_empty()),
            by_app: flag,
        };
        Ok(match kind.as_str() {
            DELETE_USERS => Self::DeleteUsers,
            "delete_app" => Self::DeleteApp,
            "delete_expired_users" => Self::DeleteExpiredUsers,
            "reset_users" => Self::ResetUsers,
            "set_variable" => Self::SetVariable(variables::UserVariable { name, value, read_only: flag }),
            "delete_variable" => Self::DeleteVariable(name),
            "extend" => {
                let until = value.starts_with(UNTIL);
                let term = if until { Term::Until(amount) } else { Term::For(amount) };
                let app_paused = value.ends_with(WAITS);
                Self::Extend { subscription: name, with: Extension { term, active_only: flag, app_paused } }
            }
            "subtract" => Self::Subtract { subscription: name, seconds: amount },
            "pause" => Self::Pause(pause(name)),
            "unpause" => Self::Unpause(pause(name)),
            "hand_over" => Self::HandOver(name),
            "add_time" => Self::AddTime(amount),
            "delete_licenses" => Self::DeleteLicenses(name.parse().ok()),
            _ => return Err(StoreError::Unexpected(format!("bulk job {kind}"))),
        })
    }

    /// Does it for some rows, as of `decided`.
    fn apply(&self, conn: &mut Conn<'_>, app: i64, range: Range, decided: i64) -> Result<()> {
        match self {
            Self::DeleteUsers => users::delete_range(conn, app, range)?,
            Self::DeleteExpiredUsers => users::delete_expired(conn, app, range, decided)?,
            Self::ResetUsers => users::reset_range(conn, app, range)?,
            Self::SetVariable(new) => variables::set_of_users(conn, app, range, new)?,
            Self::DeleteVariable(name) => drop(variables::delete_of_users(conn, app, range, name)?),
            Self::Extend { subscription, with } => {
                user_subscriptions::extend(conn, app, range, subscription, *with, decided)?;
            }
            Self::Subtract { subscription, seconds } => {
                user_subscriptions::subtract(conn, app, range, subscription, *seconds, decided)?;
            }
            Self::Pause(pause) => drop(user_subscriptions::pause(conn, app, range, pause, decided)?),
            Self::Unpause(pause) => drop(user_subscriptions::unpause(conn, app, range, pause, decided)?),
            Self::HandOver(name) => {
                user_subscriptions::hand_over(conn, app, range, Some(name), decided)?;
            }
            Self::AddTime(seconds) => drop(licenses::add_time(conn, app, range, *seconds)?),
            Self::DeleteLicenses(status) => drop(licenses::delete_range(conn, app, range, *status)?),
            // Goes over all tables, not over rows of one.
            Self::DeleteApp => {}
        }
        Ok(())
    }
}

fn of_pause(kind: &'static str, pause: &user_subscriptions::Pause) -> Columns {
    Columns {
        kind,
        name: pause.subscription.clone().unwrap_or_default(),
        flag: pause.by_app,
        ..Columns::default()
    }
}

/// Decides a change as of `now` and does a first slice of `rows` rows; returns the job if more is left.
pub fn begin(conn: &mut Conn<'_>, app: i64, change: &Change, now: i64, rows: i64) -> Result<Option<i64>> {
    let table = if change.is_of_licenses() { "licenses" } else { "users" };
    let newest = conn.query_one(&format!("SELECT MAX(id) FROM {table} WHERE app = $1"), params![app])?;
    let upto: i64 = newest.map_or(Ok(None), |row| row.get(0))?.unwrap_or(0);
    let id = conn.next_serials(app, "bulk_jobs", 1)?;
    let Columns { kind, name, value, amount, flag } = change.columns();
    conn.execute(
        "INSERT INTO bulk_jobs (app, id, kind, name, value, amount, flag, decided, upto, done)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)",
        params![app, id, kind, &name, &value, amount, flag, now, upto],
    )?;
    step(conn, app, rows)?;
    if !is_pending(conn, app, id)? {
        return Ok(None);
    }
    if change.ends_sessions() {
        // The slices find them one by one; all at once is sooner, and programs may begin again.
        shared::raise_generation(conn, app)?;
    }
    Ok(Some(id))
}

/// Does a slice of the oldest job of an application; returns whether there was one.
pub fn step(conn: &mut Conn<'_>, app: i64, rows: i64) -> Result<bool> {
    let sql = format!(
        "SELECT kind, name, value, amount, flag, decided, upto, done, id FROM bulk_jobs WHERE app = $1
         ORDER BY id LIMIT 1{}",
        conn.for_update()
    );
    let Some(job) = conn.query_one(&sql, params![app])? else { return Ok(false) };
    let change = Change::from_row(&job)?;
    let (decided, upto, after, id): (i64, i64, i64, i64) =
        (job.get(5)?, job.get(6)?, job.get(7)?, job.get(8)?);
    if change == Change::DeleteApp {
        match gone::remove(conn, app, after, rows)? {
            Some(next) => note_done(conn, app, id, next)?,
            // The job goes with the rest.
            None => delete_counters(conn, app)?,
        }
        return Ok(true);
    }
    let table = if change.is_of_licenses() { "licenses" } else { "users" };
    let sql = format!(
        "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM {table} WHERE app = $1 AND id > $2 AND id <= $3
         ORDER BY id LIMIT $4) slice"
    );
    let slice = conn.query_one(&sql, params![app, after, upto, rows])?.ok_or(StoreError::Closed)?;
    let (count, last): (i64, Option<i64>) = (slice.get(0)?, slice.get(1)?);
    if let Some(last) = last {
        let range = Range { after, last };
        if !change.is_of_licenses() {
            users::lock_range(conn, app, range)?;
        }
        change.apply(conn, app, range, decided)?;
        note_done(conn, app, id, last)?;
    }
    if count < rows {
        conn.execute("DELETE FROM bulk_jobs WHERE app = $1 AND id = $2", params![app, id])?;
    }
    Ok(true)
}

fn note_done(conn: &mut Conn<'_>, app: i64, id: i64, done: i64) -> Result<()> {
    conn.execute("UPDATE bulk_jobs SET done = $3 WHERE app = $1 AND id = $2", params![app, id, done])?;
    Ok(())
}

/// The last that goes of an application.
fn delete_counters(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    for table in ["bulk_jobs", "counters"] {
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
