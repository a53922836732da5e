//! A reply with a file in it, which is never in memory as a whole.

use axum::response::Response;
use claviger_wire::client::{ApiVersion, Reply, nonce};

use super::{Answer, Content, ED25519, Hmac, NO_LONGER, SIGNATURE, TIMESTAMP, header};
use crate::{
    State,
    client::{
        download::{Download, Signatures, Signing, Written},
        request::Format,
    },
};

impl Answer {
    /// As [`Answer::render`], for a reply with a file in it, which is never in memory as a whole.
    pub(crate) async fn stream(mut self, state: &State, format: &Format) -> Response {
        let (Some(app), Some(download), Content::Reply(reply)) =
            (self.app.clone(), self.download.take(), &self.content)
        else {
            return self.render(state, format);
        };
        let Download { content, place, ip } = *download;
        let version = format.version;
        let nonce = nonce(version, state.service.random());
        let (before, behind) = reply.render_around("contents", version, &app.owner_id, &nonce);
        let written = Written { before, content, behind };
        if version == ApiVersion::V1_0 {
            let body = match self.encryption_key() {
                Some(key) => written.encrypted(key, &format.init_iv, place),
                None => written.plain(place),
            };
            return self.wrap(body, [None, None, None]);
        }
        let signed = if self.signs(format) {
            let digesting = match state.service.digest_place(&app, ip).await {
                Ok(digesting) => digesting,
                Err(full) => return self.full(full.retry_after.as_secs()).render(state, format),
            };
            // After it has waited: programs refuse a time that is long past.
            written.clone().sign(self.signing(state, format), digesting).await
        } else {
            Ok(Signatures::default())
        };
        match signed {
            Ok((hmac, ed25519)) => {
                let instead = match self.hmac(format) {
                    Some(Hmac::Instead(text)) => Some(text.into()),
                    _ => None,
                };
                let hmac = hmac.or(instead).and_then(|hmac| header(SIGNATURE, hmac));
                let (signature, timestamp) = ed25519.unzip();
                let signature = signature.and_then(|signature| header(ED25519, signature));
                let timestamp = timestamp.and_then(|timestamp| header(TIMESTAMP, timestamp));
                self.wrap(written.plain(place), [hmac, signature, timestamp])
            }
            Err(error) => {
                tracing::warn!(app = %app.name, %error, "a file cannot be handed out");
                Self { content: Content::Reply(Reply::failure(NO_LONGER)), ..self }.render(state, format)
            }
        }
    }

    /// Whether a reply with a file in it is signed.
    fn signs(&self, format: &Format) -> bool {
        format.version == ApiVersion::V1_3 || matches!(self.hmac(format), Some(Hmac::Key(_)))
    }

    /// What a reply with a file in it is signed with.
    fn signing(&self, state: &State, format: &Format) -> Signing {
        let service = &state.service;
        let hmac = match self.hmac(format) {
            Some(Hmac::Key(key)) => Some(key.into_owned()),
            _ => None,
        };
        let ed25519 = (format.version == ApiVersion::V1_3)
            .then(|| (self.signing_key(service).clone(), service.clock().now()));
        Signing { hmac, ed25519 }
    }
}
