//! TLS with the system's root certificates, or others', and what all clients of HTTP have in common.

use std::{fs, path::Path, sync::Arc};

use reqwest::{Client, ClientBuilder, redirect::Policy};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// How a client speaks TLS that trusts the system's root certificates, or those of a file (PEM) instead. Blocks.
///
/// # Errors
/// A sentence that says why there are none, or why TLS cannot be set up.
pub fn trusting(file: Option<&Path>) -> Result<ClientConfig, String> {
    let roots = match file {
        None => system_roots(),
        Some(file) => {
            roots_in(file).map_err(|why| format!("the certificates in {}: {why}", file.display()))?
        }
    };
    config(roots).map_err(|error| error.to_string())
}

fn roots_in(file: &Path) -> Result<RootCertStore, String> {
    let text = fs::read(file).map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_slice_iter(&text) {
        let cert = cert.map_err(|error| error.to_string())?;
        roots.add(cert).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("there are none".into()) } else { Ok(roots) }
}

/// A client of HTTP that goes where it is sent and nowhere else: redirects are followed past the guard or not at all, and a
/// proxy of the environment would resolve names itself.
pub(crate) fn client(tls: ClientConfig) -> ClientBuilder {
    Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none()).no_proxy().referer(false)
}

/// The system's root certificates; none is not an error, since `http` works without.
pub(crate) fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        tracing::warn!("no root certificates: https cannot be called; install the package ca-certificates");
    }
    roots
}

/// How clients speak TLS. The provider is named so that none has to be installed for the process.
pub(crate) fn config(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
