//! The Client API: what a vendor's program calls (`docs/protocol/client.md`).

mod account;
mod answer;
mod check;
mod init;
mod logout;
mod online;

use std::{
    borrow::Cow,
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
};

use axum::{
    extract,
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
};
use bytes::Bytes;
use claviger_service::{App, ServiceError, Session};
use claviger_wire::Params;
use claviger_wire::client::{ApiVersion, ClientParams, Reply, text};
use futures_util::future::BoxFuture;

use self::answer::Answer;
use crate::{State, is_busy, method_not_allowed, preflight, read_body};

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    pub(crate) version: ApiVersion,
    pub(crate) params: ClientParams,
    pub(crate) ip: IpAddr,
}

impl Request {
    /// A parameter's value, trimmed; an empty one is none.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params.get(name)
    }

    /// As [`Request::get`], for what outlives the request.
    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(Cow::into_owned)
    }
}

/// What a type answers. A failure of the protocol is an answer as well.
pub(crate) type Outcome = Result<Answer, Fault>;

/// What a type does.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Begins a session.
    Start(fn(Request) -> BoxFuture<'static, Outcome>),
    /// Needs a session that lives.
    InSession(fn(Request, Session) -> BoxFuture<'static, Outcome>),
}

/// Names of types with what they do.
pub(crate) type Types = &'static [(&'static str, Handler)];

/// Every type, by its exact name.
static TYPES: LazyLock<HashMap<&'static str, Handler>> = LazyLock::new(|| {
    let areas = [init::TYPES, account::TYPES, check::TYPES, logout::TYPES, online::TYPES];
    areas.into_iter().flatten().copied().collect()
});

/// Why a request could not be carried out at all.
pub(crate) enum Fault {
    /// Our fault: details go to the log only.
    Internal(ServiceError),
    /// Too much to do; the client may try again.
    Busy,
}

impl<E: Into<ServiceError>> From<E> for Fault {
    fn from(error: E) -> Self {
        let error = error.into();
        if is_busy(&error) { Self::Busy } else { Self::Internal(error) }
    }
}

/// The version of the Client API that a path names, with or without the last slash: a redirect would lose the body.
pub(crate) fn version_at(path: &str) -> Option<ApiVersion> {
    let version = path.strip_prefix("/api/1.")?;
    Some(match version.strip_suffix('/').unwrap_or(version) {
        "0" => ApiVersion::V1_0,
        "1" => ApiVersion::V1_1,
        "2" => ApiVersion::V1_2,
        "3" => ApiVersion::V1_3,
        _ => return None,
    })
}

/// Answers a request to the Client API.
pub(crate) async fn handle(
    state: Arc<State>,
    version: ApiVersion,
    peer: SocketAddr,
    request: extract::Request,
) -> Response {
    match *request.method() {
        Method::POST => {}
        Method::GET if version != ApiVersion::V1_0 => {}
        Method::OPTIONS => return preflight(),
        _ => return method_not_allowed("GET, POST, OPTIONS"),
    }
    if version == ApiVersion::V1_0 {
        // Its parameters are encrypted, which this release cannot read.
        return Answer::early(version, None, Reply::failure(text::V1_0_UNAVAILABLE)).render(&state, version);
    }
    let (parts, body) = request.into_parts();
    let ip = state.client_ip.of(peer, &parts.headers);
    let Some(body) = read_body(body).await else {
        let answer = Answer::early(version, None, Reply::failure("Request too large or incomplete"));
        return answer.with_status(StatusCode::PAYLOAD_TOO_LARGE).render(&state, version);
    };
    let params = read_params(&parts, body).await;
    dispatch(state.clone(), version, params, ip).await.render(&state, version)
}

async fn read_params(parts: &Parts, body: Bytes) -> ClientParams {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let form = Params::from_body(content_type, body).await;
    let query = parts.uri.query().map(Params::from_query).unwrap_or_default();
    ClientParams::new(form, query)
}

/// The common checks, in the order of the protocol; the first failure answers.
async fn dispatch(state: Arc<State>, version: ApiVersion, params: ClientParams, ip: IpAddr) -> Answer {
    let owner_id = params.get("ownerid").filter(|id| id != "0").map(Cow::into_owned);
    let early = |text| Answer::early(version, owner_id.as_deref(), Reply::failure(text));
    let Some(owner_id) = owner_id.as_deref() else { return early(text::NO_OWNER_ID) };
    let Some(name) = params.get("name").map(Cow::into_owned) else { return early(text::NO_APP_NAME) };
    if owner_id.len() != claviger_domain::OwnerId::LEN {
        return early(text::OWNER_ID_LENGTH);
    }
    if !state.limits.client_may(ip) {
        return early(text::TOO_MANY_REQUESTS).with_status(StatusCode::TOO_MANY_REQUESTS);
    }
    let app = match state.service.app_by_name(owner_id, &name).await {
        Ok(Some(app)) => app,
        Ok(None) => return Answer::unknown_app(),
        Err(error) => return Answer::fault(None, error.into()),
    };
    let refused = |text| Answer::unsigned(app.clone(), Reply::failure(text));
    if app.banned {
        return refused(text::APP_BANNED);
    }
    let kind = params.get("type").unwrap_or_default().into_owned();
    let Some(handler) = TYPES.get(kind.as_str()).copied() else { return refused(text::UNKNOWN_TYPE) };
    if !answers(&app, version) {
        let text = format!("API {} is switched off for this application", version.as_str());
        return Answer::secret_signed(app, Reply::failure(text));
    }
    let request = Request { state, app: app.clone(), version, params, ip };
    let outcome = match handler {
        Handler::Start(handler) => handler(request).await,
        Handler::InSession(handler) => in_session(request, handler).await,
    };
    outcome.unwrap_or_else(|fault| Answer::fault(Some(app), fault))
}

async fn in_session(
    request: Request,
    handler: fn(Request, Session) -> BoxFuture<'static, Outcome>,
) -> Outcome {
    let app = &request.app;
    let id = request.get("sessionid").unwrap_or_default();
    let found = request.state.service.find_session(app, &id, request.version.number()).await?;
    drop(id);
    let Some(session) = found else { return Ok(Answer::session_not_found(app.clone())) };
    match closed(app) {
        Some(closed) => Ok(Answer::in_session(&request, &session, Reply::failure(closed))),
        None => handler(request, session).await,
    }
}

fn answers(app: &App, version: ApiVersion) -> bool {
    let api = app.settings.api;
    match version {
        ApiVersion::V1_0 => api.v1_0,
        ApiVersion::V1_1 => api.v1_1,
        ApiVersion::V1_2 => api.v1_2,
        ApiVersion::V1_3 => api.v1_3,
    }
}

/// The text of an application that its owner has closed.
pub(crate) fn closed(app: &App) -> Option<String> {
    let settings = &app.settings;
    if !settings.enabled {
        Some(settings.messages.app_disabled.clone())
    } else if settings.paused {
        Some(settings.messages.paused_app.clone())
    } else {
        None
    }
}
