//! Why a use case failed for another reason than its own.

use std::time::Instant;

use claviger_capacity::Full;
use claviger_domain::Seldom;
use claviger_screening::ScreeningError;
use claviger_store::StoreError;

use crate::shared::master_key::MasterKeyError;

/// Why a use case failed for another reason than its own.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is not usable.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// There is no place for it now.
    #[error(transparent)]
    Full(#[from] Full),
    /// No more fits on the disk.
    #[error("the disk is full: make room for uploads")]
    DiskFull,
    /// The system refused something.
    #[error("{0}")]
    System(String),
    /// What an operator asked for is not possible.
    #[error("{0}")]
    Refused(String),
}

/// When it was told last that requests cannot be served for now.
static PASSING_TOLD: Seldom = Seldom::new();
/// The same of work that no request waits for.
static WORK_TOLD: Seldom = Seldom::new();

impl ServiceError {
    /// Whether the same request may go well later: something is full, or see [`StoreError::is_passing`].
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => error.is_passing(),
            Self::Full(_) => true,
            _ => false,
        }
    }

    /// Tells the log, with advice where there is some. What passes is told once a minute, or an outage would fill the
    /// disk that may be what is wrong.
    pub fn log(&self, what: &'static str) {
        self.log_seldom(what, &PASSING_TOLD, "requests get 503 for now");
    }

    fn log_seldom(&self, what: &'static str, told: &Seldom, passing: &'static str) {
        let advice = match self {
            Self::Store(error) => error.advice_to_server(),
            _ => String::new(),
        };
        if !self.is_passing() {
            tracing::error!(error = %self, advice, "{what}");
        } else if told.is_due(Instant::now()) {
            tracing::error!(error = %self, advice, "{passing}");
        }
    }
}

impl From<ScreeningError> for ServiceError {
    fn from(error: ScreeningError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Tells the log of work that no request waits for and that is tried again, in the manner of [`ServiceError::log`].
pub(crate) fn log_work(error: impl Into<ServiceError>, what: &'static str) {
    error.into().log_seldom(what, &WORK_TOLD, "work in the background waits for the database");
}

/// What came of a note that is taken beside a request: what only reads must not fail because nothing can be written.
pub(crate) fn beside<T: Default>(outcome: Result<T, StoreError>) -> Result<T, ServiceError> {
    match outcome.map_err(ServiceError::from) {
        Err(error) if error.is_passing() => {
            error.log("a note was not taken");
            Ok(T::default())
        }
        outcome => outcome,
    }
}
