//! Signing in through an identity provider (OpenID Connect, authorization code with PKCE).

mod arrival;
mod journey;
mod kinds;
mod links;
mod texts;

pub use self::kinds::{Errand, ProviderAnswer, ProviderName, ProviderOutcome};
pub(crate) use self::links::IDENTITIES_MAX;
