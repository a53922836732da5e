//! What values are encrypted for that are kept: each opens for its purpose only. Those that go out and come back, in forms and links,
//! have theirs where they are made.

/// The private key that signs before an application is known; the first thing that is encrypted in a database. Those of
/// applications too.
pub(crate) const SIGNING_KEY: &str = "signing-key";
/// Secrets of applications.
pub(crate) const APP_SECRET: &str = "app-secret";
/// Settings that hold a secret.
pub(crate) const SECRET_SETTING: &str = "secret-setting";
/// Secrets of two-factor codes.
pub(crate) const CODES: &str = "totp";
/// What is chosen about notices.
pub(crate) const NOTICES: &str = "notices";
/// The key of hashes. It stays when the master key is another one: what was hashed cannot be hashed anew.
pub(crate) const KEYED_HASHES: &str = "keyed-hashes";
