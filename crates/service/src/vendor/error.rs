//! Why something was not done for a vendor.

use claviger_store::StoreError;

use crate::{ServiceError, shared::passwords::Busy};

/// Why something was not done. The text is a sentence for the vendor.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// A value is unfit.
    #[error("{0}")]
    Unfit(String),
    /// What is named is not there.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What it would be, in one word.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The name is taken.
    #[error("there is a {what} `{name}` already")]
    Taken {
        /// What has it, in one word.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A file is larger than so many bytes, the most that one may have.
    #[error("a file has at most {0} bytes, and this one has more; file_max_bytes sets the limit")]
    TooLarge(u64),
    /// The application has as much as it may have.
    #[error("{0}")]
    Quota(String),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ManageError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl ManageError {
    pub(crate) fn unknown(what: &'static str, name: &str) -> Self {
        Self::Unknown { what, name: name.into() }
    }

    pub(crate) fn taken(what: &'static str, name: &str) -> Self {
        Self::Taken { what, name: name.into() }
    }
}
