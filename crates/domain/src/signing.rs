//! Signatures of replies: Ed25519 (API 1.3) and HMAC-SHA256 (API 1.2), as `docs/protocol/signatures.md` tells.

use std::fmt;

use aws_lc_rs::{
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};

/// An Ed25519 key pair, ready to sign.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public_hex: String,
}

impl SigningKey {
    /// Length of the private seed in bytes.
    pub const SEED_LEN: usize = 32;

    /// Makes the key pair of a private seed; `None` unless it has 32 bytes.
    pub fn from_seed(seed: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public_hex = hex::encode(pair.public_key().as_ref());
        Some(Self { pair, public_hex })
    }

    /// The public key as 64 lower-case hexadecimal digits, the form that SDKs embed.
    pub fn public_hex(&self) -> &str {
        &self.public_hex
    }

    /// Signs `message`; 128 lower-case hexadecimal digits.
    pub fn sign_hex(&self, message: &[u8]) -> String {
        hex::encode(self.pair.sign(message).as_ref())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.public_hex)
    }
}

/// HMAC-SHA256 of `message` under `key`; 64 lower-case hexadecimal digits.
pub fn hmac_sha256_hex(key: &[u8], message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hex::encode(hmac::sign(&key, message).as_ref())
}
