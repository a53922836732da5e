//! Who is asked for certificates, and for which names.

use std::path::PathBuf;

use crate::names::FILES;

/// The directory of Let's Encrypt.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// Its directory for trying things out, whose certificates nobody trusts and whose limits are wide.
pub const LETS_ENCRYPT_STAGING: &str = "https://acme-staging-v02.api.letsencrypt.org/directory";

/// Longest name of a host, and longest part of it.
const NAME_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// Who is asked for certificates, and for which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeOptions {
    /// The address of the authority's directory.
    pub directory: String,
    /// Roots that its own certificate is verified with, in PEM; `None`: the system's.
    pub ca_file: Option<PathBuf>,
    /// The names that the certificate is for, the first of them foremost; see [`domain`].
    pub domains: Vec<String>,
    /// Where the authority writes when something is wrong.
    pub email: Option<String>,
    /// How the authority finds out that the names lead here.
    pub challenge: ChallengeKind,
    /// The folder of the account, of orders and of the certificate.
    pub folder: PathBuf,
}

impl AcmeOptions {
    /// The files in the folder, be they there or not.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        FILES.iter().map(|name| self.folder.join(name))
    }
}

/// How an authority finds out that a name leads here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChallengeKind {
    /// It shakes hands on port 443 (RFC 8737).
    #[default]
    TlsAlpn01,
    /// It asks by plain HTTP on port 80.
    Http01,
}

/// A name of a host, as certificates have it.
///
/// # Errors
/// When it is none that an authority certifies; the text says what to write.
pub fn domain(text: &str) -> Result<String, String> {
    let name = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let refused = |what: &str| Err(format!("{text:?} {what}"));
    if name.starts_with("*.") {
        return refused("has an asterisk, which needs a challenge by DNS: name each host");
    }
    let label = |label: &str| {
        let within = (1..=LABEL_MAX).contains(&label.len());
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        within && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels = name.split('.');
    if labels.clone().next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        return refused("is an address, not the name of a host");
    }
    if name.len() > NAME_MAX || labels.clone().count() < 2 || !labels.clone().all(label) {
        return refused(
            "is not the full name of a host, such as license.example.com (others in their form xn--…)",
        );
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_hosts() {
        for (text, expected) in [
            ("license.example.com", "license.example.com"),
            (" License.Example.COM. ", "license.example.com"),
            ("xn--mller-kva.example", "xn--mller-kva.example"),
        ] {
            assert_eq!(domain(text).as_deref(), Ok(expected));
        }
        let long = format!("{}.example", "a".repeat(64));
        for text in
            ["", "localhost", "*.example.com", "1.2.3.4", "::1", "a..b", "-a.example", "müller.example"]
                .into_iter()
                .chain(["https://license.example.com", "license.example.com:443", long.as_str()])
        {
            assert!(domain(text).is_err(), "{text}");
        }
    }
}
