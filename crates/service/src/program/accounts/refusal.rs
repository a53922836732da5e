//! Why nobody was signed in.

use claviger_store::{StoreError, access::Evidence};

use crate::shared::{alerts::Alert, passwords::Busy};

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
    /// A user name that does not stay in a line.
    UsernameNotALine,
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
    Blacklisted(Evidence),
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
    /// How it is told of, where it may be a guess that failed.
    pub(super) fn alert(&self) -> Option<Alert> {
        match self {
            Self::UnknownUser | Self::WrongPassword => Some(Alert::LoginFailed),
            Self::KeyNotFound => Some(Alert::LicenseUnknown),
            Self::CodeWrong => Some(Alert::TwoFactorFailed),
            _ => None,
        }
    }
}

impl From<Refusal> for AccountFailure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
