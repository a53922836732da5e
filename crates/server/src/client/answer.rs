//! A reply on its way out: which key protects it, and the response that carries it (`docs/protocol/signatures.md`).

mod file;

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use claviger_domain::SigningKey;
use claviger_service::{App, Service, ServiceError, Session};
use claviger_wire::client::{ApiVersion, Reply, crypt, nonce, signature, text};

use super::{
    download::Download,
    request::{Format, Request},
};
use crate::{
    State,
    http::{BUSY_FOR, json, passes},
};

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const ED25519: HeaderName = HeaderName::from_static("x-signature-ed25519");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-signature-timestamp");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("signature, x-signature-ed25519, x-signature-timestamp");

/// The file is known, and its content cannot be read.
pub(super) const NO_LONGER: &str = "File no longer works, please notify the application developer.";

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
    /// A former key pair of the application, which signs in place of the newest.
    former: Option<Arc<SigningKey>>,
    key: Key,
    /// Seconds after which a program that asked too often may try again.
    retry_after: Option<u64>,
    /// The file that the reply holds.
    download: Option<Box<Download>>,
}

/// What the body is made of.
enum Content {
    Reply(Reply),
    /// The literal that stands for an unknown application.
    UnknownApp,
    /// Nothing at all.
    Empty,
}

/// What makes the header `signature`.
enum Hmac<'a> {
    /// A text stands there instead.
    Instead(&'static str),
    Key(Cow<'a, [u8]>),
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
            former: None,
            key,
            retry_after: None,
            download: None,
        }
    }

    /// With another status than 200.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With a file in it, as the field `contents`; see [`Answer::stream`].
    pub(super) fn with_file(self, download: Download) -> Self {
        Self { download: Some(Box::new(download)), ..self }
    }

    /// There is no place for what was asked for; the program may try again after so many seconds.
    pub(super) fn full(self, seconds: u64) -> Self {
        let content = Content::Reply(Reply::failure(text::BUSY));
        let retry_after = Some(seconds.max(1));
        Self { content, status: StatusCode::SERVICE_UNAVAILABLE, retry_after, download: None, ..self }
    }

    /// The program asked too often, and may try again after so many seconds.
    pub(crate) fn too_often(self, seconds: u64) -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, retry_after: Some(seconds), ..self }
    }

    /// Whether the reply says that what was asked for was not done.
    pub(crate) fn says_no(&self) -> bool {
        match &self.content {
            Content::Reply(reply) => !reply.is_success(),
            Content::UnknownApp => true,
            Content::Empty => false,
        }
    }

    /// Whether the reply holds a file, so that [`Answer::stream`] writes it.
    pub(crate) fn has_file(&self) -> bool {
        self.download.is_some()
    }

    /// Writes, protects and wraps the reply. Signed last: API 1.3's signature holds the time.
    pub(crate) fn render(self, state: &State, format: &Format) -> Response {
        let version = format.version;
        if version == ApiVersion::V1_3 && self.app.is_none() {
            return self.render_early(state);
        }
        let owner_id = self.app.as_ref().map_or(self.owner_id.as_str(), |app| &app.owner_id);
        let mut body = self.body(state, version, owner_id);
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
        let [signature, timestamp] = ed25519;
        self.wrap(body.into(), [hmac, signature, timestamp])
    }

    /// A reply of API 1.3 before the application is known. Whoever asks may be anybody, so its signature is one that was
    /// made before in this second; and where it repeats what it was told, only so many are made in a second.
    fn render_early(self, state: &State) -> Response {
        let (key, now) = (state.service.default_key(), state.service.clock().now());
        let mut body = self.body(state, ApiVersion::V1_3, &self.owner_id);
        let mut signed = state.early.sign(key, now, &body, !self.owner_id.is_empty());
        if signed.is_none() {
            body = self.body(state, ApiVersion::V1_3, "");
            signed = state.early.sign(key, now, &body, false);
        }
        let (signature, timestamp) = signed.unzip();
        let headers = [signature.map(|value| (ED25519, value)), timestamp.map(|value| (TIMESTAMP, value))];
        let [signature, timestamp] = headers;
        self.wrap(body.into(), [None, signature, timestamp])
    }

    fn body(&self, state: &State, version: ApiVersion, owner_id: &str) -> Vec<u8> {
        match &self.content {
            Content::Reply(reply) => reply.render(version, owner_id, &nonce(version, state.service.random())),
            Content::UnknownApp => text::KEYAUTH_INVALID.into(),
            Content::Empty => Vec::new(),
        }
    }

    fn wrap(&self, body: Body, signatures: [Option<Header>; 3]) -> Response {
        let mut response = json(self.status, body);
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.extend(signatures.into_iter().flatten());
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// The body of API 1.0; `None` where it stays plain, as an empty one does.
    fn encrypted(&self, init_iv: &str, body: &[u8]) -> Option<Vec<u8>> {
        let key = self.encryption_key().filter(|_| !body.is_empty())?;
        Some(crypt::encrypt(key, init_iv, body).into_bytes())
    }

    /// What encrypts the body of API 1.0, where a key is agreed upon.
    fn encryption_key(&self) -> Option<&str> {
        match &self.key {
            Key::None | Key::Session(None) => None,
            Key::Secret => Some(self.app.as_ref()?.secret.expose()),
            Key::Session(Some(enckey)) => Some(enckey),
        }
    }

    /// The signature of API 1.2, and of API 1.3 for programs that brought an `enckey`.
    fn hmac_header(&self, format: &Format, body: &[u8]) -> Option<Header> {
        let signature = match self.hmac(format)? {
            Hmac::Key(key) => signature::sign_v1_2(&key, body),
            Hmac::Instead(text) => text.into(),
        };
        header(SIGNATURE, signature)
    }

    fn hmac(&self, format: &Format) -> Option<Hmac<'_>> {
        let always = match format.version {
            ApiVersion::V1_0 | ApiVersion::V1_1 => return None,
            ApiVersion::V1_2 => true,
            ApiVersion::V1_3 => false,
        };
        let secret = self.app.as_ref()?.secret.expose();
        match &self.key {
            Key::Secret if always || format.enckey => Some(Hmac::Key(secret.as_bytes().into())),
            Key::Session(Some(enckey)) => {
                Some(Hmac::Key(signature::sesskey(enckey, secret).into_bytes().into()))
            }
            Key::Session(None) if always => Some(Hmac::Instead(signature::NO_ENCKEY)),
            Key::None | Key::Secret | Key::Session(None) => None,
        }
    }

    /// The same answer, signed by a former key pair of the application.
    pub(super) fn signed_by(self, former: Option<Arc<SigningKey>>) -> Self {
        Self { former, ..self }
    }

    /// What signs in API 1.3.
    fn signing_key<'a>(&'a self, service: &'a Service) -> &'a Arc<SigningKey> {
        let newest = || self.app.as_ref().map_or(service.default_key(), |app| service.signing_key(app));
        self.former.as_ref().unwrap_or_else(newest)
    }

    fn ed25519_headers(&self, state: &State, body: &[u8]) -> [Option<Header>; 2] {
        let service = &state.service;
        let key = self.signing_key(service);
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
