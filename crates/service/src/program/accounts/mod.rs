//! End users sign in: with a name and a password, or with a license key alone. Each success notes the user on the
//! session in the transaction that did the rest.

pub(crate) mod ban;
pub(crate) mod change_username;
mod email;
mod forgot;
mod login;
mod register;
mod two_factor;
mod upgrade;

use std::net::IpAddr;

use claviger_domain::{HwidList, Secret, SessionId, is_active};
use claviger_store::{
    Conn, StoreError, access,
    sessions::shared,
    user_subscriptions::{self, UserSubscription},
};

pub use self::{
    ban::Ban,
    change_username::ChangeUsername,
    forgot::{Forgot, ResetPassword},
    login::Credentials,
    two_factor::{DisableTwoFactor, EnableTwoFactor},
    upgrade::Upgrade,
};
use crate::{
    App, Service,
    shared::{attempts::Attempt, passwords::Busy},
};

/// Longest user name and license key in bytes.
pub const NAME_MAX: usize = 70;
/// Names that no user may have: the Seller API means everybody by it.
pub(crate) const RESERVED: &str = "all";

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The session that is to be signed in; `None` where a vendor acts for a user.
    pub session: Option<SessionId>,
    /// Address of the client.
    pub ip: IpAddr,
    /// The device, where the program told one.
    pub hwid: Option<String>,
}

/// What a registration brings.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Option<Secret>,
    /// The license to be used up.
    pub key: String,
    /// The user's e-mail address.
    pub email: Option<String>,
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

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum AccountFailure {
    /// A rule says no.
    #[error("{0:?}")]
    Refused(Refusal),
    /// The session ended meanwhile.
    #[error("the session ended meanwhile")]
    SessionEnded,
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The rule that says no. Most have a text of the application's own (`docs/protocol/client.md`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// User name longer than [`NAME_MAX`].
    UsernameTooLong,
    /// License key longer than [`NAME_MAX`].
    KeyTooLong,
    /// User name shorter than the application wants.
    UsernameTooShort,
    /// The password is known from a breach.
    PasswordLeaked,
    /// There is a user of that name, or nobody may have it.
    UsernameTaken,
    /// No such license.
    KeyNotFound,
    /// The license was used before.
    KeyUsed,
    /// The license is banned, with the reason.
    KeyBanned(String),
    /// The device or the address is blacklisted.
    Blacklisted,
    /// No subscription has the license's level.
    NoSubscriptionOfLevel,
    /// HWID shorter than the application wants.
    HwidTooShort,
    /// The application wants a HWID.
    HwidMissing,
    /// No such user.
    UnknownUser,
    /// The user is banned, with the reason.
    UserBanned(String),
    /// Wrong password, or none.
    WrongPassword,
    /// Not one of the user's devices.
    HwidMismatch,
    /// The only subscriptions are paused.
    SubscriptionPaused,
    /// No subscription runs.
    NoSubscription,
    /// The user has two-factor sign-in, and no code came.
    CodeMissing,
    /// The code is wrong, or was used before.
    CodeWrong,
    /// Too many failures; the seconds until the next try.
    Paused(i64),
}

impl Refusal {
    /// Whether it may be a guess that failed.
    fn is_guess(&self) -> bool {
        matches!(self, Self::KeyNotFound | Self::UnknownUser | Self::WrongPassword | Self::CodeWrong)
    }
}

impl From<Refusal> for AccountFailure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Service {
    /// Counts guesses that failed, and forgets a user's after a success.
    fn count_attempt<T>(&self, attempt: Attempt<'_>, outcome: &Result<T, AccountFailure>) {
        match outcome {
            Ok(_) => self.attempts.succeeded(attempt),
            Err(AccountFailure::Refused(refusal)) if refusal.is_guess() => {
                self.attempts.failed(attempt, self.clock.now());
            }
            Err(_) => {}
        }
    }

    /// Refuses whoever failed too often.
    fn refuse_paused(&self, attempt: Attempt<'_>, known: bool) -> Result<(), Refusal> {
        self.attempts
            .pause(attempt, known, self.clock.now())
            .map_or(Ok(()), |seconds| Err(Refusal::Paused(seconds)))
    }
}

/// A sign-in, owned, as transactions need it.
#[derive(Clone)]
struct SignIn {
    app: i64,
    session: Option<SessionId>,
    ip: String,
    hwid: Option<String>,
    hwid_check: bool,
    kill_others: bool,
    now: i64,
}

impl SignIn {
    fn new(app: &App, origin: &Origin, now: i64) -> Self {
        Self {
            app: app.id,
            session: origin.session,
            ip: origin.ip.to_string(),
            hwid: origin.hwid.clone(),
            hwid_check: app.settings.hwid_check,
            kill_others: app.settings.kill_other_sessions,
            now,
        }
    }

    /// Notes the user on the session, if there is one.
    fn note(&self, conn: &mut Conn<'_>, user: i64, username: &str) -> Result<(), AccountFailure> {
        let Some(session) = &self.session else { return Ok(()) };
        if !shared::sign_in(conn, self.app, session, user, username, self.now)? {
            return Err(AccountFailure::SessionEnded);
        }
        if self.kill_others {
            shared::end_of_user(conn, self.app, user, Some(session))?;
        }
        Ok(())
    }

    /// Refuses blacklisted devices and addresses.
    fn refuse_blacklisted(&self, conn: &mut Conn<'_>) -> Result<(), AccountFailure> {
        if access::is_blacklisted(conn, self.app, self.hwid.as_deref(), &self.ip)? {
            return Err(Refusal::Blacklisted.into());
        }
        Ok(())
    }

    /// Subscriptions of the user that run; else the reason why there are none.
    fn running(&self, conn: &mut Conn<'_>, user: i64) -> Result<Vec<UserSubscription>, AccountFailure> {
        let (running, rest): (Vec<_>, Vec<_>) = user_subscriptions::of_user(conn, self.app, user)?
            .into_iter()
            .partition(|subscription| !subscription.paused && is_active(subscription.expires, self.now));
        match (running.is_empty(), rest.iter().any(|subscription| subscription.paused)) {
            (false, _) => Ok(running),
            (true, true) => Err(Refusal::SubscriptionPaused.into()),
            (true, false) => Err(Refusal::NoSubscription.into()),
        }
    }
}

/// The rules for a HWID at login, before the user is looked at.
fn check_hwid(app: &App, hwid: Option<&str>) -> Result<(), Refusal> {
    match hwid {
        Some(hwid) if hwid.len() < app.settings.min_hwid => Err(Refusal::HwidTooShort),
        None if app.settings.force_hwid => Err(Refusal::HwidMissing),
        _ => Ok(()),
    }
}
