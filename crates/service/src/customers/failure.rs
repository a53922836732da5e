//! Why something was not done for a customer.

use claviger_store::StoreError;

use crate::{
    accounts::{AccountFailure, Refusal},
    people::PeopleError,
    shared::passwords::Busy,
};

/// Why something was not done for a customer.
#[derive(Debug, thiserror::Error)]
pub enum CustomerFailure {
    /// A rule of signing in says no.
    #[error("{0:?}")]
    Refused(Refusal),
    /// The form has been open for too long, or was sent before.
    #[error("the form is too old, or was sent before")]
    Expired,
    /// The sign-in has ended meanwhile.
    #[error("the sign-in has ended")]
    SignedOut,
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for CustomerFailure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<AccountFailure> for CustomerFailure {
    fn from(failure: AccountFailure) -> Self {
        match failure {
            AccountFailure::Refused(refusal) => Self::Refused(refusal),
            AccountFailure::SessionEnded => Self::SignedOut,
            AccountFailure::Busy(busy) => Self::Busy(busy),
            AccountFailure::Store(error) => Self::Store(error),
        }
    }
}

impl From<PeopleError> for CustomerFailure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Busy(busy) => Self::Busy(busy),
            PeopleError::Store(error) => Self::Store(error),
            // What else there is to a form.
            _ => Self::Expired,
        }
    }
}
