//! A page to read the description and to try the APIs: Swagger UI, kept in this repository, so that nothing is loaded
//! from elsewhere.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::State;

const HTML: &str = include_str!("../../assets/swagger-ui/index.html");
const START: &str = include_str!("../../assets/swagger-ui/start.js");
const SCRIPT: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui-bundle.js.gz");
const STYLE: &[u8] = include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz");

/// Nothing of other sites, in no frame. Swagger UI sets styles in its elements and shows icons from data addresses.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new()
        .route("/api/docs", get(async || to_page()))
        .route("/api/docs/", get(async || page()))
        .route("/api/docs/start.js", get(async || plain("text/javascript; charset=utf-8", START)))
        .route(
            "/api/docs/swagger-ui-bundle.js",
            get(async || packed("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route("/api/docs/swagger-ui.css", get(async || packed("text/css; charset=utf-8", STYLE)))
}

fn to_page() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/api/docs/")]).into_response()
}

fn page() -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    (HEADERS, HTML).into_response()
}

fn plain(content_type: &'static str, text: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "max-age=3600")];
    (headers, text).into_response()
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
