//! End users sign in: with a name and a password, or with a license key alone. Each success notes the user on the
//! session in the transaction that did the rest.

mod login;
mod register;

use claviger_domain::{HwidList, Secret};
use claviger_store::{
    Conn, StoreError,
    sessions::shared,
    users::{self, UserSubscription},
};

use crate::{App, Session, passwords::Busy};

/// Longest user name and license key in bytes.
pub const NAME_MAX: usize = 70;

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The session that is to be signed in.
    pub session: &'a Session,
    /// Address of the client.
    pub ip: &'a str,
    /// The device, where the program told one.
    pub hwid: Option<&'a str>,
}

/// What a registration brings.
#[derive(Clone, Debug)]
pub struct Registration<'a> {
    /// The user's name.
    pub username: Option<&'a str>,
    /// The user's password.
    pub password: Option<Secret>,
    /// The license to be used up.
    pub key: Option<&'a str>,
    /// The user's e-mail address.
    pub email: Option<&'a str>,
}

/// A user who has just signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name as it was registered.
    pub username: String,
    /// Subscriptions that run; after a registration those that it brought.
    pub subscriptions: Vec<UserSubscription>,
    /// Devices bound.
    pub hwids: HwidList,
    /// Unix second of registration.
    pub created: i64,
    /// Unix second of this sign-in.
    pub last_login: i64,
}

/// Why nobody was signed in. Most have a text of the application's own (`docs/protocol/client.md`).
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum AccountFailure {
    #[error("the session ended meanwhile")]
    SessionEnded,
    #[error("user name longer than {NAME_MAX} bytes")]
    UsernameTooLong,
    #[error("license key longer than {NAME_MAX} bytes")]
    KeyTooLong,
    #[error("user name shorter than the application wants")]
    UsernameTooShort,
    #[error("user name taken")]
    UsernameTaken,
    #[error("no such license key")]
    KeyNotFound,
    #[error("license used before")]
    KeyUsed,
    #[error("license banned: {0}")]
    KeyBanned(String),
    #[error("no subscription has the license's level")]
    NoSubscriptionOfLevel,
    #[error("HWID shorter than the application wants")]
    HwidTooShort,
    #[error("HWID missing")]
    HwidMissing,
    #[error("no such user")]
    UnknownUser,
    #[error("user banned: {0}")]
    UserBanned(String),
    #[error("wrong password")]
    WrongPassword,
    #[error("another device")]
    HwidMismatch,
    #[error("all running subscriptions are paused")]
    SubscriptionPaused,
    #[error("no subscription runs")]
    NoSubscription,
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A sign-in, owned, as transactions need it.
#[derive(Clone)]
struct SignIn {
    app: i64,
    session: claviger_domain::SessionId,
    ip: String,
    hwid: Option<String>,
    hwid_check: bool,
    kill_others: bool,
    now: i64,
}

impl SignIn {
    fn new(app: &App, origin: &Origin<'_>, now: i64) -> Self {
        Self {
            app: app.id,
            session: origin.session.id,
            ip: origin.ip.into(),
            hwid: origin.hwid.map(String::from),
            hwid_check: app.settings.hwid_check,
            kill_others: app.settings.kill_other_sessions,
            now,
        }
    }

    /// Notes the user on the session.
    fn note(&self, conn: &mut Conn<'_>, user: i64, username: &str) -> Result<(), AccountFailure> {
        if !shared::sign_in(conn, self.app, &self.session, user, username, self.now)? {
            return Err(AccountFailure::SessionEnded);
        }
        if self.kill_others {
            shared::end_of_user(conn, self.app, user, Some(&self.session))?;
        }
        Ok(())
    }

    /// Subscriptions of the user that run; else the reason why there are none.
    fn running(&self, conn: &mut Conn<'_>, user: i64) -> Result<Vec<UserSubscription>, AccountFailure> {
        let (running, rest): (Vec<_>, Vec<_>) = users::subscriptions(conn, self.app, user)?
            .into_iter()
            .partition(|subscription| !subscription.paused && subscription.expires > self.now);
        match (running.is_empty(), rest.iter().any(|subscription| subscription.paused)) {
            (false, _) => Ok(running),
            (true, true) => Err(AccountFailure::SubscriptionPaused),
            (true, false) => Err(AccountFailure::NoSubscription),
        }
    }
}

/// The rules for a HWID at login, before the user is looked at.
fn check_hwid(app: &App, hwid: Option<&str>) -> Result<(), AccountFailure> {
    match hwid {
        Some(hwid) if hwid.len() < app.settings.min_hwid => Err(AccountFailure::HwidTooShort),
        None if app.settings.force_hwid => Err(AccountFailure::HwidMissing),
        _ => Ok(()),
    }
}
