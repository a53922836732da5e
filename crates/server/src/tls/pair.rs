//! A certificate and its key, as files have them.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use claviger_files::read_regular;
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

/// Why texts are no certificate with its key.
enum Unusable {
    NoPem(String),
    NoCertificate,
    Certificate(String),
    NoKey,
    OtherKey,
    Key(String),
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
        Pair::read(&text.cert, &text.key).map_err(|error| match error {
            Unusable::NoPem(error) => format!("tls_cert_file: {cert} is no PEM file: {error}"),
            Unusable::NoCertificate => {
                format!("tls_cert_file: {cert} holds no certificate: name the chain in PEM, its own first")
            }
            Unusable::Certificate(error) => {
                format!("tls_cert_file: {cert}: the first certificate cannot be read: {error}")
            }
            Unusable::NoKey => format!(
                "tls_key_file: {key} holds no private key that can be read: name one in PEM, not encrypted"
            ),
            Unusable::OtherKey => {
                format!("tls_key_file: {key} is not the key of the first certificate in {cert}")
            }
            Unusable::Key(error) => format!("tls_key_file: {key} cannot be used: {error}"),
        })
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

impl Pair {
    /// Key and chain of certificates in one text of PEM; `None` when it cannot be used.
    pub fn of(text: &str) -> Option<Self> {
        Self::read(text.as_bytes(), text.as_bytes()).ok()
    }

    fn read(cert: &[u8], key: &[u8]) -> Result<Self, Unusable> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(cert).collect();
        let chain = chain.map_err(|error| Unusable::NoPem(error.to_string()))?;
        let facts = CertificateFacts::read(chain.first().ok_or(Unusable::NoCertificate)?);
        let facts = facts.map_err(Unusable::Certificate)?;
        let private = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unusable::NoKey)?;
        let certified = CertifiedKey::from_der(chain, private, &aws_lc_rs::default_provider());
        let certified = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => Unusable::OtherKey,
            other => Unusable::Key(other.to_string()),
        })?;
        Ok(Self { certified: Arc::new(certified), facts })
    }
}

fn read(setting: &str, path: &Path) -> Result<Vec<u8>, String> {
    read_regular(path, FILE_MAX).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => format!("{setting}: {} is too large for a file in PEM", path.display()),
        _ => format!("{setting}: {} cannot be read: {error}", path.display()),
    })
}
