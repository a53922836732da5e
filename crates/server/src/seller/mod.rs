//! The Seller API: managing one application with its seller key (`docs/protocol/seller.md`).

mod access;
mod accounts;
mod application;
mod buttons;
mod chats;
mod checks;
mod files;
mod handle;
mod kind;
mod licenses;
mod list;
mod logs;
mod record;
mod retired;
mod sessions;
mod settings;
mod subscriptions;
mod users;
mod variables;
mod webhooks;

use std::{
    borrow::Cow,
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, LazyLock},
};

use axum::body::Body;
use claviger_service::{App, Service, ServiceError, StoreError, vendor::ManageError};
use claviger_wire::seller::{SellerParams, SellerReply};

use self::kind::Types;
pub(crate) use self::{
    handle::routes,
    kind::{Field, Form, Param, Shape, Type, may},
};
use crate::State;

/// Where the API lives; a type may follow in the path.
const PATH: &str = "/api/seller/";

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    pub(crate) params: SellerParams,
    /// Address of the caller.
    pub(crate) ip: IpAddr,
    /// The caller asked for `format=text`.
    pub(crate) text_mode: bool,
    /// The name of the type by which it was called, in lower case: its own or another.
    pub(crate) called: String,
}

impl Request {
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.state.service
    }

    /// A parameter that is only looked up or compared: empty when it is missing.
    pub(crate) fn text(&self, name: &str) -> String {
        self.params.get(name).map(Cow::into_owned).unwrap_or_default()
    }

    /// A parameter that will be stored: `None` when it is missing.
    ///
    /// # Errors
    /// Status 400 when it has more than `max` bytes.
    pub(crate) fn stored(&self, name: &str, max: usize) -> Result<Option<String>, SellerReply> {
        match self.params.get(name) {
            Some(value) if value.len() > max => Err(SellerReply::invalid_parameter(name)),
            value => Ok(value.map(Cow::into_owned)),
        }
    }
}

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
            // Types that look something up have a failure of their own for these.
            other => SellerReply::failure(other.to_string()).into(),
        }
    }
}

/// Every area with its name.
pub(crate) const AREAS: &[(&str, &[Types])] = &[
    ("Sessions", &[sessions::TYPES]),
    ("Licenses", licenses::TYPES),
    ("Users", users::TYPES),
    ("Variables of users", users::VARIABLES),
    ("Subscriptions", &[subscriptions::TYPES]),
    ("Variables", &[variables::TYPES]),
    ("Blacklist and whitelist", &[access::TYPES]),
    ("Chats", &[chats::TYPES]),
    ("Files", &[files::TYPES]),
    ("Webhooks", &[webhooks::TYPES]),
    ("Buttons", &[buttons::TYPES]),
    ("Accounts", &[accounts::TYPES]),
    ("Application", &[application::TYPES, settings::TYPES]),
    ("Logs", &[logs::TYPES]),
    ("Retired", &[retired::TYPES]),
];

/// Every type by its names in lower case.
static TYPES: LazyLock<HashMap<String, &'static Type>> = LazyLock::new(|| {
    let named = |kind: &'static Type| {
        let names = std::iter::once(&kind.name).chain(kind.aliases);
        names.map(move |name| (name.to_ascii_lowercase(), kind))
    };
    let types = AREAS.iter().flat_map(|(_, lists)| lists.iter().copied().flatten());
    types.flat_map(named).collect()
});

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
fn success(message: &'static str) -> Outcome {
    Ok(SellerReply::success(message).into())
}

/// A failure with status 200.
fn failure(message: &'static str) -> Outcome {
    Err(SellerReply::failure(message).into())
}

/// The reply to a change: `done`, or `failed` when what it is about is not there, is taken or is unfit.
fn settled<T>(outcome: Result<T, ManageError>, done: &'static str, failed: &'static str) -> Outcome {
    match outcome {
        Ok(_) => success(done),
        Err(ManageError::Unfit(_) | ManageError::Unknown { .. } | ManageError::Taken { .. }) => {
            failure(failed)
        }
        Err(error) => Err(error.into()),
    }
}

/// A success without a message.
fn silent() -> SellerReply {
    SellerReply::success("").without_message()
}

/// The failure of a type that looks something up.
fn unknown(error: ManageError, text: &'static str) -> Outcome {
    match error {
        ManageError::Unknown { .. } => failure(text),
        error => Err(error.into()),
    }
}

/// As [`settled`], for a change that tells whether there was anything to change.
fn settled_if(outcome: Result<bool, ManageError>, done: &'static str, failed: &'static str) -> Outcome {
    match outcome {
        Ok(false) => failure(failed),
        outcome => settled(outcome, done, failed),
    }
}
