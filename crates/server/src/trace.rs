//! The span of a request, where somebody gathers traces. Elsewhere it is none, and costs a look at a flag.

use std::net::SocketAddr;

use axum::{
    body::Body,
    http::{Method, Request},
    response::Response,
};
use tracing::{Span, field::Empty, info_span};

use crate::{State, metrics, request_id::RequestId, seen::Seen};

/// The span of a request. Its path is not told: some hold a secret. Whose child it is, only a trusted proxy may say.
pub(crate) fn begin(state: &State, peer: SocketAddr, request: &Request<Body>, id: &RequestId) -> Span {
    let Some(traces) = state.traces else { return Span::none() };
    let span = info_span!(
        target: "claviger::trace",
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method(request.method()),
        http.response.status_code = Empty,
        claviger.request_id = id.as_str(),
        claviger.api = Empty,
        claviger.type = Empty,
        claviger.outcome = Empty,
        claviger.app = Empty,
    );
    let named = request.headers().get("traceparent").filter(|_| state.client_ip.trusts_peer(peer));
    if let Some(parent) = named.and_then(|value| value.to_str().ok()) {
        (traces.set_parent)(&span, parent);
    }
    span
}

/// The name of a method; what a caller made up is `_OTHER`, as OpenTelemetry wants it.
fn method(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::HEAD | Method::OPTIONS | Method::PUT | Method::PATCH => {}
        Method::DELETE | Method::CONNECT | Method::TRACE => {}
        _ => return "_OTHER",
    }
    method.as_str()
}

/// Tells what the request was, and what came of it.
pub(crate) fn end(state: &State, span: &Span, seen: &Seen, response: &Response) {
    let Some(traces) = state.traces else { return };
    let (status, kind) = (response.status(), metrics::name(seen));
    (traces.rename)(span, format!("{} {kind}", seen.api.as_str()));
    span.record("http.response.status_code", status.as_u16());
    span.record("claviger.api", seen.api.as_str());
    span.record("claviger.type", kind);
    span.record("claviger.outcome", seen.outcome(status).as_str());
    if let Some(app) = &seen.app {
        span.record("claviger.app", app.name.as_str());
    }
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
