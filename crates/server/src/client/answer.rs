//! A reply on its way out: which key signs it, and the response that carries it (`docs/protocol/signatures.md`).

use std::sync::Arc;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use claviger_service::{App, Session};
use claviger_wire::client::{ApiVersion, Reply, nonce, signature, text};

use super::{Fault, Request};
use crate::{State, json};

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const ED25519: HeaderName = HeaderName::from_static("x-signature-ed25519");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-signature-timestamp");
const EXPOSED: HeaderValue =
    HeaderValue::from_static("signature, x-signature-ed25519, x-signature-timestamp");

/// What a program gets to read.
pub(crate) struct Answer {
    status: StatusCode,
    /// `None`: the application is unknown, which has a body of its own.
    reply: Option<Reply>,
    /// Told in API 1.3, where the application is not known.
    owner_id: String,
    /// Whose key signs in API 1.3; without one the server's.
    app: Option<Arc<App>>,
    hmac: Hmac,
}

/// How API 1.2 signs.
enum Hmac {
    /// Not at all: no key is agreed upon.
    Unsigned,
    /// With the app secret.
    Secret,
    /// With the session's key; `None` where the program sent no `enckey`.
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
        Self::new(None, Hmac::Unsigned, Some(reply), told.unwrap_or_default().into())
    }

    /// No such application.
    pub(crate) fn unknown_app() -> Self {
        Self::new(None, Hmac::Unsigned, None, String::new())
    }

    /// A failure of the common checks: API 1.2 leaves it unsigned.
    pub(crate) fn unsigned(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Hmac::Unsigned, Some(reply), String::new())
    }

    /// A reply to `init`, signed with the app secret in API 1.2.
    pub(crate) fn secret_signed(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Hmac::Secret, Some(reply), String::new())
    }

    /// A reply to `init` that brought no `enckey`.
    pub(crate) fn without_enckey(app: Arc<App>, reply: Reply) -> Self {
        Self::new(Some(app), Hmac::Session(None), Some(reply), String::new())
    }

    /// A reply within a session, signed with its key in API 1.2.
    pub(crate) fn in_session(request: &Request, session: &Session, reply: Reply) -> Self {
        let hmac = Hmac::Session(session.state.enckey.clone());
        Self::new(Some(request.app.clone()), hmac, Some(reply), String::new())
    }

    /// The session is unknown, expired, ended, or of another application.
    pub(crate) fn session_not_found(app: Arc<App>) -> Self {
        Self::unsigned(app, Reply::failure(text::SESSION_NOT_FOUND))
    }

    /// A request that could not be carried out.
    pub(crate) fn fault(app: Option<Arc<App>>, fault: Fault) -> Self {
        let (status, text) = match fault {
            Fault::Internal(error) => {
                tracing::error!(%error, "a request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, text::INTERNAL_ERROR)
            }
            Fault::Busy => (StatusCode::SERVICE_UNAVAILABLE, text::BUSY),
        };
        Self::new(app, Hmac::Unsigned, Some(Reply::failure(text)), String::new()).with_status(status)
    }

    fn new(app: Option<Arc<App>>, hmac: Hmac, reply: Option<Reply>, owner_id: String) -> Self {
        Self { status: StatusCode::OK, reply, owner_id, app, hmac }
    }

    /// With another status than 200.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Writes, signs and wraps the reply. Signed last: API 1.3's signature holds the time.
    pub(crate) fn render(self, state: &State, version: ApiVersion) -> Response {
        let body: Vec<u8> = match &self.reply {
            Some(reply) => {
                let owner_id = self.app.as_ref().map_or(self.owner_id.as_str(), |app| &app.owner_id);
                reply.render(version, owner_id, &nonce(version, state.service.random()))
            }
            None => text::KEYAUTH_INVALID.into(),
        };
        let signed = match version {
            ApiVersion::V1_0 | ApiVersion::V1_1 => [None, None],
            ApiVersion::V1_2 => [self.hmac_header(&body), None],
            ApiVersion::V1_3 => self.ed25519_headers(state, &body),
        };
        let mut response = json(self.status, body);
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.extend(signed.into_iter().flatten());
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }

    fn hmac_header(&self, body: &[u8]) -> Option<Header> {
        let secret = self.app.as_ref()?.secret.expose();
        let signature = match &self.hmac {
            Hmac::Unsigned => return None,
            Hmac::Secret => signature::sign_v1_2(secret.as_bytes(), body),
            Hmac::Session(Some(enckey)) => {
                signature::sign_v1_2(signature::sesskey(enckey, secret).as_bytes(), body)
            }
            Hmac::Session(None) => signature::NO_ENCKEY.into(),
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
