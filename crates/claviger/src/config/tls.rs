//! How the server secures its connections itself.

use std::path::Path;

use anyhow::bail;
use claviger_acme::{AcmeOptions, ChallengeKind, LETS_ENCRYPT};
use claviger_server::PairFiles;

use super::{args::ServeArgs, file::SettingsFile, parse};

/// A year.
const HSTS_MAX_AGE_SECONDS: u32 = 31_536_000;
/// In the data folder.
const ACME_DIR: &str = "acme";
/// Names in one certificate.
const DOMAINS_MAX: usize = 25;

/// How connections are secured.
#[derive(Clone, Debug)]
pub(crate) struct TlsSettings {
    /// Where the certificate comes from.
    pub(crate) certificate: Certificate,
    /// For how long browsers are told to come by HTTPS only; 0: they are not told.
    pub(crate) hsts_seconds: u32,
}

/// Where a certificate comes from.
#[derive(Clone, Debug)]
pub(crate) enum Certificate {
    /// Files that somebody else replaces.
    Files(PairFiles),
    /// An authority, which is asked for it.
    Acme(AcmeOptions),
}

impl TlsSettings {
    /// Whether an authority asks by plain HTTP whether names lead here.
    pub(super) fn is_asked_by_http(&self) -> bool {
        matches!(&self.certificate, Certificate::Acme(options) if options.challenge == ChallengeKind::Http01)
    }

    /// Both files, or an authority, or neither.
    pub(super) fn from_sources(
        serve: &ServeArgs,
        file: &SettingsFile,
        data_dir: &Path,
    ) -> anyhow::Result<Option<Self>> {
        let hsts = serve.hsts_max_age_seconds.or(file.values.hsts_max_age_seconds);
        let certificate = match (files(serve, file)?, acme(serve, file, data_dir)?) {
            (Some(_), Some(_)) => bail!(
                "tls_cert_file and acme_domains are both set: name files, or let the server get a certificate"
            ),
            (Some(files), None) => Certificate::Files(files),
            (None, Some(acme)) => Certificate::Acme(acme),
            (None, None) if hsts.is_some() => bail!(
                "hsts_max_age_seconds is set, tls_cert_file is not: without TLS here, let the proxy send that header"
            ),
            (None, None) => return Ok(None),
        };
        Ok(Some(Self { certificate, hsts_seconds: hsts.unwrap_or(HSTS_MAX_AGE_SECONDS) }))
    }
}

/// Both files, or none.
fn files(serve: &ServeArgs, file: &SettingsFile) -> anyhow::Result<Option<PairFiles>> {
    let values = &file.values;
    let cert = serve.tls_cert_file.clone().or(file.path(values.tls_cert_file.as_ref()));
    let key = serve.tls_key_file.clone().or(file.path(values.tls_key_file.as_ref()));
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(PairFiles { cert, key })),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("tls_cert_file is set, tls_key_file is not: a certificate needs its key"),
        (None, Some(_)) => bail!("tls_key_file is set, tls_cert_file is not: a key needs its certificate"),
    }
}

/// An authority, where there are names to ask it for.
fn acme(serve: &ServeArgs, file: &SettingsFile, data_dir: &Path) -> anyhow::Result<Option<AcmeOptions>> {
    let (given, values) = (&serve.acme, &file.values);
    let domains = file.list(
        "acme_domains",
        given.acme_domains.clone(),
        values.acme_domains.as_ref(),
        claviger_acme::domain,
    )?;
    let email = match (&given.acme_email, &values.acme_email) {
        (Some(email), _) => Some(email.clone()),
        (None, Some(text)) => Some(file.named("acme_email", parse::acme_email(text))?),
        (None, None) => None,
    };
    let directory = match (&given.acme_directory, &values.acme_directory) {
        (Some(directory), _) => Some(directory.clone()),
        (None, Some(text)) => Some(file.named("acme_directory", parse::acme_directory(text))?),
        (None, None) => None,
    };
    let ca_file = given.acme_ca_file.clone().or(file.path(values.acme_ca_file.as_ref()));
    let folder = given.acme_dir.clone().or(file.path(values.acme_dir.as_ref()));
    let challenge = match (given.acme_challenge, &values.acme_challenge) {
        (Some(challenge), _) => Some(challenge),
        (None, Some(text)) => Some(file.named("acme_challenge", parse::acme_challenge(text))?),
        (None, None) => None,
    };
    if domains.is_empty() {
        let others = [
            ("acme_email", email.is_some()),
            ("acme_directory", directory.is_some()),
            ("acme_ca_file", ca_file.is_some()),
            ("acme_dir", folder.is_some()),
            ("acme_challenge", challenge.is_some()),
        ];
        return match others.into_iter().find(|(_, is_set)| *is_set) {
            Some((name, _)) => bail!("{name} is set, acme_domains is not: name what the certificate is for"),
            None => Ok(None),
        };
    }
    if domains.len() > DOMAINS_MAX {
        bail!("acme_domains has {} names: {DOMAINS_MAX} at most go into one certificate", domains.len());
    }
    let directory = directory.unwrap_or_else(|| LETS_ENCRYPT.into());
    if !given.acme_terms_agreed.or(values.acme_terms_agreed).unwrap_or(false) {
        bail!(
            "acme_domains is set, acme_terms_agreed is not: read the terms of service of {directory} (of Let's Encrypt: \
             https://letsencrypt.org/repository/), and set it to true if you agree"
        );
    }
    Ok(Some(AcmeOptions {
        directory,
        ca_file,
        domains,
        email,
        challenge: challenge.unwrap_or(ChallengeKind::TlsAlpn01),
        folder: folder.unwrap_or_else(|| data_dir.join(ACME_DIR)),
    }))
}
