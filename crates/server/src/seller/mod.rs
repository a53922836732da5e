//! The Seller API: managing one application with its seller key (`docs/protocol/seller.md`).

mod application;
mod licenses;
mod sessions;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    extract::{self, ConnectInfo},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};
use bytes::Bytes;
use claviger_service::{App, RELAYED, ServiceError};
use claviger_wire::seller::{SellerParams, SellerReply, text};
use futures_util::future::BoxFuture;
use ipnet::IpNet;

use crate::{State, is_busy, json, method_not_allowed, preflight, read_body};

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    pub(crate) params: SellerParams,
}

/// What a type answers. A failure of the protocol is an `Ok` reply.
pub(crate) type Outcome = Result<Answer, ServiceError>;
/// What a type does.
pub(crate) type Handler = fn(Request) -> BoxFuture<'static, Outcome>;
/// Names of types, in lower case, with what they do.
pub(crate) type Types = &'static [(&'static str, Handler)];

/// Every type, by its name in lower case.
static TYPES: LazyLock<HashMap<&'static str, Handler>> = LazyLock::new(|| {
    let areas = [sessions::TYPES, licenses::TYPES, application::TYPES];
    areas.into_iter().flatten().copied().collect()
});

/// What a caller gets to read.
pub(crate) enum Answer {
    /// A reply held in memory.
    Reply(SellerReply),
    /// A JSON reply that is written while it is read from the database.
    Stream(axum::body::Body),
}

impl From<SellerReply> for Answer {
    fn from(reply: SellerReply) -> Self {
        Self::Reply(reply)
    }
}

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new().route("/api/seller", any(handle)).route("/api/seller/", any(handle))
}

async fn handle(
    extract::State(state): extract::State<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: extract::Request,
) -> Response {
    let method = request.method().clone();
    match method {
        Method::GET | Method::POST | Method::HEAD => {}
        Method::OPTIONS => return preflight(),
        _ => return method_not_allowed("GET, HEAD, POST, OPTIONS"),
    }
    let (parts, body) = request.into_parts();
    let ip = state.client_ip.of(peer, &parts.headers);
    let Some(body) = read_body(body).await else {
        return respond(&SellerReply::failure("Request too large or incomplete").status(413), false);
    };
    // What an end user chose must not change what the vendor's webhook asks for.
    let body = if parts.headers.contains_key(RELAYED) { Bytes::new() } else { body };
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let params = SellerParams::parse(parts.uri.query().unwrap_or_default(), content_type, body).await;
    let text = params.get("format").as_deref() == Some("text");
    let (app, handler) = match checked(&state, &params, &parts.headers, ip).await {
        Ok(found) => found,
        Err(reply) => return respond(&reply, text),
    };
    if method == Method::HEAD {
        // Looking must not act: link previews and prefetchers ask like this.
        return json(StatusCode::OK, Vec::new());
    }
    match handler(Request { state, app, params }).await {
        Ok(Answer::Reply(reply)) => respond(&reply, text),
        Ok(Answer::Stream(body)) => {
            let mut response = json(StatusCode::OK, Vec::new());
            *response.body_mut() = body;
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response
        }
        Err(error) => respond(&fault(&error), text),
    }
}

/// The common checks, in the order of the protocol; the first failure answers.
async fn checked(
    state: &State,
    params: &SellerParams,
    headers: &HeaderMap,
    ip: IpAddr,
) -> Result<(Arc<App>, Handler), SellerReply> {
    let app = find_app(state, params, headers, ip).await?;
    if !state.limits.seller_may(app.id) {
        return Err(SellerReply::failure(text::TOO_FREQUENT).status(429));
    }
    if app.banned {
        return Err(SellerReply::failure(text::APP_BANNED).status(403));
    }
    if !whitelisted(&app, ip) {
        return Err(SellerReply::failure(text::NOT_WHITELISTED).status(423));
    }
    if !app.may_sell(state.service.clock().now()) {
        return Err(SellerReply::failure(text::NOT_AUTHORIZED).status(403));
    }
    let Some(kind) = params.get("type") else { return Err(SellerReply::failure(text::NO_TYPE)) };
    if params.type_given_twice() {
        return Err(SellerReply::failure(text::TYPE_TWICE));
    }
    match TYPES.get(kind.to_ascii_lowercase().as_str()) {
        Some(handler) => {
            tracing::debug!(app = app.id, kind = %kind, "seller request");
            Ok((app, *handler))
        }
        None => Err(SellerReply::failure(text::UNKNOWN_TYPE)),
    }
}

/// The application of the seller key. A stranger learns nothing but that the key is unknown.
async fn find_app(
    state: &State,
    params: &SellerParams,
    headers: &HeaderMap,
    ip: IpAddr,
) -> Result<Arc<App>, SellerReply> {
    let bearer = || {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
    };
    let key = params.get("sellerkey").map(std::borrow::Cow::into_owned).or_else(bearer);
    let found = match key {
        Some(key) if key.len() == 32 => state.service.app_by_seller_key(&key).await,
        _ => Ok(None),
    };
    match found {
        Ok(Some(app)) => Ok(app),
        Ok(None) if state.limits.may_guess(ip) => {
            Err(SellerReply::failure(text::SELLER_KEY_NOT_FOUND).status(404))
        }
        Ok(None) => Err(SellerReply::failure(text::TOO_FREQUENT).status(429)),
        Err(error) => Err(fault(&error)),
    }
}

fn whitelisted(app: &App, ip: IpAddr) -> bool {
    let allowed = &app.settings.seller_api_whitelist;
    let matches = |entry: &String| {
        entry.parse::<IpAddr>().is_ok_and(|address| address == ip)
            || entry.parse::<IpNet>().is_ok_and(|net| net.contains(&ip))
    };
    allowed.is_empty() || allowed.iter().any(matches)
}

fn fault(error: &ServiceError) -> SellerReply {
    if is_busy(error) {
        return SellerReply::failure("The server is busy. Try again in a moment.").status(503);
    }
    tracing::error!(%error, "a seller request failed");
    SellerReply::failure(text::INTERNAL_ERROR).status(500)
}

fn respond(reply: &SellerReply, text_mode: bool) -> Response {
    let status = StatusCode::from_u16(reply.status_in(text_mode)).unwrap_or(StatusCode::OK);
    let (body, content_type) = reply.render(text_mode);
    let mut response = json(status, body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type.as_str()));
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}
