//! What is served until there is a certificate.

use rcgen::{CertificateParams, DistinguishedName, KeyPair};

/// A key and a certificate for these names that is signed by itself, in PEM; clients refuse it.
///
/// # Errors
/// When there is no randomness for a key.
pub fn stand_in(domains: &[String]) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(domains)?;
    params.distinguished_name = DistinguishedName::new();
    let certificate = params.self_signed(&key)?;
    Ok(format!("{}{}", key.serialize_pem(), certificate.pem()))
}
