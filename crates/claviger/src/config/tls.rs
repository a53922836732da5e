//! How the server secures its connections itself.

use anyhow::bail;
use claviger_server::PairFiles;

use super::{args::ServeArgs, file::SettingsFile};

/// A year.
const HSTS_MAX_AGE_SECONDS: u32 = 31_536_000;

/// How connections are secured.
#[derive(Clone, Debug)]
pub(crate) struct TlsSettings {
    /// The certificate and its key.
    pub(crate) files: PairFiles,
    /// For how long browsers are told to come by HTTPS only; 0: they are not told.
    pub(crate) hsts_seconds: u32,
}

impl TlsSettings {
    /// Both files, or none.
    pub(super) fn from_sources(serve: &ServeArgs, file: &SettingsFile) -> anyhow::Result<Option<Self>> {
        let values = &file.values;
        let cert = serve.tls_cert_file.clone().or(file.path(values.tls_cert_file.as_ref()));
        let key = serve.tls_key_file.clone().or(file.path(values.tls_key_file.as_ref()));
        let hsts = serve.hsts_max_age_seconds.or(values.hsts_max_age_seconds);
        match (cert, key) {
            (Some(cert), Some(key)) => Ok(Some(Self {
                files: PairFiles { cert, key },
                hsts_seconds: hsts.unwrap_or(HSTS_MAX_AGE_SECONDS),
            })),
            (None, None) if hsts.is_some() => bail!(
                "hsts_max_age_seconds is set, tls_cert_file is not: without TLS here, let the proxy send that header"
            ),
            (None, None) => Ok(None),
            (Some(_), None) => {
                bail!("tls_cert_file is set, tls_key_file is not: a certificate needs its key")
            }
            (None, Some(_)) => {
                bail!("tls_key_file is set, tls_cert_file is not: a key needs its certificate")
            }
        }
    }
}
