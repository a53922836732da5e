//! `forgot`: a mail with a link under which a user chooses a new password.

use std::sync::Arc;

use claviger_capacity::Who;
use claviger_domain::{AppSettings, ClientAddress, Secret, tidy};
use claviger_store::{
    Conn, StoreError, apps,
    password_resets::{self, Reset},
    sessions::shared,
    tokens,
    users::{self, User},
};
use tracing::Instrument as _;

use super::guesses::anonymous;
use crate::{
    App, Service, ServiceError,
    people::PeopleError,
    shared::{alerts::Alert, attempts::Attempt, mails::quoted, vault::sha256},
};

/// Life of a link in seconds.
const LINK_SECONDS: i64 = 86_400;
/// Bytes of randomness in a link.
const LINK_BYTES: usize = 32;
/// Mails to one user within [`MAILS_PER`] seconds.
const MAILS_MAX: i64 = 3;
const MAILS_PER: i64 = 3600;

/// What came of asking for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgot {
    /// The mail is on its way.
    Sent,
    /// This server sends no mail.
    NotConfigured,
    /// No such user.
    UnknownUser,
    /// The user told no address at registration.
    NoEmail,
    /// Another address than at registration.
    WrongEmail,
    /// The user got several mails already.
    TooMany,
    /// The mail server refused.
    NotSent,
    /// Too many failures; the seconds until the next try.
    Paused(i64),
}

/// What came of choosing a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetPassword {
    /// The user has the password; all sessions ended.
    Done,
    /// The link was used, is too old, or never was one.
    Unknown,
    /// The password is known from a breach, and the application refuses such.
    Leaked,
    /// Too many passwords wait to be hashed.
    Busy,
    /// Too many unknown links came from there; the seconds until the next try.
    Paused(i64),
}

/// Who asks for a link, and for whom.
#[derive(Clone)]
struct Ask {
    app: Arc<App>,
    ip: ClientAddress,
    username: String,
    email: String,
}

impl Service {
    /// Mails a link to a user who knows the address of the registration. Where unknown users are hidden, nothing that
    /// depends on the user is done before the answer, so that neither what it says nor when tells whether there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forgot(
        self: &Arc<Self>,
        app: &Arc<App>,
        ip: ClientAddress,
        username: Option<String>,
        email: Option<String>,
    ) -> Result<Forgot, ServiceError> {
        self.ask_for_link(app, ip, username, email, app.settings.hide_unknown_users).await
    }

    /// As [`Service::forgot`], as if the application hid unknown users: a page for everybody tells nobody who is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forgot_unseen(
        self: &Arc<Self>,
        app: &Arc<App>,
        ip: ClientAddress,
        username: Option<String>,
        email: Option<String>,
    ) -> Result<Forgot, ServiceError> {
        self.ask_for_link(app, ip, username, email, true).await
    }

    async fn ask_for_link(
        self: &Arc<Self>,
        app: &Arc<App>,
        ip: ClientAddress,
        username: Option<String>,
        email: Option<String>,
        hide: bool,
    ) -> Result<Forgot, ServiceError> {
        let Some(mails) = &self.mails else { return Ok(Forgot::NotConfigured) };
        let (username, email) = (username.unwrap_or_default(), tidy(&email.unwrap_or_default()).to_owned());
        let ask = Ask { app: app.clone(), ip, username, email };
        let now = self.clock.now();
        let username = ask.username.clone();
        let attempt = Attempt { username: Some(&username), ..anonymous(app, ip) };
        let guess = match self.begin_guess(app, attempt) {
            Ok(guess) => guess,
            Err(seconds) => return Ok(Forgot::Paused(seconds)),
        };
        if hide {
            if !mails.may_ask(app.id, ip, &ask.username, &ask.email, now) {
                return Ok(Forgot::TooMany);
            }
            let service = self.clone();
            let sending = async move {
                match service.send_link(&ask, now).await {
                    // Not counted: a pause would tell that there is no such user.
                    Ok(Forgot::UnknownUser | Forgot::WrongEmail) => {
                        service.tell_guess(&ask.app, Alert::ForgotFailed, ask.ip, None);
                    }
                    Ok(_) => {}
                    Err(error) => error.log("a link for a new password could not be made"),
                }
            };
            tokio::spawn(sending.in_current_span());
            return Ok(Forgot::Sent);
        }
        let outcome = self.send_link(&ask, now).await?;
        if matches!(outcome, Forgot::UnknownUser | Forgot::WrongEmail) {
            self.guess_failed(app, guess, Alert::ForgotFailed, None);
        }
        Ok(outcome)
    }

    async fn send_link(&self, ask: &Ask, now: i64) -> Result<Forgot, ServiceError> {
        let Some(mails) = &self.mails else { return Ok(Forgot::NotConfigured) };
        let (link, user) = match self.reset_link(ask, now).await? {
            Ok(made) => made,
            Err(refusal) => return Ok(refusal),
        };
        let (app, url) = (quoted(&ask.app.name), &self.options.public_url);
        let subject = format!("Reset your password for {app}");
        let text = format!(
            "Hello,\n\n\
             somebody, probably you, asked for a new password for the account\n\n    {}\n\nof\n\n    {app}\n\n\
             Choose it here within 24 hours:\n\n{url}/reset/{link}\n\n\
             If it was not you, do nothing: your password stays as it is.\n",
            quoted(&user),
        );
        if mails.send(Who::client(ask.app.id, ask.ip), &ask.email, &subject, &text).await {
            return Ok(Forgot::Sent);
        }
        // Nobody got it, so it must not count as one of the hour's mails.
        let hash = sha256(&link);
        self.store.db().write(move |conn| password_resets::delete(conn, &hash)).await?;
        Ok(Forgot::NotSent)
    }

    /// Keeps a new link; returns its secret, and the user's name as it is kept.
    async fn reset_link(&self, ask: &Ask, now: i64) -> Result<Result<(String, String), Forgot>, StoreError> {
        let secret = self.random.hex(LINK_BYTES);
        let hash = sha256(&secret);
        let (app, username, hashes) = (ask.app.id, ask.username.clone(), self.email_hashes(&ask.email));
        let keep = move |conn: &mut Conn<'_>| {
            let user = match check_email(users::by_name(conn, app, &username)?, &hashes) {
                Ok(user) => user,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let reset = Reset { app, user: user.id };
            if password_resets::made_since(conn, reset, now - MAILS_PER)? >= MAILS_MAX {
                return Ok(Err(Forgot::TooMany));
            }
            password_resets::insert(conn, &hash, reset, now, now + LINK_SECONDS)?;
            Ok(Ok((secret, user.username)))
        };
        self.store.db().write(keep).await
    }

    /// The number of the application whose user may choose a new password by a link: `Err` tells why nobody may.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_reset_link(
        &self,
        secret: &str,
        ip: ClientAddress,
    ) -> Result<Result<i64, ResetPassword>, ServiceError> {
        Ok(self.reset_of(secret, ip).await?.map(|reset| reset.app))
    }

    /// Whether an application has `blockLeakedPasswords` on.
    async fn refuses_leaked(&self, app: i64) -> Result<bool, StoreError> {
        let record = self.store.db().read(move |conn| apps::by_id(conn, app)).await?;
        let settings = record.and_then(|record| serde_json::from_str::<AppSettings>(&record.settings).ok());
        Ok(settings.is_some_and(|settings| settings.block_leaked_passwords))
    }

    /// Whose password a link changes.
    async fn reset_of(
        &self,
        secret: &str,
        ip: ClientAddress,
    ) -> Result<Result<Reset, ResetPassword>, ServiceError> {
        let guess = match self.begin_link(ip) {
            Ok(guess) => guess,
            Err(PeopleError::Paused(seconds)) => return Ok(Err(ResetPassword::Paused(seconds))),
            Err(_) => return Ok(Err(ResetPassword::Busy)),
        };
        let (hash, now) = (sha256(secret), self.clock.now());
        let found = self.store.db().read(move |conn| password_resets::lock(conn, &hash, now)).await?;
        Ok(found.ok_or_else(|| {
            self.failed_at_door(guess, Alert::ResetLinkUnknown, None);
            ResetPassword::Unknown
        }))
    }

    /// Uses a link up: the user has the password from now on, and all sessions of the user end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_password(
        &self,
        secret: &str,
        password: &Secret,
        ip: ClientAddress,
    ) -> Result<ResetPassword, ServiceError> {
        let app = match self.reset_of(secret, ip).await? {
            Ok(reset) => reset.app,
            Err(refused) => return Ok(refused),
        };
        if self.refuses_leaked(app).await? && self.screens.is_leaked(password).await {
            return Ok(ResetPassword::Leaked);
        }
        let Ok(password) = self.passwords.hash(Who::client(app, ip), password).await else {
            return Ok(ResetPassword::Busy);
        };
        let (hash, now) = (sha256(secret), self.clock.now());
        let change = move |conn: &mut Conn<'_>| {
            let Some(reset) = password_resets::lock(conn, &hash, now)? else {
                return Ok::<_, StoreError>(ResetPassword::Unknown);
            };
            users::set_password(conn, reset.app, reset.user, Some(&password))?;
            password_resets::delete_of_user(conn, reset)?;
            tokens::delete_logins(conn, reset.app, reset.user)?;
            shared::end_of_user(conn, reset.app, reset.user, None)?;
            Ok(ResetPassword::Done)
        };
        Ok(self.store.db().write(change).await?)
    }
}

/// The user, if the address is the one of the registration.
fn check_email(user: Option<User>, hashes: &[String; 2]) -> Result<User, Forgot> {
    let user = user.ok_or(Forgot::UnknownUser)?;
    let known = user.email_hash.as_deref().ok_or(Forgot::NoEmail)?;
    let same = |hash: &String| {
        aws_lc_rs::constant_time::verify_slices_are_equal(hash.as_bytes(), known.as_bytes()).is_ok()
    };
    if hashes.iter().any(same) { Ok(user) } else { Err(Forgot::WrongEmail) }
}
