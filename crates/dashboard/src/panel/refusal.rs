//! Why a form was not accepted, for the form to say.

use axum::http::StatusCode;
use claviger_service::{ServiceError, accounts::Refusal, customers::CustomerFailure};

use super::visit::PanelVisit;
use crate::fault::Fault;

/// The status and the sentence of a form that was not accepted.
///
/// # Errors
/// When it is the server that failed.
pub(super) fn refusal(visit: &PanelVisit, failure: CustomerFailure) -> Result<(StatusCode, String), Fault> {
    let w = visit.words;
    let told = match failure {
        CustomerFailure::Refused(refusal) => return Ok(told(visit, &refusal)),
        CustomerFailure::Expired | CustomerFailure::SignedOut => w.say("expired-form"),
        CustomerFailure::Busy(_) => return Ok((StatusCode::SERVICE_UNAVAILABLE, w.say("busy"))),
        CustomerFailure::Store(error) => return Err(ServiceError::from(error).into()),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, told))
}

fn told(visit: &PanelVisit, refusal: &Refusal) -> (StatusCode, String) {
    let w = visit.words;
    let sentence = match refusal {
        Refusal::Paused(seconds) => return (StatusCode::TOO_MANY_REQUESTS, too_many(visit, *seconds)),
        Refusal::KeyNotFound | Refusal::KeyTooLong => w.say("wrong-key"),
        Refusal::KeyBanned(_) => w.say("key-banned"),
        Refusal::UserBanned(reason) if reason.trim().is_empty() => w.say("banned"),
        Refusal::UserBanned(reason) => w.with("banned-why", "reason", reason.as_str()),
        Refusal::Blacklisted(_) => w.say("blacklisted"),
        Refusal::CodeWrong | Refusal::CodeMissing => w.say("wrong-code"),
        // No other rule is asked for a browser.
        _ => w.say("wrong-password"),
    };
    (StatusCode::UNPROCESSABLE_ENTITY, sentence)
}

/// Told to whoever failed too often.
pub(super) fn too_many(visit: &PanelVisit, seconds: i64) -> String {
    visit.words.count("too-many-tries", "seconds", seconds)
}
