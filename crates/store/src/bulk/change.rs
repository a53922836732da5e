//! What is done to all users or licenses of an application, or to those that a filter means.

use claviger_domain::{LicenseStatus, Term};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Conn, Range, Result, Row, StoreError, licenses,
    pending::{DELETE_USERS, IMPORT_LICENSES},
    tables::{self, InRange, LicenseAct, LicensesWanted, UserAct, UsersWanted},
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
    /// Makes the licenses of a list, which are staged ([`crate::imports`]).
    ImportLicenses {
        /// The number of the import.
        import: i64,
        /// Who makes them.
        genby: String,
    },
    /// Does something to the licenses that a filter means.
    OnLicenses {
        /// Which.
        wanted: LicensesWanted,
        /// What.
        act: LicenseAct,
    },
    /// Does something to the users that a filter means.
    OnUsers {
        /// Which.
        wanted: UsersWanted,
        /// What.
        act: UserAct,
    },
    /// Removes what is left of an application that was deleted, in all tables.
    DeleteApp,
}

/// A change that somebody wants.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// What is to be done.
    pub change: &'a Change,
    /// Who wants it; empty: unknown.
    pub by: &'a str,
    /// How many rows it will look at, where that is known.
    pub total: Option<i64>,
    /// The second as of which it is done.
    pub now: i64,
}

/// A change as a row of the table.
#[derive(Default)]
pub(super) struct Columns {
    pub kind: &'static str,
    pub name: String,
    pub value: String,
    pub amount: i64,
    pub flag: bool,
}

impl Change {
    /// Whether it goes over licenses; else over users.
    pub(super) fn is_of_licenses(&self) -> bool {
        matches!(self, Self::AddTime(_) | Self::DeleteLicenses(_) | Self::OnLicenses { .. })
    }

    /// Whether the sessions of all users end.
    pub(super) fn ends_sessions(&self) -> bool {
        matches!(self, Self::DeleteUsers | Self::ResetUsers)
    }

    pub(super) fn columns(&self) -> Columns {
        let plain = |kind| Columns { kind, ..Columns::default() };
        match self {
            Self::DeleteUsers => plain(DELETE_USERS),
            Self::DeleteApp => plain("delete_app"),
            Self::ImportLicenses { import, genby } => {
                Columns { name: genby.clone(), amount: *import, ..plain(IMPORT_LICENSES) }
            }
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
            Self::OnLicenses { wanted, act } => {
                Columns { value: json(&(wanted, act)), ..plain("on_licenses") }
            }
            Self::OnUsers { wanted, act } => Columns { value: json(&(wanted, act)), ..plain("on_users") },
        }
    }

    /// Reads the columns of [`Columns`], which are the first of the row.
    pub(super) fn from_row(row: &Row) -> Result<Self> {
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
            IMPORT_LICENSES => Self::ImportLicenses { import: amount, genby: name },
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
            "on_licenses" => {
                let (wanted, act) = read_json(&value)?;
                Self::OnLicenses { wanted, act }
            }
            "on_users" => {
                let (wanted, act) = read_json(&value)?;
                Self::OnUsers { wanted, act }
            }
            _ => return Err(StoreError::Unexpected(format!("bulk job {kind}"))),
        })
    }

    /// Does it for the rows of a range, which are so many, as of `decided`; returns how many it changed.
    pub(super) fn apply(
        &self,
        conn: &mut Conn<'_>,
        app: i64,
        (range, rows): (Range, i64),
        decided: i64,
    ) -> Result<i64> {
        let changed = match self {
            Self::DeleteUsers => return users::delete_range(conn, app, range).map(|()| rows),
            Self::DeleteExpiredUsers => users::delete_expired(conn, app, range, decided)?,
            Self::ResetUsers => users::reset_range(conn, app, range)?,
            Self::SetVariable(new) => return variables::set_of_users(conn, app, range, new).map(|()| rows),
            Self::DeleteVariable(name) => variables::delete_of_users(conn, app, range, name)?,
            Self::Extend { subscription, with } => {
                user_subscriptions::extend(conn, app, range, subscription, *with, decided)?.rows()
            }
            Self::Subtract { subscription, seconds } => {
                user_subscriptions::subtract(conn, app, range, subscription, *seconds, decided)?.rows()
            }
            Self::Pause(pause) => user_subscriptions::pause(conn, app, range, pause, decided)?.rows(),
            Self::Unpause(pause) => user_subscriptions::unpause(conn, app, range, pause, decided)?.rows(),
            Self::HandOver(name) => {
                user_subscriptions::hand_over(conn, app, range, Some(name), decided)?.rows()
            }
            Self::AddTime(seconds) => licenses::add_time(conn, app, range, *seconds)?,
            Self::DeleteLicenses(status) => licenses::delete_range(conn, app, range, *status)?,
            // Go over all tables, over what is staged, or over what a filter means, not over all rows of one.
            Self::DeleteApp
            | Self::ImportLicenses { .. }
            | Self::OnLicenses { .. }
            | Self::OnUsers { .. } => 0,
        };
        Ok(i64::try_from(changed).unwrap_or(i64::MAX))
    }

    /// The rows of a range that it is about, the first `limit` of them at most; `None`: all of them.
    pub(super) fn wanted_in(
        &self,
        conn: &mut Conn<'_>,
        app: i64,
        range: Range,
        (limit, decided): (i64, i64),
    ) -> Result<Option<InRange>> {
        match self {
            Self::OnLicenses { wanted, .. } => tables::licenses_in(conn, app, range, wanted, limit).map(Some),
            Self::OnUsers { wanted, .. } => {
                tables::users_in(conn, app, range, wanted, (limit, decided)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Does it for rows that a filter means, as of `decided`; returns how many it changed.
    pub(super) fn apply_to(&self, conn: &mut Conn<'_>, app: i64, ids: &[i64], decided: i64) -> Result<i64> {
        match self {
            Self::OnLicenses { act, .. } => tables::change_licenses(conn, app, ids, act, decided),
            Self::OnUsers { act, .. } => tables::change_users(conn, app, ids, act, decided),
            _ => Ok(0),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    // Texts and numbers: this does not fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn read_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Unexpected(format!("bulk job: {error}")))
}

fn of_pause(kind: &'static str, pause: &user_subscriptions::Pause) -> Columns {
    Columns {
        kind,
        name: pause.subscription.clone().unwrap_or_default(),
        flag: pause.by_app,
        ..Columns::default()
    }
}
