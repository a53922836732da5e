//! A certificate and its key, as files have them.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    sign::CertifiedKey,
};

use super::facts::CertificateFacts;

/// Longest file in bytes: a chain is a few thousand.
const FILE_MAX: u64 = 1024 * 1024;

/// Where a certificate and its key are, both in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairFiles {
    /// The certificate, and after it those that lead to a root.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The content of both files. Does not show itself, since it holds the key.
#[derive(PartialEq, Eq)]
pub(super) struct PairText {
    cert: Vec<u8>,
    key: Vec<u8>,
}

/// A certificate with its key.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(super) certified: Arc<CertifiedKey>,
    /// What the certificate says.
    pub facts: CertificateFacts,
}

impl PairFiles {
    /// Reads both files, as they are.
    ///
    /// # Errors
    /// When one cannot be read; the text names the setting and the file.
    pub(super) fn text(&self) -> Result<PairText, String> {
        Ok(PairText { cert: read("tls_cert_file", &self.cert)?, key: read("tls_key_file", &self.key)? })
    }

    /// Reads the pair, and looks whether the two belong together.
    ///
    /// # Errors
    /// When a file cannot be read or used; the text says which, and what to do.
    pub fn load(&self) -> Result<Pair, String> {
        self.pair_of(&self.text()?)
    }

    /// What is in these texts.
    pub(super) fn pair_of(&self, text: &PairText) -> Result<Pair, String> {
        let (cert, key) = (self.cert.display(), self.key.display());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text.cert).collect();
        let chain = chain.map_err(|error| format!("tls_cert_file: {cert} is no PEM file: {error}"))?;
        let Some(first) = chain.first() else {
            return Err(format!(
                "tls_cert_file: {cert} holds no certificate: name the chain in PEM, its own first"
            ));
        };
        let facts = CertificateFacts::read(first).map_err(|error| {
            format!("tls_cert_file: {cert}: the first certificate cannot be read: {error}")
        })?;
        let private = PrivateKeyDer::from_pem_slice(&text.key).map_err(|_| {
            format!(
                "tls_key_file: {key} holds no private key that can be read: name one in PEM, not encrypted"
            )
        })?;
        let provider = aws_lc_rs::default_provider();
        let certified = CertifiedKey::from_der(chain, private, &provider).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                format!("tls_key_file: {key} is not the key of the first certificate in {cert}")
            }
            other => format!("tls_key_file: {key} cannot be used: {other}"),
        })?;
        Ok(Pair { certified: Arc::new(certified), facts })
    }

    /// What is unwise about the files, in a sentence.
    pub fn warning(&self) -> Option<String> {
        let mode = fs::metadata(&self.key).map_or(0, |found| found.mode());
        let path = self.key.display();
        // A group may read it: that is how packages and containers hand keys over.
        (mode & 0o027 != 0).then(|| {
            format!(
                "{path} is the private key of the certificate and open to other users (mode {:04o}): chmod 600 {path}",
                mode & 0o7777
            )
        })
    }
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, String> {
    let told = |error: std::io::Error| format!("{setting}: {} cannot be read: {error}", path.display());
    let size = fs::metadata(path).map_err(told)?.len();
    if size > FILE_MAX {
        return Err(format!("{setting}: {} is too large for a file in PEM", path.display()));
    }
    fs::read(path).map_err(told)
}
