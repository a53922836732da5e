//! From an HTTP request to its type, and from the type's answer to a response (`docs/protocol/seller.md`).

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{self, ConnectInfo},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
    routing::any,
};
use bytes::Bytes;
use claviger_capacity::AppRate;
use claviger_domain::ClientAddress;
use claviger_service::{RELAYED, SellerKey, ServiceError, on_behalf_of};
use claviger_wire::seller::{SellerParams, SellerReply, text};
use tracing::Instrument as _;

use super::{
    Answer, Outcome, Request, Stop,
    checks::{PATH, check_key, check_rights, find_key, find_type, seller_key},
    receive::{Received, content_type, discard, receive},
    record::{LogEntry, Record},
    subjects::subjects,
    table::Row,
};
use crate::{
    State,
    http::{
        BUSY_FOR, COMPRESSED, is_compressed, json, method_not_allowed, passes, preflight, read_body,
        tell_rate, with_encodings,
    },
    request_id::{carried, current_request},
    seen::{Api, Seen},
};

pub(crate) fn routes() -> Router<Arc<State>> {
    let routes = Router::new().route("/api/seller", any(handle));
    let routes = routes.route(PATH, any(handle)).route("/api/seller/{type}", any(handle));
    routes.route("/api/seller/{type}/", any(handle))
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
    let query = parts.uri.query().unwrap_or_default();
    let refused = |status, message| {
        let reply = SellerReply::failure(message).status(status);
        respond(&reply, wants_text(&SellerParams::of_query(query)))
    };
    let (params, body) = if is_upload(&parts) {
        if is_compressed(&parts.headers, &Bytes::from_static(b"some")) {
            return with_encodings(refused(415, COMPRESSED.into()));
        }
        // Who asks is looked at first, the body afterwards.
        (SellerParams::of_query(query), Some(body))
    } else {
        let Some(body) = read_body(body).await else {
            return refused(413, "Request too large or incomplete".into());
        };
        // What an end user chose must not change what the vendor's webhook asks for.
        let body = if parts.headers.contains_key(RELAYED) { Bytes::new() } else { body };
        if is_compressed(&parts.headers, &body) {
            return with_encodings(refused(415, COMPRESSED.into()));
        }
        match SellerParams::parse(query, content_type(&parts.headers), body).await {
            Ok(params) => (params, None),
            Err(malformed) => return refused(400, malformed.to_string()),
        }
    };
    let mut about = About { rate: None, seen: Seen::at(Api::Seller) };
    let (outcome, text) = answer(state, &method, parts, params, body, ip, &mut about).await;
    let About { rate, mut seen } = about;
    seen.refused = reply_of(&outcome).is_some_and(|reply| !reply.is_success());
    let mut response = match outcome {
        Ok(Answer::Reply(reply) | Answer::Changed(reply, _)) => respond(&reply, text),
        Ok(Answer::Stream { body, text }) => streamed(body, text),
        Err(Stop::Refused(reply)) => respond(&reply, text),
        Err(Stop::Failed(error)) => fault(&error, text),
    };
    if let Some(rate) = rate {
        tell_rate(&mut response, rate);
    }
    response.extensions_mut().insert(seen);
    response
}

fn wants_text(params: &SellerParams) -> bool {
    params.get("format").as_deref() == Some("text")
}

/// Whether the head of a request says that a file follows, and brings a key: then the rest is read as it comes.
fn is_upload(parts: &Parts) -> bool {
    if content_type(&parts.headers).is_none_or(|kind| !is_multipart(kind))
        || parts.headers.contains_key(RELAYED)
    {
        return false;
    }
    let params = SellerParams::of_query(parts.uri.query().unwrap_or_default());
    let named = find_type(&params, parts.uri.path()).is_ok_and(|(_, row)| row.kind.name == "upload");
    named && seller_key(&params, &parts.headers).is_some()
}

fn is_multipart(content_type: &str) -> bool {
    content_type.to_ascii_lowercase().starts_with("multipart/form-data")
}

/// What is found out on the way to an answer.
struct About {
    /// How full the application's bucket is.
    rate: Option<AppRate>,
    /// What the request is.
    seen: Seen,
}

/// What comes of a request, and whether the caller wants it as text. `body`: that of an upload, which is not read yet.
async fn answer(
    state: Arc<State>,
    method: &Method,
    parts: Parts,
    params: SellerParams,
    body: Option<Body>,
    ip: ClientAddress,
    about: &mut About,
) -> (Outcome, bool) {
    let begun = Instant::now();
    let text_mode = wants_text(&params);
    let key = match admit(&state, &parts, &params, ip, &mut about.rate).await {
        Ok(key) => key,
        Err(stop) => {
            if let Some(body) = body {
                discard(&parts.headers, body.into_data_stream()).await;
            }
            return (Err(stop), text_mode);
        }
    };
    about.seen.app = Some(key.app.clone());
    let found = find_type(&params, parts.uri.path());
    about.seen.kind = found.as_ref().map_or(0, |(_, row)| row.place);
    let kind = found.as_ref().ok().map(|(_, row)| row.kind);
    let log = LogEntry::begin(&key, method, &parts.uri, kind, ip, begun).map(|log| log.with(&params));
    let is_kept = log.is_some() || kind.is_some_and(|kind| kind.changes.is_some());
    let looks_only = *method == Method::HEAD;
    let by = key.hint.clone();
    let work = async move {
        let mut accepted = Accepted { state: state.clone(), key, parts, params, body, ip, text_mode, log };
        let outcome = accepted.run(found, looks_only).await;
        if let Some(log) = accepted.log.take() {
            log.end(&state, status_of(&outcome, accepted.text_mode), reply_of(&outcome)).await;
        }
        (outcome, accepted.text_mode)
    };
    if !is_kept {
        return work.await;
    }
    // What is to be in a log is finished although the caller leaves, or nobody would know of it.
    let work = carried(current_request(), on_behalf_of(by, work));
    tokio::spawn(work.in_current_span()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a seller request broke off");
        (Err(SellerReply::failure(text::INTERNAL_ERROR).status(500).into()), text_mode)
    })
}

/// The checks of a request's key, in the order of the protocol.
async fn admit(
    state: &State,
    parts: &Parts,
    params: &SellerParams,
    ip: ClientAddress,
    rate: &mut Option<AppRate>,
) -> Result<Arc<SellerKey>, Stop> {
    let secret = seller_key(params, &parts.headers).unwrap_or_default();
    let key = find_key(state, Some(&secret), ip).await?;
    *rate = state.limits.take_seller(key.app.id);
    if rate.is_some_and(|rate| !rate.allowed) {
        return Err(SellerReply::failure(text::TOO_FREQUENT).status(429).into());
    }
    check_key(state, &key, ip)?;
    state.service.note_key_use(&key, &secret, ip);
    Ok(key)
}

/// A request that has passed the checks of its key.
struct Accepted {
    state: Arc<State>,
    key: Arc<SellerKey>,
    parts: Parts,
    params: SellerParams,
    /// Of an upload; not read yet.
    body: Option<Body>,
    ip: ClientAddress,
    text_mode: bool,
    /// Where the application keeps requests.
    log: Option<LogEntry>,
}

impl Accepted {
    /// Does what the type does, if there is one and the key may; keeps a change in the audit log.
    async fn run(&mut self, found: Result<(String, Row), SellerReply>, looks_only: bool) -> Outcome {
        let (called, row) = match self.check(found) {
            Ok(found) => found,
            Err(reply) => {
                if let Some(body) = self.body.take() {
                    discard(&self.parts.headers, body.into_data_stream()).await;
                }
                return Err(reply.into());
            }
        };
        if looks_only {
            // Looking must not act: link previews and prefetchers ask like this.
            return Ok(Answer::Stream { body: Body::empty(), text: false });
        }
        let (app, kind) = (self.key.app.clone(), row.kind);
        tracing::debug!(app = app.id, kind = kind.name, "seller request");
        let received = self.receive().await?;
        let record = Record::begin(kind, &self.params, &self.key, self.ip);
        let before = self.state.service.before(&app, subjects(kind.name, &self.params)).await?;
        let request = Request {
            state: self.state.clone(),
            app: app.clone(),
            key: self.key.clone(),
            params: std::mem::take(&mut self.params),
            ip: self.ip,
            headers: std::mem::take(&mut self.parts.headers),
            text_mode: self.text_mode,
            called,
            received,
        };
        let answer = (kind.run)(request).await?;
        if let Some(mut made) = record.and_then(|record| record.made(&answer)) {
            if made.changes.is_empty() {
                made.changes = self.state.service.differences(&app, before).await?;
            }
            let change = self.state.service.record_audit(&app, made).await?;
            if let Some(log) = &mut self.log {
                log.changed(change);
            }
        }
        Ok(answer)
    }

    /// The type, if there is one and the key may.
    fn check(&self, found: Result<(String, Row), SellerReply>) -> Result<(String, Row), SellerReply> {
        let is_shop = self.text_mode || self.params.shop().is_some();
        let (called, row) = found.map_err(|reply| if is_shop { reply.not_a_product() } else { reply })?;
        check_rights(&self.key, row, &self.params)?;
        Ok((called, row))
    }

    /// Reads the body of an upload, and the parameters in it.
    async fn receive(&mut self) -> Result<Option<Received>, Stop> {
        let Some(body) = self.body.take() else { return Ok(None) };
        let (service, app) = (&self.state.service, &self.key.app);
        let (params, received) = receive(service, app, self.ip, &self.parts, body).await?;
        self.log = self.log.take().map(|log| log.with(&params));
        (self.text_mode, self.params) = (wants_text(&params), params);
        Ok(received)
    }
}

/// The reply of an outcome, if it is none that is written while it is read.
fn reply_of(outcome: &Outcome) -> Option<&SellerReply> {
    match outcome {
        Ok(Answer::Reply(reply) | Answer::Changed(reply, _)) | Err(Stop::Refused(reply)) => Some(reply),
        Ok(Answer::Stream { .. }) | Err(Stop::Failed(_)) => None,
    }
}

/// The HTTP status that an outcome gets.
fn status_of(outcome: &Outcome, text_mode: bool) -> u16 {
    match outcome {
        Ok(Answer::Reply(reply) | Answer::Changed(reply, _)) | Err(Stop::Refused(reply)) => {
            reply.status_in(text_mode)
        }
        Ok(Answer::Stream { .. }) => 200,
        Err(Stop::Failed(error)) if error.is_passing() => 503,
        Err(Stop::Failed(ServiceError::DiskFull)) => 507,
        Err(Stop::Failed(_)) => 500,
    }
}

fn fault(error: &ServiceError, text_mode: bool) -> Response {
    if passes(error, "a seller request failed") {
        let busy = SellerReply::failure("The server is busy. Try again in a moment.").status(503);
        return respond(&busy, text_mode);
    }
    if matches!(error, ServiceError::DiskFull) {
        let text = "The server has no room for this file. Its operator must make some.";
        return respond(&SellerReply::failure(text).status(507), text_mode);
    }
    respond(&SellerReply::failure(text::INTERNAL_ERROR).status(500), text_mode)
}

fn streamed(body: Body, text: bool) -> Response {
    let mut response = json(StatusCode::OK, Vec::new());
    *response.body_mut() = body;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if text {
        let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    response
}

fn respond(reply: &SellerReply, text_mode: bool) -> Response {
    let status = StatusCode::from_u16(reply.status_in(text_mode)).unwrap_or(StatusCode::OK);
    let (body, content_type) = reply.render(text_mode);
    let mut response = json(status, body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type.as_str()));
    match status {
        StatusCode::TOO_MANY_REQUESTS => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60")),
        StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, BUSY_FOR.into()),
        _ => None,
    };
    response
}
