//! Why a person was not signed in, or nothing was changed.

use claviger_store::StoreError;

use crate::shared::passwords::Busy;

/// Why a person was not signed in, or nothing was changed. The text is for the person.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such person, or the password is another. One sentence for both.
    #[error("Name or password is wrong.")]
    WrongCredentials,
    /// All was right, and the account is kept from signing in.
    #[error("This account is suspended. The application's owner can let it sign in again.")]
    Suspended,
    /// The code is wrong, or was used before.
    #[error("This code is wrong or was used before.")]
    WrongCode,
    /// The passkey is not known, or what it signed is not what was asked.
    #[error("This passkey was not accepted.")]
    WrongPasskey,
    /// The form has been open for too long, or was sent before.
    #[error("This page is too old or was sent before: begin again.")]
    Expired,
    /// Too many failures of late; so many seconds are left to wait.
    #[error("Too many failed attempts: wait {0} seconds.")]
    Paused(i64),
    /// There is no such identity provider.
    #[error("There is no such identity provider.")]
    NoProvider,
    /// An identity provider did not help; the sentence says why.
    #[error("{0}")]
    Provider(String),
    /// An identity provider cannot be reached; the sentence says so.
    #[error("{0}")]
    ProviderAway(String),
    /// Nobody here is whom an identity provider names; the sentence says what to do.
    #[error("{0}")]
    NotLinked(String),
    /// The sign-in has ended meanwhile.
    #[error("You are not signed in any more.")]
    SignedOut,
    /// Credentials were not shown of late.
    #[error("Confirm first that it is you.")]
    NotFresh,
    /// The new password cannot be used; the sentence says why.
    #[error("{0}")]
    BadPassword(String),
    /// The name cannot be used; the sentence says why.
    #[error("{0}")]
    BadName(String),
    /// The link was used, has ended, or never was one.
    #[error("This link was used or has ended. Ask for another one.")]
    BadLink,
    /// Nobody could sign in any more.
    #[error("This is all you sign in with: set a password first.")]
    LastFactor,
    /// It is not set up.
    #[error("Two-factor sign-in is not set up.")]
    NotSetUp,
    /// Browsers do not let passkeys be made for this server's address.
    #[error("Passkeys need a public address with a name and HTTPS.")]
    NoPasskeys,
    /// As many are there as may be.
    #[error("You have {0} passkeys, which is the most there may be.")]
    TooMany(usize),
    /// Too many passwords wait to be hashed.
    #[error("The server is busy: try again in a moment.")]
    Busy(#[from] Busy),
    /// The database failed.
    #[error("The database did not answer: try again in a moment.")]
    Store(#[from] StoreError),
}
