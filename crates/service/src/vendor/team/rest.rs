//! Keeping somebody of a team out, for a while or for good.

use claviger_domain::{AccountRole, Permission, PersonId, tidy};
use claviger_store::{
    Conn,
    accounts::{self, Account, Limits},
    people::{invitations, passkeys, profile, sign_ins},
};

use super::members::{LEVELS_MAX, remove};
use crate::{
    App, Service,
    people::{drop_codes, note_by_owner},
    vendor::{ManageError, checks::check_line},
};

impl Service {
    /// Lets an account sign in no more: its sign-ins end at once, on every node, and its link is void. What it made stays.
    /// `false` when it was so already.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn suspend_member(&self, app: &App, account: i64) -> Result<bool, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            if lock(conn, app, account)?.suspended.is_some() {
                return Ok(false);
            }
            let person = PersonId::Account(account);
            accounts::set_suspended(conn, account, Some(now))?;
            sign_ins::delete_all(conn, person, None)?;
            invitations::void(conn, Some(person))?;
            note_by_owner(conn, account, "suspended", now)?;
            Ok(true)
        })
        .await
    }

    /// Lets an account sign in again that was suspended; `false` when it was not.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn resume_member(&self, app: &App, account: i64) -> Result<bool, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            if lock(conn, app, account)?.suspended.is_none() {
                return Ok(false);
            }
            accounts::set_suspended(conn, account, None)?;
            note_by_owner(conn, account, "may sign in again", now)?;
            Ok(true)
        })
        .await
    }

    /// Signs an account out everywhere; returns how many sign-ins ended.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn sign_member_out(&self, app: &App, account: i64) -> Result<u64, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            lock(conn, app, account)?;
            let ended = sign_ins::delete_all(conn, PersonId::Account(account), None)?;
            if ended > 0 {
                note_by_owner(conn, account, &format!("{ended} signed out"), now)?;
            }
            Ok(ended)
        })
        .await
    }

    /// Ends an account's two-factor sign-in and removes its passkeys, for who lost them; the password stays.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn drop_member_factors(&self, app: &App, account: i64) -> Result<(), ManageError> {
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            lock(conn, app, account)?;
            let person = PersonId::Account(account);
            profile::lock(conn, person)?;
            drop_codes(conn, person)?;
            passkeys::delete_all(conn, person)?;
            sign_ins::delete_all(conn, person, None)?;
            Ok(note_by_owner(conn, account, "second factor removed", now)?)
        })
        .await
    }

    /// Sets what an account may do; returns what it might before, and may now.
    ///
    /// # Errors
    /// When the list of levels is unfit, a manager would be allowed nothing, there is no such account, or the database
    /// fails.
    pub async fn set_member_limits(
        &self,
        app: &App,
        account: i64,
        limits: Limits,
    ) -> Result<(Limits, Limits), ManageError> {
        let levels = match tidy(&limits.key_levels) {
            "" => "N/A".into(),
            levels => check_line("the list of levels", levels, LEVELS_MAX)?,
        };
        let new = Limits {
            permissions: limits.permissions & Permission::ALL,
            key_levels: levels,
            rights: limits.rights & 7,
        };
        let (app, now) = (app.id, self.clock.now());
        self.manage(move |conn| {
            let account = lock(conn, app, account)?;
            if account.role == AccountRole::Manager && new.permissions == 0 {
                let why = "a manager has at least one permission: suspend the account to keep somebody out";
                return Err(ManageError::Unfit(why.into()));
            }
            let old = Limits {
                permissions: account.permissions,
                key_levels: account.key_levels,
                rights: account.rights,
            };
            if old != new {
                accounts::set_limits(conn, account.id, &new)?;
                note_by_owner(conn, account.id, "may do something else now", now)?;
            }
            Ok((old, new))
        })
        .await
    }

    /// Deletes an account by number, with its journal; what it made stays. Returns what it was.
    ///
    /// # Errors
    /// When there is no such account, or the database fails.
    pub async fn remove_member(&self, app: &App, account: i64) -> Result<Account, ManageError> {
        let app = app.id;
        self.manage(move |conn| {
            let account = lock(conn, app, account)?;
            remove(conn, &account)?;
            Ok(account)
        })
        .await
    }
}

fn lock(conn: &mut Conn<'_>, app: i64, account: i64) -> Result<Account, ManageError> {
    accounts::lock(conn, app, account)?.ok_or_else(|| ManageError::unknown("account", &account.to_string()))
}
