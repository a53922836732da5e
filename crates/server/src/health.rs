//! For load balancers and supervisors: `/healthz` (the process lives), `/readyz` (the database answers), and
//! `/api/address` (which address the caller has here, so that `claviger doctor` can try the proxies between).

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{self, ConnectInfo},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};

use crate::{State, http::json};

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/api/address", get(address))
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
    match state.service.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            error.log("not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
