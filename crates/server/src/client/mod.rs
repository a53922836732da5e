//! The Client API: what a vendor's program calls (`docs/protocol/client.md`).

mod account;
mod answer;
mod ban;
mod blacklist;
mod change_username;
mod chat;
mod check;
mod file;
mod forgot;
mod init;
mod log;
mod logout;
mod online;
mod two_factor;
mod upgrade;
mod variables;
mod webhook;

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::Display,
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock},
};

use axum::{
    extract,
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
};
use bytes::Bytes;
use claviger_service::{App, RELAYED, ServiceError, Session, SessionUser};
use claviger_wire::Params;
use claviger_wire::client::{ApiVersion, ClientParams, Reply, text, v1_0};
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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

/// How the reply is written.
pub(crate) struct Format {
    version: ApiVersion,
    /// API 1.0: what the client chose for this request, as it was sent.
    init_iv: String,
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

    /// API 1.0: reads the parameters once the key that encrypts them is known. Others are readable already.
    fn decrypt(self, key: &str) -> Self {
        match self.version {
            ApiVersion::V1_0 => Self { params: self.params.decrypted(key), ..self },
            _ => self,
        }
    }
}

/// Seconds after which a program that sent too many requests may try again.
const TRY_AGAIN: u64 = 60;

/// What a type answers. A failure of the protocol is an answer as well.
pub(crate) type Outcome = Result<Answer, Fault>;

/// What a type does.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Begins a session.
    Start(fn(Request) -> BoxFuture<'static, Outcome>),
    /// Needs a session that lives.
    InSession(fn(Request, Session) -> BoxFuture<'static, Outcome>),
    /// Needs a session whose user is signed in, not banned, and has a subscription that runs.
    SignedIn(fn(Request, Session, SessionUser) -> BoxFuture<'static, Outcome>),
    /// Has something to say before, or in spite of, a session that is not there.
    Always(fn(Request, Option<Session>) -> BoxFuture<'static, Outcome>),
}

/// Names of types with what they do.
pub(crate) type Types = &'static [(&'static str, Handler)];

/// Every type, by its exact name.
static TYPES: LazyLock<HashMap<&'static str, Handler>> = LazyLock::new(|| {
    let areas = [
        init::TYPES,
        account::TYPES,
        ban::TYPES,
        blacklist::TYPES,
        change_username::TYPES,
        chat::TYPES,
        check::TYPES,
        file::TYPES,
        forgot::TYPES,
        log::TYPES,
        logout::TYPES,
        online::TYPES,
        two_factor::TYPES,
        upgrade::TYPES,
        variables::TYPES,
        webhook::TYPES,
    ];
    areas.into_iter().flatten().copied().collect()
});

/// The names of all types.
#[cfg(test)]
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    TYPES.keys().copied()
}

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
        Method::GET | Method::POST => {}
        Method::OPTIONS => return preflight(),
        _ => return method_not_allowed("GET, POST, OPTIONS"),
    }
    let (parts, body) = request.into_parts();
    let ip = state.client_ip.of(peer, &parts.headers);
    let mut format = Format { version, init_iv: String::new() };
    let Some(body) = read_body(body).await else {
        let answer = Answer::early(version, None, Reply::failure("Request too large or incomplete"));
        return answer.with_status(StatusCode::PAYLOAD_TOO_LARGE).render(&state, &format);
    };
    if parts.headers.contains_key(RELAYED) {
        // Or a webhook that leads back here would call itself without end.
        let answer = Answer::early(version, None, Reply::failure("Webhooks and files cannot call this API"));
        return answer.render(&state, &format);
    }
    let params = read_params(version, &parts, body).await;
    if version == ApiVersion::V1_0 {
        format.init_iv = params.raw(v1_0::INIT_IV).unwrap_or_default().into();
    }
    dispatch(state.clone(), version, params, ip).await.render(&state, &format)
}

async fn read_params(version: ApiVersion, parts: &Parts, body: Bytes) -> ClientParams {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let form = Params::from_body(content_type, body).await;
    if version == ApiVersion::V1_0 {
        return ClientParams::encrypted(form);
    }
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
        return early(text::TOO_MANY_REQUESTS).too_often(TRY_AGAIN);
    }
    let app = match state.service.app_by_name(owner_id, &name).await {
        Ok(Some(app)) => app,
        Ok(None) => return Answer::unknown_app(),
        Err(error) => return Answer::fault(None, error.into()),
    };
    if app.banned {
        let banned = Reply::failure(text::APP_BANNED);
        return match version {
            ApiVersion::V1_0 => Answer::secret_signed(app, banned),
            _ => Answer::unsigned(app, banned),
        };
    }
    let kind = params.get("type").unwrap_or_default().into_owned();
    let Some(handler) = TYPES.get(kind.as_str()).copied() else {
        let unknown = if version == ApiVersion::V1_0 { text::UNKNOWN_TYPE_V1_0 } else { text::UNKNOWN_TYPE };
        return Answer::unsigned(app, Reply::failure(unknown));
    };
    if !answers(&app, version) {
        let text = format!("API {} is switched off for this application", version.as_str());
        return Answer::secret_signed(app, Reply::failure(text));
    }
    let request = Request { state, app: app.clone(), version, params, ip };
    carry_out(request, &kind, handler).await.unwrap_or_else(|fault| Answer::fault(Some(app), fault))
}

async fn carry_out(request: Request, kind: &str, handler: Handler) -> Outcome {
    match handler {
        Handler::Start(handler) => {
            let app = request.app.clone();
            handler(request.decrypt(app.secret.expose())).await
        }
        Handler::Always(handler) => {
            let (request, session) = with_session(request, kind).await?;
            handler(request, session).await
        }
        Handler::InSession(handler) => match in_session(request, kind).await? {
            Ok((request, session)) => handler(request, session).await,
            Err(answer) => Ok(answer),
        },
        Handler::SignedIn(handler) => match in_session(request, kind).await? {
            Ok((request, session)) => match signed_in(&session) {
                Some(user) => handler(request, session, user).await,
                None => Ok(Answer::in_session(&request, &session, unauthed(&request.app))),
            },
            Err(answer) => Ok(answer),
        },
    }
}

/// A request with its session, which lives, of an application that is open; else the reply.
async fn in_session(request: Request, kind: &str) -> Result<Result<(Request, Session), Answer>, Fault> {
    let (request, session) = with_session(request, kind).await?;
    Ok(match (session, closed(&request.app)) {
        (None, _) => Err(Answer::session_not_found(request.app)),
        (Some(session), Some(closed)) => Err(Answer::in_session(&request, &session, Reply::failure(closed))),
        (Some(session), None) => Ok((request, session)),
    })
}

/// A request, readable with the key of its session, and that session if it lives.
async fn with_session(request: Request, kind: &str) -> Result<(Request, Option<Session>), ServiceError> {
    let session = find_session(&request, kind).await?;
    let enckey = session.as_ref().and_then(|session| session.state.enckey.as_deref());
    let request = match enckey {
        Some(enckey) => request.decrypt(enckey),
        None => request,
    };
    Ok((request, session))
}

async fn find_session(request: &Request, kind: &str) -> Result<Option<Session>, ServiceError> {
    let (app, id) = (&request.app, request.get("sessionid").unwrap_or_default());
    // Read along with the session, since both are asked for at once.
    let variable = request.get("var").filter(|_| kind == variables::GETVAR);
    let api = request.version.number();
    let session = request.state.service.find_session(app, &id, api, variable.as_deref()).await?;
    let here = |session: &Session| session.state.ip.parse() == Ok(request.ip);
    Ok(session.filter(|session| !app.settings.bind_session_to_ip || here(session)))
}

/// The reply to a request that needs a login and came without one.
pub(crate) fn unauthed(app: &App) -> Reply {
    Reply::failure(app.settings.messages.session_unauthed.clone())
}

/// The user of a session, if nothing keeps him from what needs a login.
pub(crate) fn signed_in(session: &Session) -> Option<SessionUser> {
    session.state.user.clone().filter(|user| user.banned.is_none() && user.subscribed)
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

/// What stays as it is in a segment of an address's path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one segment of an address's path.
pub(crate) fn path_segment(text: &str) -> impl Display {
    utf8_percent_encode(text, SEGMENT)
}
