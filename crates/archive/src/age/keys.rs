//! Passphrases, recipients and their keys, as people write them.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    agreement::{PrivateKey, X25519},
    rand,
};
use bech32::{Bech32, Hrp};
use zeroize::Zeroizing;

const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";
/// Fewer characters can be tried.
const PASSPHRASE_MIN: usize = 12;

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not what age calls a recipient.
    #[error("this is no recipient: one of age begins with `age1` and has 62 characters")]
    Recipient,
    /// Not what age calls an identity.
    #[error("there is no key in it: one of age begins with AGE-SECRET-KEY-1")]
    Identity,
    /// Too short.
    #[error("the passphrase has fewer than {PASSPHRASE_MIN} characters")]
    Short,
}

/// A passphrase.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// A passphrase to encrypt with.
    ///
    /// # Errors
    /// When it is too short.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        if text.chars().count() < PASSPHRASE_MIN { Err(KeyError::Short) } else { Ok(Self::any(text)) }
    }

    /// A passphrase to decrypt with, whatever it is.
    pub fn any(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

/// A public key, such as `age1…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient(pub(super) [u8; 32]);

impl FromStr for Recipient {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        decode(text.trim(), RECIPIENT).map(|bytes| Self(*bytes)).ok_or(KeyError::Recipient)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(RECIPIENT, &self.0))
    }
}

/// A secret key, such as `AGE-SECRET-KEY-1…`.
#[derive(Clone)]
pub struct Identity(pub(super) Zeroizing<[u8; 32]>);

impl Identity {
    /// Draws a new one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate() -> std::io::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        rand::fill(&mut *key).map_err(|_| std::io::Error::other("the system has no randomness"))?;
        Ok(Self(key))
    }

    /// All keys in a text: one a line, beside comments that begin with `#`.
    ///
    /// # Errors
    /// When there is none, or something else.
    pub fn all(text: &str) -> Result<Vec<Self>, KeyError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Vec<Self> = lines
            .map(|line| decode(line, IDENTITY).map(Self).ok_or(KeyError::Identity))
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyError::Identity) } else { Ok(keys) }
    }

    /// The text of the key.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(encode(IDENTITY, &self.0).to_ascii_uppercase())
    }

    /// The public key that belongs to it.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn recipient(&self) -> std::io::Result<Recipient> {
        let unusable = || std::io::Error::other("the key cannot be used");
        let public = self.private().and_then(|key| key.compute_public_key().ok()).ok_or_else(unusable)?;
        public.as_ref().try_into().map(Recipient).map_err(|_| unusable())
    }

    pub(super) fn private(&self) -> Option<PrivateKey> {
        PrivateKey::from_private_key(&X25519, &*self.0).ok()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

fn decode(text: &str, kind: &str) -> Option<Zeroizing<[u8; 32]>> {
    let (found, bytes) = bech32::decode(text).ok()?;
    let bytes = Zeroizing::new(bytes);
    let known = found.as_str().eq_ignore_ascii_case(kind);
    let key: Option<[u8; 32]> = bytes.as_slice().try_into().ok();
    // The checksum must be that of Bech32, not of its later form.
    let right = key.filter(|key| known && encode(kind, key).eq_ignore_ascii_case(text));
    right.map(Zeroizing::new)
}

fn encode(kind: &str, key: &[u8; 32]) -> String {
    let kind = Hrp::parse(kind).expect("both kinds are names");
    bech32::encode::<Bech32>(kind, key).expect("32 bytes are few enough")
}
