//! Why a use case failed for another reason than its own.

use claviger_screening::ScreeningError;
use claviger_store::StoreError;

use crate::shared::vault::VaultError;

/// Why a use case failed for another reason than its own.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is not usable.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system refused something.
    #[error("{0}")]
    System(String),
    /// What an operator asked for is not possible.
    #[error("{0}")]
    Refused(String),
}

impl From<ScreeningError> for ServiceError {
    fn from(error: ScreeningError) -> Self {
        Self::Refused(error.to_string())
    }
}
