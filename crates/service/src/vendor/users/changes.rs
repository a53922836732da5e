//! Changes of one user.

use claviger_capacity::Who;
use claviger_domain::{HwidList, Secret, fold, tidy, trimmed};
use claviger_store::{
    Range,
    password_resets::{self, Reset},
    sessions::shared,
    tokens,
    users::{self, Totp},
};

use super::super::{
    ManageError,
    checks::{check_email, check_length, check_line, lock_user},
};
use crate::{
    App, Service,
    program::accounts::{ChangeUsername, change_username},
    shared::{
        limits::{NAME_MAX, RESERVED},
        vault::sha256,
    },
};

/// Life of a login token in seconds.
pub const LOGIN_TOKEN_SECONDS: i64 = 60;
/// Bytes of randomness in a login token.
const LOGIN_TOKEN_BYTES: usize = 32;

/// Below this, a time of the next reset is a number of seconds from now; else a Unix second.
const EARLIEST_UNIX: i64 = 1_000_000_000;

impl Service {
    /// Forgets a user's devices and the hash of the token's file, so that the next login binds new ones; all sessions
    /// end.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn reset_hwid(&self, app: &App, username: &str) -> Result<(), ManageError> {
        self.with_user(app, username, |conn, app, user| {
            users::reset_range(conn, app, Range::one(user.id))?;
            Ok(())
        })
        .await
    }

    /// Deletes a user with subscriptions, variables and the token; all sessions end. Licenses stay used.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn delete_user(&self, app: &App, username: &str) -> Result<(), ManageError> {
        self.with_user(app, username, |conn, app, user| users::delete_range(conn, app, Range::one(user.id)))
            .await
    }

    /// Sets a user's password, or lets the next login set it (`None`); links to a new one, login tokens and all sessions
    /// end.
    ///
    /// # Errors
    /// When there is no such user, too many passwords wait to be hashed, or the database fails.
    pub async fn set_user_password(
        &self,
        app: &App,
        username: &str,
        password: Option<&Secret>,
    ) -> Result<(), ManageError> {
        let hash = match password {
            None => None,
            Some(password) => {
                check_length("a password", trimmed(password.expose()), usize::MAX)?;
                Some(self.passwords.hash(Who::app(app.id), password).await?)
            }
        };
        self.with_user(app, username, move |conn, app, user| {
            users::set_password(conn, app, user.id, hash.as_deref())?;
            password_resets::delete_of_user(conn, Reset { app, user: user.id })?;
            tokens::delete_logins(conn, app, user.id)?;
            shared::end_of_user(conn, app, user.id, None)?;
            Ok(())
        })
        .await
    }

    /// Sets a user's e-mail address, of which a hash is kept, or forgets it (`None`).
    ///
    /// # Errors
    /// When it is no address, there is no such user, or the database fails.
    pub async fn set_user_email(
        &self,
        app: &App,
        username: &str,
        email: Option<&str>,
    ) -> Result<(), ManageError> {
        let email = email.map(tidy);
        email.map_or(Ok(()), check_email)?;
        let hash = email.map(|email| self.email_hash(email));
        self.with_user(app, username, move |conn, app, user| {
            // Links went to the old address.
            password_resets::delete_of_user(conn, Reset { app, user: user.id })?;
            users::set_email(conn, app, user.id, hash.as_deref())
        })
        .await
    }

    /// A value that logs a user in once, in place of the password, within [`LOGIN_TOKEN_SECONDS`].
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn issue_login_token(&self, app: &App, username: &str) -> Result<Secret, ManageError> {
        let token = Secret::new(self.random.hex(LOGIN_TOKEN_BYTES));
        let (hash, expires) = (sha256(token.expose()), self.clock.now() + LOGIN_TOKEN_SECONDS);
        self.with_user(app, username, move |conn, app, user| {
            tokens::add_login(conn, app, &hash, user.id, expires)
        })
        .await?;
        Ok(token)
    }

    /// Turns a user's two-factor sign-in off; `false` when it was off.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn turn_two_factor_off(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        self.with_user(app, username, |conn, app, user| {
            users::set_totp(conn, app, user.id, &Totp::default())?;
            Ok(user.totp.is_on())
        })
        .await
    }

    /// Sets from when a user may ask for a reset of the devices again: a number of seconds from now, or a Unix second.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn set_cooldown(&self, app: &App, username: &str, cooldown: i64) -> Result<(), ManageError> {
        let until = if cooldown < EARLIEST_UNIX { self.clock.now() + cooldown } else { cooldown };
        self.with_user(app, username, move |conn, app, user| users::set_cooldown(conn, app, user.id, until))
            .await
    }

    /// Lets a user log in from one more device.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn add_hwid(&self, app: &App, username: &str, hwid: String) -> Result<(), ManageError> {
        self.with_user(app, username, move |conn, app, user| {
            let mut hwids = HwidList::from_stored(user.hwids.as_deref());
            hwids.bind(trimmed(&hwid));
            users::set_hwids(conn, app, user.id, hwids.to_stored().as_deref())
        })
        .await
    }

    /// Gives a user another name wherever it is kept; all the user's sessions end.
    ///
    /// # Errors
    /// When there is no such user, the name is too long or taken, or the database fails.
    pub async fn rename_user(&self, app: &App, username: &str, name: &str) -> Result<(), ManageError> {
        let name = check_line("the name of a user", name, NAME_MAX)?;
        if fold(&name) == RESERVED {
            return Err(ManageError::taken("user", &name));
        }
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            // Told first, also when there is nobody to rename. The user's own name in other letters is free.
            if fold(&name) != fold(&username) && users::by_name(conn, app, &name)?.is_some() {
                return Err(ManageError::taken("user", &name));
            }
            let user = lock_user(conn, app, &username)?;
            match change_username::rename(conn, app, user.id, &name)? {
                ChangeUsername::Done => {}
                ChangeUsername::Unchanged => return Ok(()),
                _ => return Err(ManageError::taken("user", &name)),
            }
            shared::end_of_user(conn, app, user.id, None)?;
            Ok(())
        })
        .await
    }
}
