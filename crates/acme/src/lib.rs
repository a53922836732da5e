//! Certificates from an authority by ACME (RFC 8555): an account, orders one at a time and seldom, and answers to the
//! authority's challenges. All that is kept of it is in one folder, which several nodes may share: whichever of them the
//! authority asks can answer.

mod acme;
mod challenges;
mod error;
mod folder;
mod names;
mod options;
mod order;
mod pace;
mod stand_in;
mod wire;

pub use acme::{Acme, Outcome};
pub use error::AcmeError;
pub use options::{AcmeOptions, ChallengeKind, LETS_ENCRYPT, LETS_ENCRYPT_STAGING, domain};
pub use stand_in::stand_in;
