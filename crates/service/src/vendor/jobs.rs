//! Jobs: changes of very many rows, as people watch them.

use claviger_domain::{LicenseStatus, NEVER, Term};
use claviger_store::{
    bulk::{self, Change, Job},
    tables::{LicenseAct, LicensesWanted, UserAct, UsersWanted},
};

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
        Change::OnLicenses { wanted, act } => {
            format!("{} licenses{}", license_verb(act), of_licenses(wanted))
        }
        Change::OnUsers { wanted, act } => user_verb(act) + &of_users(wanted),
        Change::DeleteApp => "Delete the application".into(),
    }
}

fn of_pause(verb: &str, subscription: Option<&str>) -> String {
    match subscription {
        Some(name) => format!("{verb} {name} of all users"),
        None => format!("{verb} all subscriptions"),
    }
}

fn license_verb(act: &LicenseAct) -> String {
    match act {
        LicenseAct::Ban(_) => "Ban".into(),
        LicenseAct::Unban => "Lift the ban of".into(),
        LicenseAct::Note(note) if note.is_empty() => "Forget the note of".into(),
        LicenseAct::Note(_) => "Set the note of".into(),
        LicenseAct::Extend(seconds) | LicenseAct::Worth(seconds) => format!("Add {} to", length(*seconds)),
        LicenseAct::Delete => "Delete".into(),
    }
}

fn user_verb(act: &UserAct) -> String {
    let of = |name: &Option<String>| name.clone().unwrap_or_else(|| "all subscriptions".into());
    match act {
        UserAct::Ban { .. } => "Ban users".into(),
        UserAct::Unban => "Lift the bans of users".into(),
        UserAct::Extend { subscription, seconds, .. } => {
            format!("Extend {subscription} of users by {}", length(*seconds))
        }
        UserAct::Subtract { subscription, seconds } => {
            format!("Take {} off {subscription} of users", length(*seconds))
        }
        UserAct::Pause(name) => format!("Pause {} of users", of(name)),
        UserAct::Unpause { subscription, .. } => format!("Resume {} of users", of(subscription)),
        UserAct::Reset => "Forget the devices of users".into(),
        UserAct::Delete => "Delete users".into(),
    }
}

fn of_licenses(wanted: &LicensesWanted) -> String {
    let LicensesWanted { key, beginning, status, level, note, noted, genby, user, made, duration } = wanted;
    told(&[
        text("key with", key.as_deref()),
        text("key begins", Some(beginning.as_str())),
        text("status", status.as_deref()),
        text("level", level.as_deref()),
        text("note with", note.as_deref()),
        yes_no("note", *noted),
        text("maker", genby.as_deref()),
        user.map(|_| "used by one user".into()),
        range("made", *made),
        range("duration", *duration),
    ])
}

fn of_users(wanted: &UsersWanted) -> String {
    told(&[
        text("name with", wanted.name.as_deref()),
        text("name begins", Some(wanted.beginning.as_str())),
        text("address", wanted.network.as_deref()),
        text("device with", wanted.device.as_deref()),
        text("subscription", wanted.subscription.as_deref()),
        wanted.ends_within.map(|seconds| format!("ends within {}", length(seconds))),
        yes_no("subscribed", wanted.subscribed),
        yes_no("banned", wanted.banned),
        yes_no("online", wanted.online),
        range("registered", wanted.created),
        range("last sign-in", wanted.signed_in),
    ])
}

fn told(conditions: &[Option<String>]) -> String {
    let conditions: Vec<&str> = conditions.iter().flatten().map(String::as_str).collect();
    if conditions.is_empty() { ", all of them".into() } else { format!(" ({})", conditions.join(", ")) }
}

fn text(name: &str, value: Option<&str>) -> Option<String> {
    value.filter(|value| !value.is_empty()).map(|value| format!("{name} {value}"))
}

fn yes_no(name: &str, value: Option<bool>) -> Option<String> {
    value.map(|value| format!("{name}: {}", if value { "yes" } else { "no" }))
}

fn range(name: &str, (from, to): (Option<i64>, Option<i64>)) -> Option<String> {
    (from.is_some() || to.is_some()).then(|| format!("{name} within bounds"))
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
