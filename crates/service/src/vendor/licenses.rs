//! Licenses of an application; [`Service::add_licenses`] makes them.

use claviger_domain::{LicenseStatus, Term};
pub use claviger_store::licenses::LicenseFilter;
use claviger_store::{
    Conn, Range,
    bulk::Change,
    licenses::{self, License},
    subscriptions,
    user_bans::Lift,
    user_subscriptions::{self, Deleted, Extension, UserSubscription},
    users::{self, User},
};

use super::{
    ManageError,
    checks::{check_reason, check_remark},
    new_licenses::NOTE_MAX,
    users::bans::lift_ban,
};
use crate::{
    App, Service,
    program::accounts::{Ban, ban},
    shared::pauses::app_paused,
};

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
    /// Licenses after number `after`, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn licenses_page(
        &self,
        app: i64,
        filter: LicenseFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<License>, ManageError> {
        let page = move |conn: &mut Conn<'_>| licenses::page(conn, app, &filter, after, limit);
        Ok(self.store.db().read(page).await?)
    }

    /// A license.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn find_license(&self, app: &App, key: &str) -> Result<License, ManageError> {
        let (app, key) = (app.id, key.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            licenses::by_key(conn, app, &key)?.ok_or_else(|| ManageError::unknown("license", &key))
        };
        self.store.db().read(find).await
    }

    /// The first license that a user used.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn license_of_user(&self, app: &App, username: &str) -> Result<License, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            let first = match users::by_name(conn, app, &username)? {
                Some(user) => licenses::first_of_user(conn, app, user.id)?,
                None => None,
            };
            first.ok_or_else(|| ManageError::unknown("license", &username))
        };
        self.store.db().read(find).await
    }

    /// The user who used a license, if there is one still.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_of_license(&self, app: &App, license: &License) -> Result<Option<User>, ManageError> {
        let Some(user) = license.user else { return Ok(None) };
        let app = app.id;
        Ok(self.store.db().read(move |conn| users::by_id(conn, app, user)).await?)
    }

    /// Bans a license, and its token with it. Who signs in by this license alone is banned along with it. Another user of
    /// it goes on unless `user_too`, which also blacklists the user's devices, and the address as
    /// [`Service::ban_username`] does.
    ///
    /// # Errors
    /// When there is none, the reason is too long, or the database fails.
    pub async fn ban_license(
        &self,
        app: &App,
        key: &str,
        reason: &str,
        user_too: bool,
        with_ip: Option<bool>,
    ) -> Result<License, ManageError> {
        let reason = check_reason(reason)?;
        let with_ip = with_ip.unwrap_or(app.settings.ban_blacklists_ip);
        let (app, key, now) = (app.id, key.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            licenses::ban(conn, app, license.id, &reason)?;
            match user_of(conn, app, &license)? {
                Some(user) if user_too => {
                    let ip = user.ip.filter(|_| with_ip);
                    let ban = Ban { user: user.id, license: Some(license.id), reason, hwid: None, ip };
                    ban::carry_out(conn, app, &ban, now)?;
                }
                Some(user) if user.by_license == Some(license.id) => {
                    ban::put(conn, app, &user, Some(license.id), &reason, now)?;
                }
                _ => {}
            }
            Ok(license)
        })
        .await
    }

    /// Lifts the ban of a license, and with it what that ban put on its user: it is used again if it was used, else unused.
    /// Other bans of the user stay.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn unban_license(&self, app: &App, key: &str) -> Result<License, ManageError> {
        let (app, key) = (app.id, key.to_owned());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            licenses::unban(conn, app, license.id)?;
            if let Some(user) = user_of(conn, app, &license)? {
                lift_ban(conn, app, &user, Lift::OfLicense(license.id))?;
            }
            Ok(license)
        })
        .await
    }

    /// Deletes licenses with their tokens and the subscriptions that they brought; with `users_too` their users as well.
    /// Returns how many licenses there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_licenses(
        &self,
        app: &App,
        keys: Vec<String>,
        users_too: bool,
    ) -> Result<usize, ManageError> {
        let app = app.id;
        self.manage(move |conn| {
            let mut deleted = 0;
            for key in &keys {
                if let Some(license) = licenses::lock_by_key(conn, app, key)? {
                    delete_one(conn, app, &license, users_too)?;
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
        .await
    }

    /// Deletes all licenses, or all of a status, with their tokens. Users stay. `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_licenses(
        &self,
        app: &App,
        status: Option<LicenseStatus>,
    ) -> Result<bool, ManageError> {
        let app = app.id;
        if !self.store.db().read(move |conn| licenses::any(conn, app, status)).await? {
            return Ok(false);
        }
        self.change_all(app, Change::DeleteLicenses(status)).await?;
        Ok(true)
    }

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
            let user = if user_too { user_of(conn, app, &license)? } else { None };
            let edited = match (&license.usedby, user) {
                (None, _) => EditedLicense::Unused,
                (Some(_), None) => EditedLicense::UserKept,
                (Some(_), Some(user)) => {
                    rewrite(conn, app, user.id, &license, seconds, now)?;
                    EditedLicense::UserChanged
                }
            };
            let user_kept = edited == EditedLicense::UserKept;
            licenses::set_duration(conn, app, license.id, seconds, user_kept)?;
            Ok(edited)
        })
        .await
    }

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
        let (app, username, key, now) = (app.id, username.to_owned(), key.to_owned(), self.clock.now());
        self.manage(move |conn| assign(conn, app, &username, &key, now)).await
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
    let with = Extension { term: license.term(), active_only: false, app_paused };
    user_subscriptions::extend(conn, app, Range::one(user.id), name, with, now)?;
    licenses::used(conn, app, license.id, user.id, &user.username, now)?;
    Ok(Assignment::Done)
}

/// Changes what a license brought to its user, who is locked, as if it had been worth so many seconds. A license that
/// prolonged something brought time to the first subscription of its level.
fn rewrite(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    license: &License,
    seconds: i64,
    now: i64,
) -> Result<(), ManageError> {
    let all = user_subscriptions::of_user(conn, app, user)?;
    let brought = |one: &&UserSubscription| one.license_key.as_deref() == Some(license.key.as_str());
    let mut rows: Vec<&UserSubscription> = all.iter().filter(brought).collect();
    if rows.is_empty() {
        let offered = subscriptions::of_level(conn, app, &license.level)?;
        let same = all.iter().filter(|one| offered.first() == Some(&one.subscription));
        rows.extend(same.max_by_key(|one| (one.state().runs(now), one.paused, one.expires)));
    }
    let since = license.usedon.unwrap_or(now);
    for row in rows {
        let state = row.state().rewritten(license.brought, seconds, since, now);
        user_subscriptions::set(conn, app, user, row.id, state)?;
    }
    Ok(())
}

fn delete_one(conn: &mut Conn<'_>, app: i64, license: &License, user_too: bool) -> Result<(), ManageError> {
    if let Some(user) = user_of(conn, app, license)? {
        user_subscriptions::delete(conn, app, user.id, Deleted::FromLicense(&license.key))?;
        if user_too {
            users::delete_range(conn, app, Range::one(user.id))?;
        }
    }
    licenses::delete_range(conn, app, Range::one(license.id), None)?;
    Ok(())
}

fn user_of(conn: &mut Conn<'_>, app: i64, license: &License) -> Result<Option<User>, ManageError> {
    let Some(user) = license.user else { return Ok(None) };
    Ok(users::lock(conn, app, user)?)
}

fn lock(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<License, ManageError> {
    licenses::lock_by_key(conn, app, key)?.ok_or_else(|| ManageError::unknown("license", key))
}
