//! What is served until there is a certificate.

use rcgen::{CertificateParams, DistinguishedName, KeyPair, date_time_ymd};

/// A key and a certificate for these names that is signed by itself and has ended long ago, in PEM: clients refuse it, and
/// whoever watches when the certificate ends sees that there is none.
///
/// # Errors
/// When there is no randomness for a key.
pub fn stand_in(domains: &[String]) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(domains)?;
    params.distinguished_name = DistinguishedName::new();
    (params.not_before, params.not_after) = (date_time_ymd(1980, 1, 1), date_time_ymd(1980, 1, 2));
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}
