//! What the files in the folder are called.

/// The account at the authority, with its key.
pub(crate) const ACCOUNT: &str = "account.json";
/// Key and chain of certificates, in PEM: one file, so that they are never of two minds.
pub(crate) const CERTIFICATE: &str = "certificate.pem";
/// What the authority will ask, see [`Challenge`](crate::challenges::Challenge).
pub(crate) const CHALLENGES: &str = "challenges.json";
/// Held by whoever orders.
pub(crate) const LOCK: &str = "lock";
/// The order that was placed, with the key of the certificate.
pub(crate) const ORDER: &str = "order.json";
/// When the next order may be placed, see [`Pace`](crate::pace::Pace).
pub(crate) const PACE: &str = "pace.json";

/// All of them.
pub(crate) const FILES: [&str; 6] = [ACCOUNT, CERTIFICATE, CHALLENGES, LOCK, ORDER, PACE];
