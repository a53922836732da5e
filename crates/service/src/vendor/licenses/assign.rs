//! Using a license up for a user.

use claviger_domain::LicenseStatus;
use claviger_store::{Conn, licenses, report_counts::Kind, subscriptions, users};

use super::super::ManageError;
use crate::{App, Service, program::accounts::upgrade::spend, shared::pauses::app_paused};

/// What came of giving a license to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// The user has the license's time, and the license is used.
    Done,
    /// No such license.
    UnknownLicense,
    /// A user has it.
    Used,
    /// It is banned.
    Banned,
    /// No subscription has the license's level.
    NoSubscription,
    /// No such user.
    UnknownUser,
    /// The user is banned: nothing is spent on such a one.
    UserBanned,
    /// The license is worth nothing.
    NoTime,
}

impl Service {
    /// Uses a license up for a user: the first subscription of its level goes on for so much longer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assign_license(
        &self,
        app: &App,
        username: &str,
        key: &str,
    ) -> Result<Assignment, ManageError> {
        let (id, username, key, now) = (app.id, username.to_owned(), key.to_owned(), self.clock.now());
        let assigned = self.manage(move |conn| assign(conn, id, &username, &key, now)).await?;
        if assigned == Assignment::Done {
            app.tally.count(Kind::Activated, "");
            app.tally.count(Kind::Renewed, "");
        }
        Ok(assigned)
    }
}

fn assign(
    conn: &mut Conn<'_>,
    app: i64,
    username: &str,
    key: &str,
    now: i64,
) -> Result<Assignment, ManageError> {
    let app_paused = app_paused(conn, app)?;
    let Some(license) = licenses::lock_by_key(conn, app, key)? else {
        return Ok(Assignment::UnknownLicense);
    };
    match license.status {
        LicenseStatus::NotUsed => {}
        LicenseStatus::Used => return Ok(Assignment::Used),
        LicenseStatus::Banned => return Ok(Assignment::Banned),
    }
    let offered = subscriptions::of_level(conn, app, &license.level)?;
    let Some(name) = offered.first() else { return Ok(Assignment::NoSubscription) };
    let Some(user) = users::lock_by_name(conn, app, username)? else { return Ok(Assignment::UnknownUser) };
    if user.banned.is_some() {
        return Ok(Assignment::UserBanned);
    }
    if license.term().seconds(now) <= 0 {
        return Ok(Assignment::NoTime);
    }
    spend(conn, app, &license, (user.id, &user.username), name, app_paused, now)?;
    Ok(Assignment::Done)
}
