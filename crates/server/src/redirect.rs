//! Plain HTTP, for whoever forgets the `s`: people are led to the server's address, programs are told of it. What
//! programs have sent has been read by everybody on the way, so nothing that they sent is taken to the right place.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header},
};
use claviger_acme::{Acme, ChallengeKind};
use claviger_capacity::Resource;
use hyper::body::Incoming;
use tokio::net::TcpListener;

use crate::brief;

/// Where authorities ask whether a name leads here (RFC 8555).
const CHALLENGE: &str = "/.well-known/acme-challenge/";

/// A listener for plain HTTP.
pub struct Redirecting {
    /// Where it listens.
    pub listener: TcpListener,
    /// The address of the server, without trailing slash.
    pub public_url: String,
    /// The authority that asks here, if there is one.
    pub acme: Option<Arc<Acme>>,
}

/// Leads people to the server, until it is dropped.
pub async fn redirect(Redirecting { listener, public_url, acme }: Redirecting) {
    let acme = acme.filter(|acme| acme.challenge() == ChallengeKind::Http01);
    let public_url: Arc<str> = public_url.into();
    let answer = move |_, request: Request<Incoming>| {
        let (public_url, acme) = (public_url.clone(), acme.clone());
        async move { answered(request.method(), request.uri(), &public_url, acme.as_deref()).await }
    };
    brief::answer(listener, Resource::Redirects, answer).await;
}

async fn answered(method: &Method, uri: &Uri, public_url: &str, acme: Option<&Acme>) -> Response<Body> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if let Some(token) = uri.path().strip_prefix(CHALLENGE).filter(|_| reads) {
        let found = match acme {
            Some(acme) => acme.answer_to(token).await,
            None => None,
        };
        return match found {
            Some(text) => reply(StatusCode::OK, "application/octet-stream", text),
            None => reply(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "not asked\n".into()),
        };
    }
    if is_for_programs(uri.path()) {
        let text = format!("This port is not encrypted. Use {public_url} and replace what was sent here.");
        let text = serde_json::json!({"success": false, "message": text});
        return reply(StatusCode::BAD_REQUEST, "application/json", text.to_string());
    }
    if !reads {
        let text =
            format!("This port is not encrypted, so what you sent was not used: begin at {public_url}\n");
        return reply(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", text);
    }
    // Where another spelling of a path leads is not for this port to guess: a key may be in what stands behind it.
    let rest = match is_plain(uri.path()) {
        true => uri.path_and_query().map_or("/", |rest| rest.as_str()),
        false => "/",
    };
    let mut response = reply(StatusCode::MOVED_PERMANENTLY, "text/plain; charset=utf-8", String::new());
    // What a client sent is of ASCII; its host is not looked at.
    if let Ok(location) = HeaderValue::try_from(format!("{public_url}/{}", rest.trim_start_matches('/'))) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Whether an address is one of the APIs, of which only the description is for people.
fn is_for_programs(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.next().is_some_and(|part| part.eq_ignore_ascii_case("api")) && parts.next() != Some("docs")
}

/// Whether a path is spelled in the one way: nothing is decoded or resolved to another one for programs.
fn is_plain(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let escapes = ["%2e", "%2f", "%5c", "%25", "\\"];
    let is_odd = |part: &str| {
        let part = part.to_ascii_lowercase();
        matches!(&*part, "." | "..") || escapes.iter().any(|escape| part.contains(escape))
    };
    parts.clone().next().is_none_or(|first| !first.contains('%')) && !parts.any(is_odd)
}

fn reply(status: StatusCode, kind: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
