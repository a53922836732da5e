//! Signatures of replies: Ed25519 (API 1.3) and HMAC-SHA256 (API 1.2), as `docs/protocol/signatures.md` tells.

use std::{cell::RefCell, fmt};

use aws_lc_rs::{
    encoding::AsBigEndian,
    hmac,
    signature::{Ed25519KeyPair, KeyPair},
};
use ed25519_dalek::{
    Digest, Sha512, SignatureError, VerifyingKey,
    hazmat::{ExpandedSecretKey, raw_sign_byupdate},
};
use zeroize::Zeroizing;

/// Tells a long message in pieces, the same ones at each call, to the function that it is given; or why it cannot.
pub type LongMessage<'a, E> = dyn Fn(&mut dyn FnMut(&[u8])) -> Result<(), E> + 'a;

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

    /// As [`SigningKey::sign_hex`], for a message that is not held in memory; it is told twice. One that differs between
    /// the two gets a signature that nobody accepts, so each message must have something that no other one has.
    ///
    /// # Errors
    /// Those of `message`.
    pub fn sign_long_hex<E>(&self, message: &LongMessage<'_, E>) -> Result<String, E> {
        let (secret, public) = self.expanded();
        let failure = RefCell::new(None);
        let write = |hash: &mut Sha512| {
            message(&mut |piece| hash.update(piece)).map_err(|error| {
                failure.replace(Some(error));
                SignatureError::new()
            })
        };
        let signed = raw_sign_byupdate(&secret, write, &public);
        match failure.into_inner() {
            Some(error) => Err(error),
            None => Ok(hex::encode(signed.expect("only the message can fail").to_bytes())),
        }
    }

    /// The key pair in the other library's form.
    fn expanded(&self) -> (ExpandedSecretKey, VerifyingKey) {
        let seed = self.pair.seed().and_then(|seed| seed.as_be_bytes()).expect("a key pair has its seed");
        let mut bytes = Zeroizing::new([0; Self::SEED_LEN]);
        bytes.copy_from_slice(seed.as_ref());
        let secret = ExpandedSecretKey::from(&*bytes);
        let public = VerifyingKey::from(&secret);
        (secret, public)
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

/// As [`hmac_sha256_hex`], for a message that is not held in memory; it is told once.
///
/// # Errors
/// Those of `message`.
pub fn hmac_sha256_long_hex<E>(key: &[u8], message: &LongMessage<'_, E>) -> Result<String, E> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    message(&mut |piece| context.update(piece))?;
    Ok(hex::encode(context.sign().as_ref()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn long_messages_are_signed_as_short_ones(
            seed in any::<[u8; 32]>(), pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..5),
        ) {
            let key = SigningKey::from_seed(&seed).unwrap();
            let whole = pieces.concat();
            let told = |write: &mut dyn FnMut(&[u8])| -> Result<(), ()> {
                pieces.iter().for_each(|piece| write(piece));
                Ok(())
            };
            prop_assert_eq!(key.sign_long_hex(&told), Ok(key.sign_hex(&whole)));
            prop_assert_eq!(hmac_sha256_long_hex(&seed, &told), Ok(hmac_sha256_hex(&seed, &whole)));
        }
    }

    #[test]
    fn a_message_that_fails_is_not_signed() {
        let key = SigningKey::from_seed(&[7; 32]).unwrap();
        let broken = |write: &mut dyn FnMut(&[u8])| {
            write(b"begun");
            Err("broken")
        };
        assert_eq!(key.sign_long_hex(&broken), Err("broken"));
        assert_eq!(hmac_sha256_long_hex(b"key", &broken), Err("broken"));
    }
}
