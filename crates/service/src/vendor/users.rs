//! Users of an application.

use claviger_domain::{HwidList, Secret};
use claviger_store::{
    Conn, StoreError, access,
    bulk::Range,
    password_resets::{self, Reset},
    sessions::shared,
    tokens,
    user_subscriptions::{self, UserSubscription},
    users::{self, Totp, User},
    variables::{self, UserVariable},
};

use super::{ManageError, REASON_MAX, check_length, lock_user};
use crate::{
    App, Service,
    program::accounts::{Ban, ban},
    shared::vault::sha256,
};

/// Life of a login token in seconds.
pub const LOGIN_TOKEN_SECONDS: i64 = 60;
/// Bytes of randomness in a login token.
const LOGIN_TOKEN_BYTES: usize = 32;
/// Longest e-mail address in bytes.
const EMAIL_MAX: usize = 254;

/// A user with what hangs on the user.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// The user.
    pub user: User,
    /// Subscriptions, oldest first, also those that have ended.
    pub subscriptions: Vec<UserSubscription>,
    /// Variables, in the order of the alphabet.
    pub variables: Vec<UserVariable>,
}

impl Service {
    /// Users after number `after`, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_page(&self, app: i64, after: i64, limit: i64) -> Result<Vec<User>, ManageError> {
        Ok(self.store.db().read(move |conn| users::page(conn, app, after, limit)).await?)
    }

    /// A user with subscriptions and variables.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user(&self, app: &App, username: &str) -> Result<UserDetails, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        let read = move |conn: &mut Conn<'_>| {
            let user = users::by_name(conn, app, &username)?;
            let user = user.ok_or_else(|| ManageError::unknown("user", &username))?;
            let subscriptions = user_subscriptions::of_user(conn, app, user.id)?;
            let variables = variables::all_of_user(conn, app, user.id)?;
            Ok::<_, ManageError>(UserDetails { user, subscriptions, variables })
        };
        self.store.db().read(read).await
    }

    /// Bans a user: the devices and the address of the last login go to the blacklist, the token is banned, all
    /// sessions end.
    ///
    /// # Errors
    /// When there is none, the reason is empty or too long, or the database fails.
    pub async fn ban_username(&self, app: &App, username: &str, reason: &str) -> Result<(), ManageError> {
        check_length("the reason", reason, REASON_MAX)?;
        let (reason, now) = (reason.to_owned(), self.clock.now());
        self.with_user(app, username, move |conn, app, user| {
            let ban = Ban { user: user.id, reason, hwid: None, ip: user.ip.clone() };
            ban::carry_out(conn, app, &ban, now).map(drop)
        })
        .await
    }

    /// Lifts a user's ban, that of the token, and the blacklisting of the user's devices and address here; `false` when the
    /// user is not banned.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unban_username(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        self.with_user(app, username, |conn, app, user| {
            if user.banned.is_none() {
                return Ok(false);
            }
            lift_ban(conn, app, user)?;
            Ok(true)
        })
        .await
    }

    /// Forgets a user's devices and the hash of the token's file, so that the next login binds new ones; all sessions
    /// end.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn reset_hwid(&self, app: &App, username: &str) -> Result<(), ManageError> {
        self.with_user(app, username, |conn, app, user| users::reset_range(conn, app, Range::one(user.id)))
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
                check_length("a password", password.expose(), usize::MAX)?;
                Some(self.passwords.hash(password).await?)
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

    /// Runs a change of a user, who is locked.
    pub(super) async fn with_user<T: Send + 'static>(
        &self,
        app: &App,
        username: &str,
        change: impl FnOnce(&mut Conn<'_>, i64, &User) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            Ok(change(conn, app, &user)?)
        })
        .await
    }
}

/// Lifts a user's ban, that of the token, and the blacklisting of the user's devices and address.
pub(super) fn lift_ban(conn: &mut Conn<'_>, app: i64, user: &User) -> Result<(), StoreError> {
    users::set_banned(conn, app, user.id, None)?;
    tokens::set_banned(conn, app, tokens::USER, &user.username, None)?;
    access::unblacklist_for(conn, app, user.id)?;
    for hwid in HwidList::from_stored(user.hwids.as_deref()).iter() {
        access::unblacklist(conn, app, access::HWID, hwid)?;
    }
    if let Some(ip) = &user.ip {
        access::unblacklist(conn, app, access::IP, ip)?;
    }
    Ok(())
}

/// A rough check: only the mail server knows better.
fn check_email(email: &str) -> Result<(), ManageError> {
    check_length("an e-mail address", email, EMAIL_MAX)?;
    let plain = |character: char| !character.is_whitespace() && !character.is_control();
    match email.rsplit_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() && email.chars().all(plain) => Ok(()),
        _ => Err(ManageError::Unfit(format!("`{email}` is no e-mail address"))),
    }
}
