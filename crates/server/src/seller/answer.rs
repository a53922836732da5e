//! What a type of the Seller API answers.

use std::borrow::Cow;

use axum::body::Body;
use claviger_domain::{DAYS_MAX, SECONDS_MAX, Unit};
use claviger_service::{ServiceError, StoreError, vendor::ManageError};
use claviger_wire::seller::SellerReply;

use super::size::too_large;

/// What a type answers. A failure of the protocol may be an `Ok` reply or stop the request.
pub(crate) type Outcome = Result<Answer, Stop>;

/// Why a request goes no further.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The protocol has a reply for it.
    Refused(SellerReply),
    /// Our fault.
    Failed(ServiceError),
}

impl From<SellerReply> for Stop {
    fn from(reply: SellerReply) -> Self {
        Self::Refused(reply)
    }
}

impl From<ServiceError> for Stop {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<ManageError> for Stop {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Service(error) => Self::Failed(error),
            ManageError::Busy(busy) => SellerReply::failure(busy.to_string()).status(503).into(),
            ManageError::Unfit(text) => SellerReply::failure(text).status(400).into(),
            ManageError::TooLarge(max) => too_large(max).into(),
            // Types that look something up have a failure of their own for these.
            other => SellerReply::failure(other.to_string()).into(),
        }
    }
}

/// What a caller gets to read.
pub(crate) enum Answer {
    /// A reply held in memory.
    Reply(SellerReply),
    /// A reply to a change, with what the audit log is to tell of old and new values.
    Changed(SellerReply, String),
    /// A reply that is written while it is read from the database.
    Stream {
        /// JSON, or lines of text.
        body: Body,
        /// Whether it is text.
        text: bool,
    },
}

impl From<SellerReply> for Answer {
    fn from(reply: SellerReply) -> Self {
        Self::Reply(reply)
    }
}

/// A success that is only a message.
pub(crate) fn success(message: &'static str) -> Outcome {
    Ok(SellerReply::success(message).into())
}

/// A failure with status 200.
pub(crate) fn failure(message: impl Into<Cow<'static, str>>) -> Outcome {
    Err(SellerReply::failure(message).into())
}

/// What is told of a duration beyond the longest one.
pub(crate) fn too_long(what: &str, unit: Unit) -> String {
    match unit {
        Unit::Days => format!("{what} must be at most {DAYS_MAX} days"),
        Unit::Seconds => format!("{what} must be at most {SECONDS_MAX} seconds"),
    }
}

/// The reply to a change: `done`, or `failed` when what it is about is not there, is taken or is unfit.
pub(crate) fn settled<T>(
    outcome: Result<T, ManageError>,
    done: &'static str,
    failed: &'static str,
) -> Outcome {
    match outcome {
        Ok(_) => success(done),
        Err(ManageError::Unfit(_) | ManageError::Unknown { .. } | ManageError::Taken { .. }) => {
            failure(failed)
        }
        Err(error) => Err(error.into()),
    }
}

/// As [`settled`], for a change that tells whether there was anything to change.
pub(crate) fn settled_if(
    outcome: Result<bool, ManageError>,
    done: &'static str,
    failed: &'static str,
) -> Outcome {
    match outcome {
        Ok(false) => failure(failed),
        outcome => settled(outcome, done, failed),
    }
}

/// The same, with what the audit log is to tell of old and new values where it went well.
pub(crate) fn telling(outcome: Outcome, changes: impl Into<String>) -> Outcome {
    Ok(match outcome? {
        Answer::Reply(reply) if reply.is_success() => Answer::Changed(reply, changes.into()),
        other => other,
    })
}

/// A success without a message.
pub(crate) fn silent() -> SellerReply {
    SellerReply::success("").without_message()
}

/// The failure of a type that looks something up.
pub(crate) fn unknown(error: ManageError, text: &'static str) -> Outcome {
    match error {
        ManageError::Unknown { .. } => failure(text),
        error => Err(error.into()),
    }
}
