//! Jobs: changes of very many rows, as people watch them.

use claviger_domain::{LicenseStatus, NEVER, Term};
use claviger_store::bulk::{self, Change, Job};

use crate::{App, Service, ServiceError};

impl Service {
    /// The jobs of an application, newest first, before the one of number `before`, at most `limit`: those under way, and
    /// those that ended within a day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(&self, app: &App, before: Option<i64>, limit: i64) -> Result<Vec<Job>, ServiceError> {
        let (app, before) = (app.id, before.unwrap_or(i64::MAX));
        Ok(self.store.db().read(move |conn| bulk::jobs(conn, app, before, limit)).await?)
    }

    /// A job of an application by number, if it is under way or ended within a day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, app: &App, id: i64) -> Result<Option<Job>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| bulk::job(conn, app, id)).await?)
    }
}

/// What a job does, in words.
pub fn job_words(job: &Job) -> String {
    job.change.as_ref().map_or_else(|| "A change that only another release knows".into(), words)
}

fn words(change: &Change) -> String {
    match change {
        Change::DeleteUsers => "Delete all users".into(),
        Change::DeleteExpiredUsers => "Delete users whose subscriptions are all over".into(),
        Change::ResetUsers => "Forget the devices of all users".into(),
        Change::SetVariable(new) => format!("Set the variable {} of all users", new.name),
        Change::DeleteVariable(name) => format!("Delete the variable {name} of all users"),
        Change::Extend { subscription, with } => {
            let whose = if with.active_only { "of users who have it" } else { "of all users" };
            match with.term {
                Term::For(seconds) => format!("Extend {subscription} by {} {whose}", length(seconds)),
                Term::Until(_) => format!("Extend {subscription} to a date {whose}"),
            }
        }
        Change::Subtract { subscription, seconds } => {
            format!("Take {} off {subscription} of all users", length(*seconds))
        }
        Change::Pause(pause) => of_pause("Pause", pause.subscription.as_deref()),
        Change::Unpause(pause) => of_pause("Resume", pause.subscription.as_deref()),
        Change::HandOver(name) => of_pause("Resume", Some(name)),
        Change::AddTime(seconds) => format!("Add {} to unused licenses", length(*seconds)),
        Change::DeleteLicenses(status) => match status {
            None => "Delete all licenses".into(),
            Some(LicenseStatus::NotUsed) => "Delete unused licenses".into(),
            Some(LicenseStatus::Used) => "Delete used licenses".into(),
            Some(LicenseStatus::Banned) => "Delete banned licenses".into(),
        },
        Change::ImportLicenses { .. } => "Import licenses".into(),
        Change::DeleteApp => "Delete the application".into(),
    }
}

fn of_pause(verb: &str, subscription: Option<&str>) -> String {
    match subscription {
        Some(name) => format!("{verb} {name} of all users"),
        None => format!("{verb} all subscriptions"),
    }
}

/// A number of seconds in the largest unit that tells it exactly.
pub fn length(seconds: i64) -> String {
    if seconds >= NEVER {
        return "time without end".into();
    }
    const UNITS: [(i64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let whole = |(unit, _): &(i64, &str)| seconds != 0 && seconds % unit == 0;
    let (unit, name) = UNITS.into_iter().find(whole).unwrap_or((1, "second"));
    let count = seconds / unit;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_exactly() {
        for (seconds, told) in [
            (86_400, "1 day"),
            (30 * 86_400, "30 days"),
            (90_000, "25 hours"),
            (61, "61 seconds"),
            (0, "0 seconds"),
            (NEVER, "time without end"),
        ] {
            assert_eq!(length(seconds), told);
        }
    }
}
