//! A page to read the description and to try the APIs: Swagger UI, kept in this repository, so that nothing is loaded
//! from elsewhere.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;

use crate::{State, constant::Constant};

static PAGE: Constant = Constant::new("text/html; charset=utf-8", "no-cache", || {
    Bytes::from_static(include_bytes!("../../assets/swagger-ui/index.html"))
});
static SCRIPT_START: Constant = Constant::new("text/javascript; charset=utf-8", "max-age=3600", || {
    Bytes::from_static(include_bytes!("../../assets/swagger-ui/start.js"))
});
const SCRIPT: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui-bundle.js.gz");
const STYLE: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz");

/// Nothing of other sites, in no frame. Swagger UI sets styles in its elements and shows icons from data addresses.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/docs", get(async || to_page()))
        .route("/api/docs/", get(async |headers: HeaderMap| PAGE.answer(&headers, &HEADERS)))
        .route("/api/docs/start.js", get(async |headers: HeaderMap| SCRIPT_START.answer(&headers, &[])))
        .route(
            "/api/docs/swagger-ui-bundle.js",
            get(async || packed("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/api/docs/swagger-ui.css", get(async || packed("text/css; charset=utf-8", STYLE)))
}

fn to_page() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/api/docs/")]).into_response()
}

/// A file that is kept compressed; every browser takes it so.
fn packed(content_type: &'static str, bytes: &'static [u8]) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "max-age=86400"),
    ];
    (headers, bytes).into_response()
}
