//! What encrypts and what decrypts.

use super::keys::{Identity, Passphrase, Recipient};

/// Who can open what is written.
#[derive(Clone, Debug)]
pub enum Lock {
    /// Whoever knows the passphrase.
    Passphrase(Passphrase),
    /// Each of these.
    Recipients(Vec<Recipient>),
}

/// What may open what is read.
#[derive(Clone, Debug, Default)]
pub struct Unlock {
    /// A passphrase.
    pub passphrase: Option<Passphrase>,
    /// Keys of recipients.
    pub identities: Vec<Identity>,
    /// Whether what is not encrypted is refused: anybody may have written it.
    pub sealed_only: bool,
}
