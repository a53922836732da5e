//! For load balancers and supervisors: `/healthz` (the process lives), `/readyz` (the database answers), and
//! `/api/address` (which address the caller has here, so that `claviger doctor` can try the proxies between).

mod readiness;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{self, ConnectInfo},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};

use crate::{State, http::json};

pub use readiness::Readiness;
pub(crate) use readiness::watch;

/// Whether a path is answered although there is no room for anything else.
pub(crate) fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
}

/// What tells how the server is.
pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// What tells callers how they look from here.
pub(crate) fn address_routes() -> Router<Arc<State>> {
    Router::new().route("/api/address", get(address))
}

async fn address(
    extract::State(state): extract::State<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let body = match state.client_ip.of(peer, &headers).known() {
        Some(address) => format!(r#"{{"success":true,"address":"{address}"}}"#),
        None => r#"{"success":true,"address":null}"#.into(),
    };
    json(StatusCode::OK, body)
}

async fn ready(extract::State(state): extract::State<Arc<State>>) -> (StatusCode, &'static str) {
    let why_not =
        if state.connections.is_stopping() { Some("stopping\n") } else { state.readiness.why_not() };
    match why_not {
        None => (StatusCode::OK, state.readiness.ready()),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}
