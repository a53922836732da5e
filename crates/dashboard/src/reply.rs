//! Headers that all pages carry.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use claviger_service::people::PasskeyQuestion;

/// Nothing of other sites, no script or style but our own files, in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// With the headers of pages; those that are there already stay.
pub(crate) fn guarded(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page or a fragment of one.
pub(crate) fn html(status: StatusCode, html: String) -> Response {
    (status, Html(html)).into_response()
}

/// A sentence for the script.
pub(crate) fn text(status: StatusCode, text: String) -> Response {
    (status, text).into_response()
}

/// A question to an authenticator, as JSON for the script.
pub(crate) fn question(question: &PasskeyQuestion) -> Response {
    // The ticket is hexadecimal digits.
    let json = format!("{{\"ticket\":\"{}\",\"options\":{}}}", question.ticket.expose(), question.options);
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// To another page, which is read: what was posted is not posted again.
pub(crate) fn see_other(address: &str) -> Response {
    let address = HeaderValue::try_from(address).unwrap_or(HeaderValue::from_static(crate::addresses::HOME));
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

/// As [`see_other`], for the script: it loads the page as a whole.
pub(crate) fn load(address: &str) -> Response {
    let address = HeaderValue::try_from(address).unwrap_or(HeaderValue::from_static(crate::addresses::HOME));
    (StatusCode::OK, [(HeaderName::from_static("hx-redirect"), address)]).into_response()
}
