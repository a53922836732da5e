//! What a license is worth, and its remark.

use claviger_domain::{LicenseStatus, Term, sum};
use claviger_store::{
    Conn,
    bulk::Change,
    licenses::{self, License},
    tables::rewrite,
};

use super::{
    super::{ManageError, checks::check_remark, new_licenses::NOTE_MAX},
    find::{lock, user_of},
};
use crate::{App, Service};

/// What a changed duration of a license means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditedLicense {
    /// It counts from the license's use on.
    Unused,
    /// The license is used; its user keeps the time that it brought.
    UserKept,
    /// The license is used; its user's time was changed as well.
    UserChanged,
}

impl Service {
    /// Makes all unused licenses worth so many seconds more. `false` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_time(&self, app: &App, seconds: i64) -> Result<bool, ManageError> {
        let app = app.id;
        let unused = move |conn: &mut Conn<'_>| licenses::any(conn, app, Some(LicenseStatus::NotUsed));
        if !self.store.db().read(unused).await? {
            return Ok(false);
        }
        self.change_all(app, Change::AddTime(seconds)).await?;
        Ok(true)
    }

    /// Sets the remark of a license; an empty one forgets it.
    ///
    /// # Errors
    /// When there is no such license, the remark is too long, or the database fails.
    pub async fn set_note(&self, app: &App, key: &str, note: String) -> Result<(), ManageError> {
        let note = check_remark("a note", &note, NOTE_MAX)?;
        let (app, key) = (app.id, key.to_owned());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            Ok(licenses::set_note(
                conn,
                app,
                license.id,
                Some(note.as_str()).filter(|note| !note.is_empty()),
            )?)
        })
        .await
    }

    /// Sets how long a license lasts; a date is counted from its use, if it is used. That changes nothing for its user,
    /// unless `user_too`: then what it brought ends later or earlier by the difference to what it brought.
    ///
    /// # Errors
    /// When there is no such license, or the database fails.
    pub async fn set_license_duration(
        &self,
        app: &App,
        key: &str,
        term: Term,
        user_too: bool,
    ) -> Result<EditedLicense, ManageError> {
        let (app, key, now) = (app.id, key.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            let seconds = term.seconds(license.usedon.unwrap_or(now));
            set_duration(conn, app, &license, seconds, user_too, now)
        })
        .await
    }

    /// Makes a license worth so many seconds more, as [`Service::set_license_duration`]; returns what it is worth now.
    ///
    /// # Errors
    /// When there is no such license, or the database fails.
    pub async fn add_license_time(
        &self,
        app: &App,
        key: &str,
        seconds: i64,
        user_too: bool,
    ) -> Result<(i64, EditedLicense), ManageError> {
        let (app, key, now) = (app.id, key.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            let worth = sum(license.duration, seconds);
            Ok((worth, set_duration(conn, app, &license, worth, user_too, now)?))
        })
        .await
    }
}

/// Sets what a license is worth; whoever calls has locked it.
fn set_duration(
    conn: &mut Conn<'_>,
    app: i64,
    license: &License,
    seconds: i64,
    user_too: bool,
    now: i64,
) -> Result<EditedLicense, ManageError> {
    let user = if user_too { user_of(conn, app, license)? } else { None };
    let edited = match (&license.usedby, user) {
        (None, _) => EditedLicense::Unused,
        (Some(_), None) => EditedLicense::UserKept,
        (Some(_), Some(user)) => {
            rewrite(conn, app, user.id, license, seconds, now)?;
            EditedLicense::UserChanged
        }
    };
    let user_kept = edited == EditedLicense::UserKept;
    licenses::set_duration(conn, app, license.id, seconds, user_kept)?;
    Ok(edited)
}
