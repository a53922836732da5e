//! What all replies to customers carry, and the language that they are in.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

use super::words::Words;
use crate::reply;

/// Nothing of other sites, no script at all, no style but our own files, in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// The language that a browser wants.
pub(super) fn wanted(headers: &HeaderMap) -> Option<Words> {
    Words::wanted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)
}

/// With the headers of panels; those that are there already stay.
pub(super) fn guarded(mut response: Response) -> Response {
    const VARY: HeaderName = header::VARY;
    response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    reply::guarded(response)
}
