//! A request of the Client API on its way to its type: the checks that all types share, in the protocol's order.

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use axum::{
    extract,
    http::{Method, StatusCode, header, request::Parts},
    response::Response,
};
use bytes::Bytes;
use claviger_domain::{ClientAddress, SigningKey, is_same_subscriber};
use claviger_service::{Alert, Alerted, App, Asking, RELAYED, ServiceError, Session};
use claviger_wire::Params;
use claviger_wire::client::{ApiVersion, ClientParams, Reply, text, v1_0};

use super::{
    answer::{Answer, Fault, Outcome},
    kind::Handler,
    request::{Format, Request},
    states::{closed, signed_in, unauthed},
    table::{Row, TYPES},
    variables,
};
use crate::{
    State,
    http::{COMPRESSED, is_compressed, method_not_allowed, preflight, read_body, tell_rate, with_encodings},
    seen::{Api, Seen},
};

/// Largest body in bytes of a request that is refused for being one too many: it is read for the owner id, which
/// programs want to read in the reply.
const REFUSED_MAX: u64 = 16 * 1024;
/// Seconds after which a program that sent too many requests may try again.
const TRY_AGAIN: u64 = 60;

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

/// Answers a request to the Client API, and tells what it was.
pub(crate) async fn handle(
    state: Arc<State>,
    version: ApiVersion,
    peer: SocketAddr,
    request: extract::Request,
    seen: &mut Seen,
) -> Response {
    *seen = Seen::at(Api::Client);
    match *request.method() {
        Method::GET | Method::POST => {}
        Method::OPTIONS => return preflight(),
        _ => return method_not_allowed("GET, POST, OPTIONS"),
    }
    let mut format = Format { version, init_iv: String::new(), enckey: false };
    let (parts, body) = request.into_parts();
    let ip = state.client_ip.of(peer, &parts.headers);
    let allowed = state.limits.client_may(ip);
    if !allowed {
        state.service.alert(Alert::TooManyRequests, ip, Alerted::default());
    }
    if !allowed && axum::body::HttpBody::size_hint(&body).exact().is_none_or(|size| size > REFUSED_MAX) {
        return too_many_requests(&state, &format, None);
    }
    let Some(body) = read_body(body).await else {
        let answer = Answer::early(version, None, Reply::failure("Request too large or incomplete"));
        return answer.with_status(StatusCode::PAYLOAD_TOO_LARGE).render(&state, &format);
    };
    // Not before: whoever sends slowly would have the places of those who do not.
    let Some(_counted) = state.requests.programs.try_enter() else {
        state.connections.figures().shed.add();
        return Answer::fault(None, Fault::Busy).render(&state, &format);
    };
    if is_compressed(&parts.headers, &body) {
        let answer = Answer::early(version, None, Reply::failure(COMPRESSED));
        return with_encodings(
            answer.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).render(&state, &format),
        );
    }
    if parts.headers.contains_key(RELAYED) {
        // Or a webhook that leads back here would call itself without end.
        seen.refused = true;
        let answer = Answer::early(version, None, Reply::failure("Webhooks and files cannot call this API"));
        return answer.render(&state, &format);
    }
    let params = read_params(version, &parts, body).await;
    match version {
        ApiVersion::V1_0 => format.init_iv = params.raw(v1_0::INIT_IV).unwrap_or_default().into(),
        ApiVersion::V1_3 => format.enckey = params.get("enckey").is_some(),
        ApiVersion::V1_1 | ApiVersion::V1_2 => {}
    }
    if !allowed {
        return too_many_requests(&state, &format, owner_id(&params).as_deref());
    }
    if params.too_many() {
        let answer = Answer::early(version, None, Reply::failure(text::TOO_MANY_PARAMETERS));
        return answer.with_status(StatusCode::PAYLOAD_TOO_LARGE).render(&state, &format);
    }
    let answer = dispatch(state.clone(), version, params, ip, seen).await;
    seen.refused = answer.says_no();
    if answer.has_file() {
        // Boxed, since it is rare: other requests need not carry it around.
        return Box::pin(answer.stream(&state, &format)).await;
    }
    answer.render(&state, &format)
}

/// The answer to an address that has sent too many requests.
fn too_many_requests(state: &State, format: &Format, owner_id: Option<&str>) -> Response {
    let answer = Answer::early(format.version, owner_id, Reply::failure(text::TOO_MANY_REQUESTS));
    let mut response = answer.too_often(TRY_AGAIN).render(state, format);
    tell_rate(&mut response, state.limits.client_used_up());
    response
}

/// Whom a program says that it belongs to.
fn owner_id(params: &ClientParams) -> Option<String> {
    params.get("ownerid").filter(|id| id != "0").map(Cow::into_owned)
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
async fn dispatch(
    state: Arc<State>,
    version: ApiVersion,
    params: ClientParams,
    ip: ClientAddress,
    seen: &mut Seen,
) -> Answer {
    let owner_id = owner_id(&params);
    let early = |text| Answer::early(version, owner_id.as_deref(), Reply::failure(text));
    let Some(owner_id) = owner_id.as_deref() else { return early(text::NO_OWNER_ID) };
    let Some(name) = params.get("name").map(Cow::into_owned) else { return early(text::NO_APP_NAME) };
    if owner_id.len() != claviger_domain::OwnerId::LEN {
        return early(text::OWNER_ID_LENGTH);
    }
    let app = match state.service.app_by_name(owner_id, &name).await {
        Ok(Some(app)) => app,
        Ok(None) => return Answer::unknown_app(),
        Err(error) => return Answer::fault(None, error.into()),
    };
    seen.app = state.names_apps().then(|| app.clone());
    let former = match version {
        ApiVersion::V1_3 => former_signing_key(&state, &app, &params),
        ApiVersion::V1_0 | ApiVersion::V1_1 | ApiVersion::V1_2 => None,
    };
    answer_of(state, app, version, params, ip, seen).await.signed_by(former)
}

/// The key pair that the program was built with, where that is not the newest.
fn former_signing_key(state: &State, app: &App, params: &ClientParams) -> Option<Arc<SigningKey>> {
    if app.key_pairs.former().is_empty() {
        return None;
    }
    let (kind, version) = (params.get("type"), params.get("ver"));
    let id = params.get("sessionid").unwrap_or_default();
    let asking = match kind.as_deref() {
        Some("init") => Asking::Init { version: version.as_deref() },
        _ => Asking::Session(&id),
    };
    state.service.former_signing_key(app, asking)
}

/// The answer for an application that is known.
async fn answer_of(
    state: Arc<State>,
    app: Arc<App>,
    version: ApiVersion,
    params: ClientParams,
    ip: ClientAddress,
    seen: &mut Seen,
) -> Answer {
    if app.banned {
        let banned = Reply::failure(text::APP_BANNED);
        return match version {
            ApiVersion::V1_0 => Answer::secret_signed(app, banned),
            _ => Answer::unsigned(app, banned),
        };
    }
    let kind = params.get("type").unwrap_or_default().into_owned();
    let Some(Row { handler, place }) = TYPES.get(kind.as_str()).copied() else {
        let unknown = if version == ApiVersion::V1_0 { text::UNKNOWN_TYPE_V1_0 } else { text::UNKNOWN_TYPE };
        return Answer::unsigned(app, Reply::failure(unknown));
    };
    seen.kind = place;
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
    let here =
        |session: &Session| request.ip.known().is_some_and(|ip| is_same_subscriber(&session.state.ip, ip));
    Ok(session.filter(|session| !app.settings.bind_session_to_ip || here(session)))
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
