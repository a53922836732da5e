//! Answers to what an authority asks, to find out whether a name leads here.

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::{
    crypto::aws_lc_rs::default_provider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    sign::CertifiedKey,
};
use serde::{Deserialize, Serialize};

/// A question that the authority will ask, and the answer to it. Both are worth nothing to anybody else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Challenge {
    /// The name that it is about.
    pub(crate) domain: String,
    /// The question.
    pub(crate) token: String,
    /// The answer.
    pub(crate) authorization: String,
}

impl Challenge {
    /// The certificate that answers in a handshake (RFC 8737); `None` when it cannot be made.
    pub(crate) fn certificate(&self) -> Option<CertifiedKey> {
        let key = KeyPair::generate().ok()?;
        let mut params = CertificateParams::new([self.domain.clone()]).ok()?;
        params.distinguished_name = DistinguishedName::new();
        let answer = digest(&SHA256, self.authorization.as_bytes());
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(answer.as_ref())];
        let certificate = params.self_signed(&key).ok()?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = default_provider().key_provider.load_private_key(key).ok()?;
        // Not `from_der`, which refuses certificates with extensions that it does not know.
        Some(CertifiedKey::new(vec![certificate.der().clone()], key))
    }
}
