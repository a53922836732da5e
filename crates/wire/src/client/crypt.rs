//! API 1.0's encryption of whole bodies (`docs/protocol/signatures.md`).
//!
//! It is kept for old programs only: half of the key's and the initialization vector's bits are known, the client
//! chooses the vector, and nothing proves that a text was not changed.

use aws_lc_rs::{
    cipher::{
        AES_256, AES_256_KEY_LEN, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
        PaddedBlockEncryptingKey, StreamingEncryptingKey, UnboundCipherKey,
    },
    digest::{SHA256, digest},
    error::Unspecified,
    iv::{FixedLength, IV_LEN_128_BIT},
};

use crate::digits::push_hex;

/// Bytes of a block of the cipher.
const BLOCK: u64 = 16;

/// Encrypts `plaintext` with AES-256-CBC; lower-case hexadecimal digits. `key` is the app secret for `init`, else the
/// session's `enckey`; `init_iv` is that parameter as it was sent.
pub fn encrypt(key: &str, init_iv: &str, plaintext: impl AsRef<[u8]>) -> String {
    let mut bytes = plaintext.as_ref().to_vec();
    let vector = EncryptionContext::Iv128(vector(init_iv));
    let outcome = cipher_key(key)
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .and_then(|key| key.less_safe_encrypt(&mut bytes, vector));
    outcome.expect("a key and a vector of the right lengths encrypt anything");
    hex::encode(bytes)
}

/// Does what [`encrypt`] does to a text that comes in pieces.
pub struct Encryption {
    key: StreamingEncryptingKey,
    /// What comes of a piece, before it becomes digits.
    encrypted: Vec<u8>,
}

impl Encryption {
    /// Begins; see [`encrypt`] for the parameters.
    pub fn new(key: &str, init_iv: &str) -> Self {
        let vector = EncryptionContext::Iv128(vector(init_iv));
        let key = cipher_key(key).and_then(|key| StreamingEncryptingKey::less_safe_cbc_pkcs7(key, vector));
        Self { key: key.expect("a key and a vector of the right lengths fit"), encrypted: Vec::new() }
    }

    /// How many digits a text of so many bytes becomes.
    pub fn digits(length: u64) -> u64 {
        2 * BLOCK * (length / BLOCK + 1)
    }

    /// Appends what comes of the next piece.
    pub fn update(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.encrypted.resize(piece.len() + BLOCK as usize, 0);
        let update = self.key.update(piece, &mut self.encrypted);
        push_hex(update.expect("there is room for the piece").written(), out);
    }

    /// Appends the end.
    pub fn finish(self, out: &mut Vec<u8>) {
        let mut block = [0; BLOCK as usize];
        let (_, update) = self.key.finish(&mut block).expect("there is room for a block");
        push_hex(update.written(), out);
    }
}

/// Decrypts hexadecimal digits of either case; broken UTF-8 becomes U+FFFD. `None` for what [`encrypt`] did not make
/// with the same `key` and `init_iv`, as far as can be told.
pub fn decrypt(key: &str, init_iv: &str, ciphertext: &str) -> Option<String> {
    let mut bytes = hex::decode(ciphertext).ok()?;
    let vector = DecryptionContext::Iv128(vector(init_iv));
    let key = cipher_key(key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7).ok()?;
    let plaintext = key.decrypt(&mut bytes, vector).ok()?;
    Some(String::from_utf8_lossy(plaintext).into_owned())
}

/// Reads a parameter that is in hexadecimal digits, but not encrypted; broken UTF-8 becomes U+FFFD.
pub fn from_hex(text: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&hex::decode(text).ok()?).into_owned())
}

/// The key: the first 32 characters of the key text's SHA-256 in hexadecimal digits.
fn cipher_key(key: &str) -> Result<UnboundCipherKey, Unspecified> {
    UnboundCipherKey::new(&AES_256, &sha256_hex(key).as_bytes()[..AES_256_KEY_LEN])
}

/// The vector: the first 16 characters of the SHA-256 of `init_iv` in hexadecimal digits.
fn vector(init_iv: &str) -> FixedLength<IV_LEN_128_BIT> {
    let mut bytes = [0; IV_LEN_128_BIT];
    bytes.copy_from_slice(&sha256_hex(init_iv).as_bytes()[..IV_LEN_128_BIT]);
    FixedLength::from(bytes)
}

fn sha256_hex(text: &str) -> String {
    hex::encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INIT_IV: &str = "ef797c8118f02dfb649607dd5d3f8c7623048c9c063d532cc95c5ed7a898a64f";

    #[test]
    fn derives_key_and_vector() {
        let secret = "0123456789abcdef".repeat(4);
        assert_eq!(&sha256_hex(&secret)[..32], "a8ae6e6ee929abea3afcfc5258c8ccd6");
        assert_eq!(vector(INIT_IV).as_ref(), b"fef3d83e32b4d981");
    }

    #[test]
    fn with_the_app_secret() {
        let secret = "0123456789abcdef".repeat(4);
        let encrypted = "ef38946c957105e8a4fa645eee4d90b1";
        assert_eq!(encrypt(&secret, INIT_IV, "1.0"), encrypted);
        assert_eq!(decrypt(&secret, INIT_IV, encrypted).as_deref(), Some("1.0"));
        assert_eq!(decrypt(&secret, INIT_IV, &encrypted.to_uppercase()).as_deref(), Some("1.0"));
    }

    #[test]
    fn with_a_sessions_key() {
        let body = r#"{"success":true,"message":"Session is validated."}"#;
        let encrypted = concat!(
            "8bf4fb5cb76ee4d5f2b21196065c39d70c74d2dcacacfbc73cd5d81510f2796083171aae5decbda8fdd713bcfa527ef1",
            "767b8ce60404590b9e0f1ef76579a171"
        );
        assert_eq!(encrypt("enckey-example", INIT_IV, body), encrypted);
    }

    #[test]
    fn refuses_what_is_not_encrypted() {
        for text in ["", "0", "zz", "ef38946c957105e8a4fa645eee4d90", "00000000000000000000000000000000"] {
            assert_eq!(decrypt("key", INIT_IV, text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_are_encrypted_as_the_whole(
            iv in any::<String>(), pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..70), 0..5),
        ) {
            let (whole, mut out) = (pieces.concat(), Vec::new());
            let mut encryption = Encryption::new("key", &iv);
            pieces.iter().for_each(|piece| encryption.update(piece, &mut out));
            encryption.finish(&mut out);
            prop_assert_eq!(out.len() as u64, Encryption::digits(whole.len() as u64));
            prop_assert_eq!(String::from_utf8(out).unwrap(), encrypt("key", &iv, whole));
        }

        #[test]
        fn what_was_encrypted_is_read(key in any::<String>(), iv in any::<String>(), text in any::<String>()) {
            prop_assert_eq!(decrypt(&key, &iv, &encrypt(&key, &iv, &text)), Some(text));
        }

        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..64), text in any::<String>()) {
            let _ = (decrypt("key", "iv", &hex::encode(bytes)), decrypt("key", "iv", &text), from_hex(&text));
        }
    }
}
