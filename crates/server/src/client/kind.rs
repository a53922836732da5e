//! What a type of the Client API is: what must be there before it, and what it does.

use claviger_service::{Session, SessionUser};
use futures_util::future::BoxFuture;

use super::{answer::Outcome, request::Request};

/// What a type does.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Begins a session.
    Start(fn(Request) -> BoxFuture<'static, Outcome>),
    /// Needs a session that lives.
    InSession(fn(Request, Session) -> BoxFuture<'static, Outcome>),
    /// Needs a session whose user is signed in, not banned, and has a subscription that runs.
    SignedIn(fn(Request, Session, SessionUser) -> BoxFuture<'static, Outcome>),
    /// Has something to say before, or in spite of, a session that is not there.
    Always(fn(Request, Option<Session>) -> BoxFuture<'static, Outcome>),
}

/// Names of types with what they do.
pub(crate) type Types = &'static [(&'static str, Handler)];
