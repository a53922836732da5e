//! `/reset/SECRET`: the page behind the link that `forgot` mails, where a user chooses a new password. It belongs to no panel,
//! since users of applications without one get such mails too; it has the panels' words and looks.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension, Router,
    body::Body,
    extract::{self, Path},
    http::{HeaderValue, Method as HttpMethod, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use claviger_capacity::AppRate;
use claviger_domain::{ClientAddress, Secret, trimmed};
use claviger_service::accounts::ResetPassword;

use super::{
    fault::fault_page,
    frame::PanelFrame,
    reply::{guarded, wanted},
    words::Words,
};
use crate::{
    fault::Fault,
    fields::Fields,
    reply,
    request::{OPEN_FORM_MAX, is_too_long, not_allowed, read_form},
    state::State as Shared,
};

/// Longest password in bytes.
const PASSWORD_MAX: usize = 1000;
/// Seconds after which it is worth to try again what could not be done for now.
const BUSY_FOR: u64 = 2;

#[derive(Template)]
#[template(path = "panel/reset.html")]
struct Page {
    frame: PanelFrame,
    state: State,
}

/// What the page shows.
enum State {
    Form { problem: Option<String> },
    Done,
    Unknown,
}

/// The page. Requests that are too many from one address come with the rate that is used up, and are told so.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/reset/{secret}", any(enter))
}

async fn enter(
    extract::State(shared): extract::State<Arc<Shared>>,
    Extension(ip): Extension<ClientAddress>,
    used_up: Option<Extension<AppRate>>,
    Path(secret): Path<String>,
    request: extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = match used_up {
        Some(Extension(rate)) => too_many(words_of(&parts, None), rate),
        None => go_in(&shared, ip, &secret, &parts, body).await,
    };
    // The address holds a secret: it is told nobody.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    guarded(response)
}

async fn go_in(shared: &Shared, ip: ClientAddress, secret: &str, parts: &Parts, body: Body) -> Response {
    if is_too_long(parts) {
        return StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.into_response();
    }
    let service = &shared.service;
    match parts.method {
        HttpMethod::GET | HttpMethod::HEAD => match service.is_reset_link(secret, ip).await {
            Ok(Ok(app)) => {
                let language = service.panel_language(app).await.ok();
                let words = words_of(parts, language.as_deref());
                page(words, StatusCode::OK, State::Form { problem: None })
            }
            Ok(Err(refused)) => told(words_of(parts, None), refused),
            Err(error) => fault_page(None, words_of(parts, None), &error.into()),
        },
        HttpMethod::POST => {
            let words = words_of(parts, None);
            let changed = change(shared, ip, secret, words, body).await;
            changed.unwrap_or_else(|fault| fault_page(None, words, &fault))
        }
        _ => not_allowed("GET, HEAD, POST"),
    }
}

/// The language that was asked for, or that the browser wants, or the one of the application's panel.
fn words_of(parts: &Parts, panel: Option<&str>) -> Words {
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let asked = query.get("lang").and_then(Words::of);
    let words = asked.or_else(|| wanted(&parts.headers)).or_else(|| panel.and_then(Words::of));
    words.unwrap_or(Words::fallback())
}

async fn change(
    shared: &Shared,
    ip: ClientAddress,
    secret: &str,
    words: Words,
    body: Body,
) -> Result<Response, Fault> {
    let form = read_form(body, OPEN_FORM_MAX).await?;
    match password(&form, words) {
        Ok(password) => Ok(told(words, shared.service.reset_password(secret, &password, ip).await?)),
        Err(problem) => Ok(page(words, StatusCode::BAD_REQUEST, State::Form { problem: Some(problem) })),
    }
}

/// The password, as programs will send it: without blanks around it.
fn password(form: &Fields, words: Words) -> Result<Secret, String> {
    let field = |name| trimmed(form.get(name).unwrap_or_default()).replace('\0', "\u{fffd}");
    let (password, again) = (field("password"), field("password_again"));
    if password.is_empty() {
        return Err(words.say("password-missing"));
    }
    if password.len() > PASSWORD_MAX {
        return Err(words.count("password-too-long", "most", PASSWORD_MAX as i64));
    }
    if password != again {
        return Err(words.say("passwords-differ"));
    }
    Ok(Secret::new(password))
}

/// The page that tells what came of a link.
fn told(words: Words, outcome: ResetPassword) -> Response {
    let form = |id| State::Form { problem: Some(words.say(id)) };
    match outcome {
        ResetPassword::Done => page(words, StatusCode::OK, State::Done),
        ResetPassword::Unknown => page(words, StatusCode::NOT_FOUND, State::Unknown),
        ResetPassword::Leaked => page(words, StatusCode::BAD_REQUEST, form("password-leaked")),
        ResetPassword::Busy => after(page(words, StatusCode::SERVICE_UNAVAILABLE, form("busy")), BUSY_FOR),
        ResetPassword::Paused(seconds) => {
            let page = page(words, StatusCode::TOO_MANY_REQUESTS, form("too-many-links"));
            after(page, seconds.unsigned_abs())
        }
    }
}

fn too_many(words: Words, rate: AppRate) -> Response {
    let state = State::Form { problem: Some(words.say("too-many-requests")) };
    after(page(words, StatusCode::TOO_MANY_REQUESTS, state), rate.reset.as_secs())
}

/// With when it is worth to try again.
fn after(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn page(words: Words, status: StatusCode, state: State) -> Response {
    let title = match state {
        State::Form { .. } => words.say("reset"),
        State::Done => words.say("reset-done"),
        State::Unknown => words.say("reset-unknown"),
    };
    match (Page { frame: PanelFrame::of_none(words, title), state }).render() {
        Ok(html) => reply::html(status, html),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
