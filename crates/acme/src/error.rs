//! Why no certificate came.

use std::{fmt::Display, io, path::Path};

use claviger_domain::in_one_line;
use instant_acme::Error;

/// Bytes of what an authority says that are told.
const SAID_MAX: usize = 500;

/// Why no certificate came; the texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    /// A file cannot be read or written.
    #[error("{0} cannot be used: {1}; check acme_dir, who owns it, and whether the disk is full")]
    Folder(String, io::Error),
    /// Nothing comes back from the authority.
    #[error(
        "{directory} cannot be reached: {reason}; look whether this machine may call it, and at acme_directory"
    )]
    Unreachable {
        /// The address of its directory.
        directory: String,
        /// Why.
        reason: String,
    },
    /// It found that a name does not lead here.
    #[error("the authority does not find this server under {domain}: {reason}; {advice}")]
    NotHere {
        /// The name.
        domain: String,
        /// What the authority says.
        reason: String,
        /// What to look at.
        advice: &'static str,
    },
    /// It does not offer the challenge that is set up here.
    #[error("the authority offers no {challenge} for {domain}: set acme_challenge to another")]
    NoSuchChallenge {
        /// The name.
        domain: String,
        /// The challenge.
        challenge: &'static str,
    },
    /// It wants fewer orders.
    #[error("the authority wants fewer orders from here: {0}; nothing to do but wait")]
    TooOften(String),
    /// It refuses.
    #[error("the authority refuses: {0}")]
    Refused(String),
}

impl AcmeError {
    /// What a file says.
    pub(crate) fn file(path: &Path, error: io::Error) -> Self {
        Self::Folder(path.display().to_string(), error)
    }

    /// What the client of ACME says, of the authority with this directory.
    pub(crate) fn of(error: Error, directory: &str) -> Self {
        match error {
            Error::Api(problem)
                if problem.r#type.as_deref().is_some_and(|kind| kind.ends_with(":rateLimited")) =>
            {
                Self::TooOften(said(&problem))
            }
            Error::Api(problem) => Self::Refused(said(&problem)),
            // Whatever the client of HTTP says comes as this.
            Error::Other(error) => Self::Unreachable { directory: directory.into(), reason: said(&error) },
            Error::Json(_) => Self::Unreachable {
                directory: directory.into(),
                reason: "its answer is not what ACME says".into(),
            },
            Error::Timeout(_) => Self::Refused("it does not come to an end in time".into()),
            other => Self::Refused(said(&other)),
        }
    }

    /// Whether nothing was asked of the authority that counts there.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// What an authority says, in a line and not without an end: it goes into the log.
pub(crate) fn said(what: &dyn Display) -> String {
    let text = what.to_string();
    let cut = &text[..text.floor_char_boundary(SAID_MAX)];
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{}{more}", in_one_line(cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_authority_says_is_a_line_of_some_length() {
        for kind in ["malformed", "rateLimited"] {
            let detail = format!("no\r\n2026-01-01T00:00:00Z  INFO forged\u{1b}[2J {}", "é".repeat(50_000));
            let kind = format!("urn:ietf:params:acme:error:{kind}");
            let problem = serde_json::json!({ "type": kind, "detail": detail });
            let problem = serde_json::from_value(problem).expect("a problem");
            let told = AcmeError::of(Error::Api(problem), "https://a.example/dir").to_string();
            assert!(told.contains("no  2026-01-01T00:00:00Z  INFO forged [2J é"), "{told}");
            assert!(!told.contains(char::is_control) && told.contains('…') && told.len() < 700, "{told}");
        }
    }
}
