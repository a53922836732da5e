//! What a certificate says of itself, for whoever runs the server.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;
use x509_cert::{Certificate, der::Decode};

const DAY: u64 = 86_400;

/// What a certificate says of itself.
#[derive(Clone, Debug)]
pub struct CertificateFacts {
    certificate: CertificateDer<'static>,
    not_before: SystemTime,
    not_after: SystemTime,
}

impl CertificateFacts {
    /// Reads the certificate of a server.
    ///
    /// # Errors
    /// When it is none; what is wrong with it.
    pub(super) fn read(certificate: &CertificateDer<'static>) -> Result<Self, String> {
        let parsed = Certificate::from_der(certificate).map_err(|error| error.to_string())?;
        EndEntityCert::try_from(certificate).map_err(|error| error.to_string())?;
        let validity = parsed.tbs_certificate.validity;
        let time = |since_1970: Duration| UNIX_EPOCH + since_1970;
        Ok(Self {
            certificate: certificate.clone(),
            not_before: time(validity.not_before.to_unix_duration()),
            not_after: time(validity.not_after.to_unix_duration()),
        })
    }

    /// Whether it counts already.
    pub fn has_begun(&self, now: SystemTime) -> bool {
        now >= self.not_before
    }

    /// Whole days until it ends; `None`: it has ended.
    pub fn days_left(&self, now: SystemTime) -> Option<u64> {
        self.not_after.duration_since(now).ok().map(|left| left.as_secs() / DAY)
    }

    /// When it ends.
    pub(super) fn ends(&self) -> SystemTime {
        self.not_after
    }

    /// When a successor is due: two thirds of its time are over.
    pub fn renew_at(&self) -> SystemTime {
        self.not_before + self.lifetime() * 2 / 3
    }

    /// How long it counts from beginning to end.
    pub fn lifetime(&self) -> Duration {
        self.not_after.duration_since(self.not_before).unwrap_or_default()
    }

    /// Whether it is for a host: a name or an address, as it stands in URLs without brackets.
    pub fn is_for(&self, host: &str) -> bool {
        let (Ok(name), Ok(certificate)) =
            (ServerName::try_from(host), EndEntityCert::try_from(&self.certificate))
        else {
            return false;
        };
        certificate.verify_is_valid_for_subject_name(&name).is_ok()
    }

    /// The names that it is for, as far as they are no addresses.
    pub fn names(&self) -> Vec<String> {
        let certificate = EndEntityCert::try_from(&self.certificate);
        certificate.map_or_else(|_| Vec::new(), |one| one.valid_dns_names().map(str::to_owned).collect())
    }
}
