//! Which address leads where.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{self, ConnectInfo},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use claviger_service::{Alert, Alerted};

use crate::{
    State, health,
    http::{json, too_often, unknown_method},
    links, openapi, seller,
};

/// All routes but those of the Client API, which [`crate::serve`] takes first. `pages` are those for people.
pub fn router(state: Arc<State>, pages: Router) -> Router {
    let counted = from_fn_with_state(state.clone(), counted);
    // The Seller API counts for itself, and questions about health are free.
    let router = Router::new()
        .merge(openapi::routes())
        .merge(health::address_routes())
        .route("/", get(root))
        .route_layer(counted.clone())
        .merge(seller::routes())
        .merge(health::routes())
        .merge(links::routes())
        .fallback_service(any(not_found).layer(counted).with_state(state.clone()))
        .method_not_allowed_fallback(async || unknown_method())
        .with_state(state.clone());
    router.merge(pages.route_layer(from_fn_with_state(state, with_address)))
}

/// Counts a request whose answer is the same for everybody: it costs little, but not nothing.
async fn counted(
    extract::State(state): extract::State<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: extract::Request,
    next: Next,
) -> Response {
    let address = state.client_ip.of(peer, request.headers());
    if !state.limits.client_may(address) {
        state.service.alert(Alert::TooManyRequests, address, Alerted::default());
        return too_often(state.limits.client_used_up());
    }
    next.run(request).await
}

/// Tells a page whose address the request comes from: which proxies are believed is decided here. Other requests look
/// for themselves, where it matters.
async fn with_address(
    extract::State(state): extract::State<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: extract::Request,
    next: Next,
) -> Response {
    let address = state.client_ip.of(peer, request.headers());
    request.extensions_mut().insert(address);
    // It tries secrets for whoever asks; it tells in its own words that there were too many.
    if request.uri().path().starts_with("/reset/") && !state.limits.client_may(address) {
        state.service.alert(Alert::TooManyRequests, address, Alerted::default());
        request.extensions_mut().insert(state.limits.client_used_up());
    }
    next.run(request).await
}

/// Browsers are led to the pages for people, everybody else is told what is here.
async fn root(headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, "/dashboard/")]).into_response();
    }
    let text = format!(
        "Claviger {}\n\n/dashboard/            the dashboard\n/api/1.0/ … /api/1.3/  Client API\n\
         /api/seller/           Seller API\n/api/docs/             both, to read and to try\n\
         /healthz, /readyz      health\n",
        env!("CARGO_PKG_VERSION")
    );
    text.into_response()
}

async fn not_found() -> Response {
    let body = r#"{"success":false,"message":"Not found"}"#;
    json(StatusCode::NOT_FOUND, body)
}
