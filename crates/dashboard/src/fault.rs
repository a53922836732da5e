//! What goes wrong on the way to a page, and the page that says so.

use axum::{http::StatusCode, response::Response};
use claviger_service::{ServiceError, vendor::ManageError};

/// What a page answers.
pub(crate) type Answer = Result<Response, Fault>;

/// Why a request is not answered as it was meant.
#[derive(Debug)]
pub(crate) enum Fault {
    /// There is nothing, or nothing that this person may know of.
    NotFound,
    /// The person may not; a sentence that says what is missing.
    Forbidden(String),
    /// What was sent cannot be used; a sentence that says why.
    Invalid(String),
    /// What was sent is larger than what is read.
    TooLarge,
    /// Too much was guessed from there; a sentence that says how long to wait.
    TooOften(String),
    /// The server has more to do than it can, or its database cannot be had for now.
    Busy,
    /// Something failed here.
    Failed(ServiceError),
}

impl Fault {
    /// The status, title and sentence of the page that tells.
    pub fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Nothing here",
                "There is no such page, or it is not yours. Go back, or begin at your applications.".into(),
            ),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, "You may not do this", why.clone()),
            Self::Invalid(why) => (StatusCode::BAD_REQUEST, "This cannot be done", why.clone()),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "This is too much",
                "More was sent than is read at once. Nothing was changed; send less.".into(),
            ),
            Self::TooOften(why) => (StatusCode::TOO_MANY_REQUESTS, "Too many tries", why.clone()),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is busy",
                "It has more to do than it can, or its database does not answer. Try again in a moment, and look \
                 whether what you sent was done."
                    .into(),
            ),
            Self::Failed(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something failed on this server",
                "It was written to the server's log. Try again in a moment.".into(),
            ),
        }
    }
}

impl From<ManageError> for Fault {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Busy(_) => Self::Busy,
            ManageError::Service(error) => error.into(),
            told => Self::Invalid(sentence(&told.to_string())),
        }
    }
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Refused(why) => Self::Invalid(sentence(&why)),
            error if error.is_passing() => {
                error.log("a page failed");
                Self::Busy
            }
            error => Self::Failed(error),
        }
    }
}

/// The sentence with which something was refused, to be shown beside what was typed.
///
/// # Errors
/// Whatever else went wrong.
pub(crate) fn refusal(error: impl Into<Fault>) -> Result<String, Fault> {
    match error.into() {
        Fault::Invalid(why) => Ok(why),
        fault => Err(fault),
    }
}

/// A message of the service as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    let mut text: String = first.chain(characters).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
