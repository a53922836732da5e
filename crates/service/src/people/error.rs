//! Why a person was not signed in, or nothing was changed.

use claviger_store::StoreError;

use crate::shared::passwords::Busy;

/// Why a person was not signed in, or nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such person, or the password is another. One sentence for both.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// Too many failures of late; so many seconds are left to wait.
    #[error("too many failed attempts: wait {0} seconds")]
    Paused(i64),
    /// The sign-in has ended meanwhile.
    #[error("you are not signed in any more")]
    SignedOut,
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
