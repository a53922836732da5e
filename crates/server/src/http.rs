//! What all endpoints read and answer alike.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use claviger_capacity::AppRate;
use claviger_service::ServiceError;

/// Largest body of a request in bytes.
const BODY_MAX: usize = 1024 * 1024;
/// How often a body is asked for before a timer is set.
const POLLS_WITHOUT_TIMER: u32 = 2;
/// How long a client may take to send it.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// What is told to whoever compresses a body.
pub(crate) const COMPRESSED: &str =
    "Compressed bodies are not read: send it as it is, without Content-Encoding";

/// Whether a body came compressed, or in another encoding that is not read. Some libraries name a character set there,
/// which is none.
pub(crate) fn is_compressed(headers: &HeaderMap, body: &Bytes) -> bool {
    const PLAIN: [&[u8]; 4] = [b"", b"identity", b"utf-8", b"utf8"];
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut names = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    let is_plain = |name: &[u8]| PLAIN.iter().any(|plain| name.trim_ascii().eq_ignore_ascii_case(plain));
    !body.is_empty() && !names.all(is_plain)
}

/// The reply to a compressed body, which tells how bodies are read.
pub(crate) fn with_encodings(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    response
}

/// The answer to a method that an endpoint does not have.
pub(crate) fn method_not_allowed(allowed: &'static str) -> Response {
    let mut response = unknown_method();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// As [`method_not_allowed`], where the router tells which methods there are.
pub(crate) fn unknown_method() -> Response {
    json(StatusCode::METHOD_NOT_ALLOWED, r#"{"success":false,"message":"Method not allowed"}"#)
}

/// The body of a request; `None` when it is too large, too slow or breaks off.
pub(crate) async fn read_body(body: Body) -> Option<Bytes> {
    let mut reading = pin!(axum::body::to_bytes(body, BODY_MAX));
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
        None => tokio::time::timeout(BODY_WITHIN, reading).await.ok()?.ok(),
    }
}

/// Seconds after which it is worth to try again what could not be done for now.
pub(crate) const BUSY_FOR: u64 = 2;

/// Tells the log of a failure that the caller hears nothing of; whether it passes, so that the caller may try again.
pub(crate) fn passes(error: &ServiceError, what: &'static str) -> bool {
    error.log(what);
    error.is_passing()
}

/// A response that tells when to try again.
pub(crate) fn with_retry_after(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

/// A JSON response with the headers that all of the APIs' replies carry.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(8);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer when there is no room for a request.
pub(crate) fn busy() -> Response {
    const BODY: &str = r#"{"success":false,"message":"The server is busy. Try again in a moment."}"#;
    with_retry_after(json(StatusCode::SERVICE_UNAVAILABLE, BODY), BUSY_FOR)
}

/// The answer to an address that asks too often.
pub(crate) fn too_often(rate: AppRate) -> Response {
    const BODY: &str = r#"{"success":false,"message":"Too many requests. Try again in a minute."}"#;
    let mut response = with_retry_after(json(StatusCode::TOO_MANY_REQUESTS, BODY), 60);
    tell_rate(&mut response, rate);
    response
}

/// Tells the caller how many more requests are served.
pub(crate) fn tell_rate(response: &mut Response, rate: AppRate) {
    let seconds = rate.reset.as_secs() + u64::from(rate.reset.subsec_nanos() > 0);
    let headers = response.headers_mut();
    headers.insert("ratelimit-limit", rate.limit.into());
    headers.insert("ratelimit-remaining", rate.remaining.into());
    headers.insert("ratelimit-reset", seconds.into());
}

/// The answer to a browser that asks whether it may call from another origin.
pub(crate) fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
