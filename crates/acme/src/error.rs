//! Why no certificate came.

use std::{io, path::Path};

use instant_acme::Error;

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
                Self::TooOften(problem.to_string())
            }
            Error::Api(problem) => Self::Refused(problem.to_string()),
            // Whatever the client of HTTP says comes as this.
            Error::Other(error) => {
                Self::Unreachable { directory: directory.into(), reason: error.to_string() }
            }
            Error::Json(_) => Self::Unreachable {
                directory: directory.into(),
                reason: "its answer is not what ACME says".into(),
            },
            Error::Timeout(_) => Self::Refused("it does not come to an end in time".into()),
            other => Self::Refused(other.to_string()),
        }
    }

    /// Whether nothing was asked of the authority that counts there.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
