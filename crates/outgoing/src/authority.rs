//! An authority that issues certificates. The operator chose it, so no guard stands before it, as before the object store.

use std::{fmt, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::{Client, redirect::Policy};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::{cause::cause, tls};

/// How long connecting, and all of a call, may take.
const CONNECT: Duration = Duration::from_secs(10);
const WITHIN: Duration = Duration::from_secs(30);
/// Bytes of an answer: chains of certificates are the longest.
const ANSWER_MAX: usize = 1024 * 1024;

/// A client for an authority that issues certificates.
#[derive(Clone)]
pub struct Authority(Client);

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// A client, which trusts these roots (PEM) instead of the system's where there are some; nothing is asked yet.
    ///
    /// # Errors
    /// When the roots cannot be read, or TLS cannot be set up.
    pub fn new(roots: Option<&[u8]>) -> Result<Self, String> {
        let roots = roots.map_or_else(|| Ok(tls::system_roots()), own_roots)?;
        let tls = tls::config(roots).map_err(|error| error.to_string())?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(true)
            .connect_timeout(CONNECT)
            .timeout(WITHIN)
            .build();
        client.map(Self).map_err(|error| error.to_string())
    }

    /// Sends a request; the whole answer, whatever its status.
    ///
    /// # Errors
    /// When nothing comes back, or too much of it.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let failed = |error: reqwest::Error| cause(&error.without_url());
        let mut answer = self.0.execute(request.try_into().map_err(failed)?).await.map_err(failed)?;
        let mut body = BytesMut::new();
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            if body.len() + piece.len() > ANSWER_MAX {
                return Err(format!("its answer has more than {ANSWER_MAX} bytes"));
            }
            body.extend_from_slice(&piece);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The certificates of a file.
fn own_roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for one in CertificateDer::pem_slice_iter(pem) {
        let one = one.map_err(|error| format!("it is no PEM file: {error}"))?;
        roots.add(one).map_err(|error| format!("a certificate in it is not one of a root: {error}"))?;
    }
    match roots.is_empty() {
        true => Err("it holds no certificate: name the authority's root in PEM".into()),
        false => Ok(roots),
    }
}
