//! Claviger's HTTP face. One file per endpoint or small area; each request's `type` is looked up in a table built from
//! those files' lists.

mod client;
mod client_ip;
mod health;
mod limits;
mod openapi;
mod reset;
mod seller;
mod serve;

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use claviger_service::{Service, ServiceError, StoreError};

pub use client_ip::ClientIp;
pub use limits::{Limits, Rates};
pub use openapi::document as openapi_document;
pub use serve::serve;

/// Largest body of a request in bytes.
const BODY_MAX: usize = 1024 * 1024;
/// How often a body is asked for before a timer is set.
const POLLS_WITHOUT_TIMER: u32 = 2;
/// How long a client may take to send it.
const BODY_WITHIN: Duration = Duration::from_secs(30);

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
}

/// All routes but those of the Client API, which [`serve`] takes first.
pub fn router(state: Arc<State>) -> Router {
    Router::new()
        .merge(seller::routes())
        .merge(health::routes())
        .merge(reset::routes())
        .merge(openapi::routes())
        .route("/", get(root))
        .fallback(not_found)
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

/// The answer to a method that an endpoint does not have.
fn method_not_allowed(allowed: &'static str) -> Response {
    let mut response =
        json(StatusCode::METHOD_NOT_ALLOWED, br#"{"success":false,"message":"Method not allowed"}"#.into());
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The body of a request; `None` when it is too large, too slow or breaks off.
async fn read_body(body: Body) -> Option<Bytes> {
    read_body_of(body, BODY_MAX, BODY_WITHIN).await
}

/// As [`read_body`], of at most `max` bytes.
async fn read_body_of(body: Body, max: usize, within: Duration) -> Option<Bytes> {
    let mut reading = pin!(axum::body::to_bytes(body, max));
    // A body that came along with its head is there after a poll or two, and needs no timer.
    let mut tries = 0;
    let at_once = poll_fn(|context| match reading.as_mut().poll(context) {
        Poll::Ready(body) => Poll::Ready(Some(body)),
        Poll::Pending if tries == POLLS_WITHOUT_TIMER => Poll::Ready(None),
        Poll::Pending => {
            tries += 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    });
    match at_once.await {
        Some(body) => body.ok(),
        None => tokio::time::timeout(within, reading).await.ok()?.ok(),
    }
}

/// Whether a failure passes by itself: the database has more to do than it can.
fn is_busy(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(StoreError::Overloaded))
}

/// A JSON response with the headers that all of the APIs' replies carry.
fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to a browser that asks whether it may call from another origin.
fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
