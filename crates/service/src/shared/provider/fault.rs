//! Why a provider was of no use.

use std::error::Error;

use claviger_domain::in_one_line;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, StandardErrorResponse, UserInfoError,
    core::CoreErrorResponseType,
};

use super::http::Unanswered;

/// Most characters of what a provider said that go to the log.
const TOLD_MAX: usize = 200;

/// Why a provider was of no use. The text is for the operator's log; people get a shorter one.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ProviderFault {
    /// It cannot be reached, or does not answer as it should.
    #[error("{0}")]
    Away(String),
    /// What it said is not believed.
    #[error("what it said is not believed: {0}")]
    Unfit(String),
    /// It refused.
    #[error("it refused: {0}")]
    Refused(String),
}

impl ProviderFault {
    /// What it said is not believed, and why.
    pub(crate) fn unfit(why: &str) -> Self {
        Self::Unfit(why.to_owned())
    }

    /// It refused, in these words.
    pub(crate) fn refused(why: &str) -> Self {
        Self::Refused(short(why))
    }
}

/// A line of bounded length.
fn short(text: &str) -> String {
    in_one_line(text).chars().take(TOLD_MAX).collect()
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    short(&text)
}

impl From<DiscoveryError<Unanswered>> for ProviderFault {
    fn from(error: DiscoveryError<Unanswered>) -> Self {
        match error {
            DiscoveryError::Request(unanswered) => unanswered.into(),
            // With the body, which is no business of the log.
            DiscoveryError::Response(_, _, why) => Self::Away(short(&why)),
            error @ DiscoveryError::Validation(_) => Self::Unfit(chain(&error)),
            error => Self::Away(chain(&error)),
        }
    }
}

impl From<RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>> for ProviderFault {
    fn from(error: RequestTokenError<Unanswered, StandardErrorResponse<CoreErrorResponseType>>) -> Self {
        match error {
            RequestTokenError::Request(unanswered) => unanswered.into(),
            RequestTokenError::ServerResponse(told) => Self::refused(told.error().as_ref()),
            RequestTokenError::Parse(error, _) => Self::Unfit(chain(&error)),
            RequestTokenError::Other(why) => Self::Away(short(&why)),
        }
    }
}

impl From<UserInfoError<Unanswered>> for ProviderFault {
    fn from(error: UserInfoError<Unanswered>) -> Self {
        match error {
            UserInfoError::Request(unanswered) => unanswered.into(),
            UserInfoError::Response(_, _, why) => Self::Away(short(&why)),
            error => Self::Unfit(chain(&error)),
        }
    }
}

impl From<ClaimsVerificationError> for ProviderFault {
    fn from(error: ClaimsVerificationError) -> Self {
        Self::Unfit(chain(&error))
    }
}

impl From<Unanswered> for ProviderFault {
    fn from(Unanswered(why): Unanswered) -> Self {
        Self::Away(short(&why))
    }
}
