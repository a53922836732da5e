//! Which address leads where.

use std::sync::Arc;

use axum::{Router, http::StatusCode, response::Response, routing::get};

use crate::{
    State, health,
    http::{json, unknown_method},
    openapi, reset, seller,
};

/// All routes but those of the Client API, which [`crate::serve`] takes first.
pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .merge(seller::routes())
        .merge(health::routes())
        .merge(reset::routes())
        .merge(openapi::routes())
        .route("/", get(root))
        .fallback(not_found)
        .method_not_allowed_fallback(async || unknown_method())
        .with_state(state)
}

async fn root() -> String {
    format!(
        "Claviger {}\n\n/api/1.0/ … /api/1.3/  Client API\n/api/seller/           Seller API\n\
         /api/docs/             both, to read and to try\n/healthz, /readyz      health\n",
        env!("CARGO_PKG_VERSION")
    )
}

async fn not_found() -> Response {
    let body = r#"{"success":false,"message":"Not found"}"#;
    json(StatusCode::NOT_FOUND, body.into())
}
