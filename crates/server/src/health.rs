//! For load balancers and supervisors: `/healthz` (the process lives) and `/readyz` (the database answers).

use std::sync::Arc;

use axum::{Router, extract, http::StatusCode, routing::get};

use crate::State;

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

async fn ready(extract::State(state): extract::State<Arc<State>>) -> (StatusCode, &'static str) {
    match state.service.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
