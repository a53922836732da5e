//! A reply on its way out: which key protects it, and the response that carries it (`docs/protocol/signatures.md`).

use std::sync::Arc;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use claviger_service::{App, ServiceError, Session};
use claviger_wire::client::{ApiVersion, Reply, crypt, nonce, signature, text};

use super::request::{Format, Request};
use crate::{
    State,
    http::{BUSY_FOR, json, passes},
};

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const ED25519: HeaderName = HeaderName::from_static("x-signature-ed25519");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-signature-timestamp");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("signature, x-signature-ed25519, x-signature-timestamp");

/// What a type answers. A failure of the protocol is an answer as well.
pub(crate) type Outcome = Result<Answer, Fault>;

/// Why a request could not be carried out at all.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// Our fault: details went to the log only.
    Internal,
    /// Too much to do, or the database cannot be had; the client may try again.
    Busy,
}

impl<E: Into<ServiceError>> From<E> for Fault {
    fn from(error: E) -> Self {
        let error = error.into();
        if passes(&error, "a request failed") { Self::Busy } else { Self::Internal }
    }
}

/// What a program gets to read.
pub(crate) struct Answer {
    status: StatusCode,
    content: Content,
    /// Told in API 1.3, where the application is not known.
    owner_id: String,
    /// Whose key signs in API 1.3; without one the server's.
    app: Option<Arc<App>>,
    key: Key,
    /// Seconds after which a program that asked too often may try again.
    retry_after: Option<u64>,
}

/// What the body is made of.
enum Content {
    Reply(Reply),
    /// The literal that stands for an unknown application.
    UnknownApp,
    /// Nothing at all.
    Empty,
}

/// What encrypts in API 1.0 and makes the header `signature` of later versions.
enum Key {
    /// Nothing: no key is agreed upon.
    None,
    /// The app secret.
    Secret,
    /// The session's key; `None` where the program sent no `enckey`.
    Session(Option<String>),
}

impl Answer {
    /// Before the application is known.
    pub(crate) fn early(version: ApiVersion, owner_id: Option<&str>, reply: Reply) -> Self {
        let told = owner_id.filter(|id| {
            version == ApiVersion::V1_3
                && id.len() <= 64
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        Self { owner_id: told.unwrap_or_default().into(), ..Self::new(None, Key::None, reply) }
    }

    /// No such application.
    pub(crate) fn unknown_app() -> Self {
        Self { content: Content::UnknownApp, ..Self::new(None, Key::None, Reply::failure("")) }
    }

    /// A failure of the common checks: API 1.0 leaves it plain and API 1.2 unsigned.
    pub(crate) fn unsigned(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Key::None, reply)
    }

    /// A reply to `init`, protected with the app secret.
    pub(crate) fn secret_signed(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Key::Secret, reply)
    }

    /// A reply to `init` that brought no `enckey`.
    pub(crate) fn without_enckey(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Key::Session(None), reply)
    }

    /// A reply within a session, protected with its key.
    pub(crate) fn in_session(request: &Request, session: &Session, reply: Reply) -> Self {
        let key = Key::Session(session.state.enckey.clone());
        Self::new(Some(request.app.clone()), key, reply)
    }

    /// Whoever asks failed too often, and may try again after so many seconds.
    pub(crate) fn paused(request: &Request, session: &Session, seconds: i64) -> Self {
        let reply = Reply::failure(paused_text(seconds));
        Self::in_session(request, session, reply).too_often(seconds.unsigned_abs())
    }

    /// The session is unknown, expired, ended, or of another application.
    pub(crate) fn session_not_found(app: Arc<App>) -> Self {
        Self::unsigned(app, Reply::failure(text::SESSION_NOT_FOUND))
    }

    /// The reply to `log`: programs before API 1.3 expect an empty one, and those of API 1.2 its signature.
    pub(crate) fn logged(request: &Request, session: Option<&Session>) -> Self {
        let reply = Reply::success("Successfully sent log").without_nonce();
        let answer = match session {
            Some(session) => Self::in_session(request, session, reply),
            None => Self::unsigned(request.app.clone(), reply),
        };
        match request.version {
            ApiVersion::V1_3 => answer,
            _ => Self { content: Content::Empty, ..answer },
        }
    }

    /// A request that could not be carried out.
    pub(crate) fn fault(app: Option<Arc<App>>, fault: Fault) -> Self {
        let (status, text) = match fault {
            Fault::Internal => (StatusCode::INTERNAL_SERVER_ERROR, text::INTERNAL_ERROR),
            Fault::Busy => (StatusCode::SERVICE_UNAVAILABLE, text::BUSY),
        };
        let retry_after = matches!(fault, Fault::Busy).then_some(BUSY_FOR);
        Self { retry_after, ..Self::new(app, Key::None, Reply::failure(text)).with_status(status) }
    }

    fn new(app: Option<Arc<App>>, key: Key, reply: Reply) -> Self {
        Self {
            status: StatusCode::OK,
            content: Content::Reply(reply),
            owner_id: String::new(),
            app,
            key,
            retry_after: None,
        }
    }

    /// With another status than 200.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The program asked too often, and may try again after so many seconds.
    pub(crate) fn too_often(self, seconds: u64) -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, retry_after: Some(seconds), ..self }
    }

    /// Writes, protects and wraps the reply. Signed last: API 1.3's signature holds the time.
    pub(crate) fn render(self, state: &State, format: &Format) -> Response {
        let version = format.version;
        let mut body: Vec<u8> = match &self.content {
            Content::Reply(reply) => {
                let owner_id = self.app.as_ref().map_or(self.owner_id.as_str(), |app| &app.owner_id);
                reply.render(version, owner_id, &nonce(version, state.service.random()))
            }
            Content::UnknownApp => text::KEYAUTH_INVALID.into(),
            Content::Empty => Vec::new(),
        };
        if version == ApiVersion::V1_0
            && let Some(encrypted) = self.encrypted(&format.init_iv, &body)
        {
            body = encrypted;
        }
        let hmac = self.hmac_header(format, &body);
        let ed25519 = match version {
            ApiVersion::V1_3 => self.ed25519_headers(state, &body),
            _ => [None, None],
        };
        let mut response = json(self.status, body);
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.extend(hmac.into_iter().chain(ed25519.into_iter().flatten()));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// The body of API 1.0; `None` where it stays plain, as an empty one does.
    fn encrypted(&self, init_iv: &str, body: &[u8]) -> Option<Vec<u8>> {
        let key = match &self.key {
            _ if body.is_empty() => return None,
            Key::None | Key::Session(None) => return None,
            Key::Secret => self.app.as_ref()?.secret.expose(),
            Key::Session(Some(enckey)) => enckey,
        };
        Some(crypt::encrypt(key, init_iv, body).into_bytes())
    }

    /// The signature of API 1.2, and of API 1.3 for programs that brought an `enckey`.
    fn hmac_header(&self, format: &Format, body: &[u8]) -> Option<Header> {
        let always = match format.version {
            ApiVersion::V1_0 | ApiVersion::V1_1 => return None,
            ApiVersion::V1_2 => true,
            ApiVersion::V1_3 => false,
        };
        let secret = self.app.as_ref()?.secret.expose();
        let signature = match &self.key {
            Key::Secret if always || format.enckey => signature::sign_v1_2(secret.as_bytes(), body),
            Key::Session(Some(enckey)) => {
                signature::sign_v1_2(signature::sesskey(enckey, secret).as_bytes(), body)
            }
            Key::Session(None) if always => signature::NO_ENCKEY.into(),
            Key::None | Key::Secret | Key::Session(None) => return None,
        };
        header(SIGNATURE, signature)
    }

    fn ed25519_headers(&self, state: &State, body: &[u8]) -> [Option<Header>; 2] {
        let service = &state.service;
        let key = self.app.as_ref().map_or(service.default_key(), |app| service.signing_key(app));
        let (signature, timestamp) = signature::sign_v1_3(key, service.clock().now(), body);
        [header(ED25519, signature), header(TIMESTAMP, timestamp)]
    }
}

type Header = (HeaderName, HeaderValue);

fn header(name: HeaderName, value: String) -> Option<Header> {
    HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok().map(|value| (name, value))
}

/// What is told to those who failed too often.
pub(super) fn paused_text(seconds: i64) -> String {
    format!("Too many failed attempts. Try again in {seconds} seconds.")
}
