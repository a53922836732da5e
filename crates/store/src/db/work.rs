//! Transactions without their types: what runs them is compiled once, not for each of some hundreds.

use std::any::Any;

use super::Conn;
use crate::{Result, StoreError};

/// A transaction.
pub(super) type Work = Box<dyn FnOnce(&mut Conn<'_>) -> Result<Value, Failure> + Send>;
/// What a transaction brought.
pub(super) type Value = Box<dyn Any + Send>;

/// Why a transaction was undone.
pub(super) enum Failure {
    /// Its own error.
    Own(Box<dyn Any + Send>),
    /// The database's.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Leaves the types of a transaction behind.
pub(super) fn erase<T, E>(work: impl FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static) -> Work
where
    T: Send + 'static,
    E: Send + 'static,
{
    Box::new(move |conn| match work(conn) {
        Ok(value) => Ok(Box::new(value)),
        Err(error) => Err(Failure::Own(Box::new(error))),
    })
}

/// Gives the outcome of a transaction its types again.
pub(super) fn restore<T, E>(outcome: Result<Value, Failure>) -> Result<T, E>
where
    T: 'static,
    E: From<StoreError> + 'static,
{
    match outcome {
        Ok(value) => value.downcast().map(|value| *value).map_err(|_| StoreError::Closed.into()),
        Err(Failure::Own(error)) => {
            Err(error.downcast().map_or_else(|_| StoreError::Closed.into(), |error| *error))
        }
        Err(Failure::Store(error)) => Err(error.into()),
    }
}
