//! Why a form about signing in was not accepted, for the form to say.

use axum::http::StatusCode;
use claviger_service::people::PeopleError;

use crate::fault::Fault;

/// The status and the sentence of a form that was not accepted.
///
/// # Errors
/// When it is the server that failed.
pub(crate) fn people_refusal(error: PeopleError) -> Result<(StatusCode, String), Fault> {
    let words = error.to_string();
    match error {
        PeopleError::Paused(_) => Ok((StatusCode::TOO_MANY_REQUESTS, words)),
        PeopleError::ProviderAway(_) => Ok((StatusCode::SERVICE_UNAVAILABLE, words)),
        PeopleError::Busy(_) => Err(Fault::Busy),
        PeopleError::Store(error) => Err(claviger_service::ServiceError::from(error).into()),
        _ => Ok((StatusCode::UNPROCESSABLE_ENTITY, words)),
    }
}
