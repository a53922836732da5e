//! What handlers share.

use std::sync::Arc;

use claviger_capacity::{Bounds, Counter, Gate, Resource};
use claviger_service::Service;
use tracing::Span;

use crate::{
    access_log::AccessLog, client::EarlySignatures, client_ip::ClientIp, connections::Hub, health::Readiness,
    limits::Limits,
};

/// What handlers share.
pub struct State {
    /// The use cases.
    pub service: Arc<Service>,
    /// Where requests come from.
    pub client_ip: ClientIp,
    /// How many requests are served.
    pub limits: Limits,
    /// The address under which clients reach this server, without trailing slash.
    pub public_url: String,
    /// All connections.
    pub connections: Arc<Hub>,
    /// How many requests are under way.
    pub requests: Requests,
    /// The gates of what pages for people share, for those who watch the server.
    pub gates: Vec<Gate>,
    /// Where requests are told of, line by line, if they are.
    pub access_log: Option<AccessLog>,
    /// What else is done with spans, where somebody gathers traces.
    pub traces: Option<Traces>,
    /// Whether the database answers.
    pub readiness: Readiness,
    /// Signatures of what is told to callers who name no application.
    pub early: EarlySignatures,
}

/// What is done with the spans of requests by whoever gathers them.
#[derive(Clone, Copy, Debug)]
pub struct Traces {
    /// Makes a span the child of the one that a header `traceparent` names.
    pub set_parent: fn(&Span, &str),
    /// Gives a span another name.
    pub rename: fn(&Span, String),
}

/// How many requests are under way, by what they cost. What is dear has a bound of its own besides, such as hashing and
/// files.
pub struct Requests {
    /// Of programs.
    pub(crate) programs: Counter,
    /// Of everybody else, a share of them for each party.
    pub(crate) others: Gate,
}

impl State {
    /// Whether somebody is told which application a request was about.
    pub(crate) fn names_apps(&self) -> bool {
        self.access_log.is_some() || self.traces.is_some()
    }
}

impl Default for Requests {
    fn default() -> Self {
        let bounds = Resource::Requests.bounds();
        let others = Bounds { all: bounds.all / 4, ..bounds };
        Self { programs: Counter::new(bounds.all), others: Gate::with(Resource::Requests, others) }
    }
}
