//! The page behind the link that `forgot` mails: a user chooses a new password (`docs/protocol/client.md`).

use std::{net::SocketAddr, sync::Arc};

use askama::Template;
use axum::{
    Router,
    extract::{ConnectInfo, Path, Request, State as Shared},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use claviger_domain::{ClientAddress, Secret};
use claviger_service::{Alert, Alerted, ServiceError, accounts::ResetPassword};
use claviger_wire::Params;

use crate::{
    State as ServerState,
    constant::Constant,
    http::{BUSY_FOR, passes, read_body, with_retry_after},
};

/// Longest password in bytes.
const PASSWORD_MAX: usize = 1000;
/// Seconds after which there is room again for requests.
const TRY_AGAIN: u64 = 60;
static CSS: Constant = Constant::new("text/css; charset=utf-8", "max-age=3600", || {
    Bytes::from_static(include_bytes!("../assets/page.css"))
});
/// Nothing of other sites, no scripts, in no frame; the address holds a secret, so it is told nobody.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

#[derive(Template)]
#[template(path = "reset.html")]
struct Page {
    state: State,
}

/// What the page shows.
enum State {
    Form { problem: Option<&'static str> },
    Done,
    Unknown,
}

pub(crate) fn routes() -> Router<Arc<ServerState>> {
    Router::new().route("/reset/{secret}", get(show).post(change)).route("/assets/page.css", get(css))
}

async fn css(headers: HeaderMap) -> Response {
    CSS.answer(&headers, &[])
}

async fn show(
    Shared(server): Shared<Arc<ServerState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(secret): Path<String>,
) -> Response {
    let ip = server.client_ip.of(peer, &headers);
    if !may_ask(&server, ip) {
        return too_many();
    }
    match server.service.is_reset_link(&secret, ip).await {
        Ok(Ok(())) => page(StatusCode::OK, State::Form { problem: None }),
        Ok(Err(refused)) => told(refused),
        Err(error) => failed(&error),
    }
}

async fn change(
    Shared(server): Shared<Arc<ServerState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(secret): Path<String>,
    request: Request,
) -> Response {
    let ip = server.client_ip.of(peer, request.headers());
    if !may_ask(&server, ip) {
        return too_many();
    }
    let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
    let Some(body) = read_body(request.into_body()).await else {
        return page(
            StatusCode::PAYLOAD_TOO_LARGE,
            State::Form { problem: Some("Nothing arrived. Try again.") },
        );
    };
    let form = Params::from_body(content_type.as_ref().and_then(|value| value.to_str().ok()), body).await;
    let password = match password(&form) {
        Ok(password) => password,
        Err(problem) => return page(StatusCode::BAD_REQUEST, State::Form { problem: Some(problem) }),
    };
    match server.service.reset_password(&secret, &password, ip).await {
        Ok(outcome) => told(outcome),
        Err(error) => failed(&error),
    }
}

/// Whether one more request from an address is served.
fn may_ask(server: &ServerState, ip: ClientAddress) -> bool {
    let may = server.limits.client_may(ip);
    if !may {
        server.service.alert(Alert::TooManyRequests, ip, Alerted::default());
    }
    may
}

/// The page that tells what came of a link.
fn told(outcome: ResetPassword) -> Response {
    match outcome {
        ResetPassword::Done => page(StatusCode::OK, State::Done),
        ResetPassword::Unknown => page(StatusCode::NOT_FOUND, State::Unknown),
        ResetPassword::Leaked => {
            let problem = Some("This password is known from a data breach. Take another one.");
            page(StatusCode::BAD_REQUEST, State::Form { problem })
        }
        ResetPassword::Busy => busy(),
        ResetPassword::Paused(seconds) => {
            let problem = Some("Too many unknown links came from your address. Try again later.");
            let page = page(StatusCode::TOO_MANY_REQUESTS, State::Form { problem });
            with_retry_after(page, seconds.unsigned_abs())
        }
    }
}

/// The password, as programs will send it: without blanks around it.
fn password(form: &Params) -> Result<Secret, &'static str> {
    let field = |name| form.first(name).and_then(claviger_wire::normalize).unwrap_or_default();
    let (password, again) = (field("password"), field("password_again"));
    if password.is_empty() {
        return Err("Type a password.");
    }
    if password.len() > PASSWORD_MAX {
        return Err("This password is too long.");
    }
    if password != again {
        return Err("The two passwords differ. Type the same one twice.");
    }
    Ok(Secret::new(password))
}

fn page(status: StatusCode, state: State) -> Response {
    match (Page { state }).render() {
        Ok(html) => (status, HEADERS, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on this server.").into_response()
        }
    }
}

fn failed(error: &ServiceError) -> Response {
    if passes(error, "a request failed") {
        return busy();
    }
    let problem = Some("Something went wrong on this server. Try again later.");
    page(StatusCode::INTERNAL_SERVER_ERROR, State::Form { problem })
}

fn busy() -> Response {
    let problem = Some("The server is busy. Try again in a moment.");
    with_retry_after(page(StatusCode::SERVICE_UNAVAILABLE, State::Form { problem }), BUSY_FOR)
}

fn too_many() -> Response {
    let problem = Some("Too many requests came from your address. Try again in a minute.");
    with_retry_after(page(StatusCode::TOO_MANY_REQUESTS, State::Form { problem }), TRY_AGAIN)
}
