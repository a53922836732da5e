//! Ways to wrap the key of a file.

use aws_lc_rs::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey},
    agreement::{UnparsedPublicKey, X25519, agree},
    rand,
};
use zeroize::Zeroizing;

use super::{
    derive::{FILE_KEY, Key, derive},
    keys::{Identity, Passphrase, Recipient},
};

const X25519_INFO: &[u8] = b"age-encryption.org/v1/X25519";
const SCRYPT_SALT: &[u8] = b"age-encryption.org/v1/scrypt";
/// Takes 32 MiB and a tenth of a second for each try.
const WORK: u8 = 15;
/// Takes a gibibyte: nobody may ask for more.
const WORK_MAX: u8 = 20;

pub(super) type FileKey = Zeroizing<[u8; FILE_KEY]>;

/// A wrapped key, as a header tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stanza {
    pub(super) args: Vec<String>,
    pub(super) body: Vec<u8>,
}

pub(super) fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| std::io::Error::other("the system has no randomness"))?;
    Ok(bytes)
}

/// Wraps a key for a recipient.
pub(super) fn for_recipient(recipient: Recipient, file_key: &FileKey) -> std::io::Result<Stanza> {
    let ephemeral = Identity::generate()?;
    let share = ephemeral.recipient()?;
    let key = shared(&ephemeral, recipient, share, recipient)
        .ok_or_else(|| std::io::Error::other("the recipient's key cannot be used"))?;
    Ok(Stanza { args: vec!["X25519".into(), encode(&share.0)], body: seal(&key, &file_key[..]) })
}

/// The key that wraps: of one side's secret and the other's public key.
fn shared(secret: &Identity, public: Recipient, share: Recipient, recipient: Recipient) -> Option<Key> {
    let salt = [share.0, recipient.0].concat();
    let derived = |secret: &[u8]| Ok(derive(secret, &salt, X25519_INFO));
    agree(&secret.private()?, UnparsedPublicKey::new(&X25519, public.0), (), derived).ok()
}

/// Wraps a key with a passphrase.
pub(super) fn for_passphrase(passphrase: &Passphrase, file_key: &FileKey) -> std::io::Result<Stanza> {
    let salt: [u8; 16] = random()?;
    let key = stretched(passphrase, &salt, WORK)
        .ok_or_else(|| std::io::Error::other("no key of this passphrase"))?;
    Ok(Stanza {
        args: vec!["scrypt".into(), encode(&salt), WORK.to_string()],
        body: seal(&key, &file_key[..]),
    })
}

fn stretched(passphrase: &Passphrase, salt: &[u8; 16], work: u8) -> Option<Key> {
    let params = scrypt::Params::new(work, 8, 1).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.bytes(), &[SCRYPT_SALT, salt].concat(), &params, &mut *key).ok()?;
    Some(key)
}

/// The key in a stanza, if this identity opens it.
pub(super) fn by_identity(stanza: &Stanza, identity: &Identity) -> Option<FileKey> {
    let [kind, share] = stanza.args.as_slice() else { return None };
    if kind != "X25519" {
        return None;
    }
    let share = Recipient(decode(share)?.try_into().ok()?);
    let recipient = identity.recipient().ok()?;
    open(&shared(identity, share, share, recipient)?, &stanza.body)
}

/// The key in a stanza, if this passphrase opens it.
pub(super) fn by_passphrase(stanza: &Stanza, passphrase: &Passphrase) -> Option<FileKey> {
    let [kind, salt, work] = stanza.args.as_slice() else { return None };
    let work: u8 = work.parse().ok().filter(|number: &u8| number.to_string() == *work)?;
    if kind != "scrypt" || !(1..=WORK_MAX).contains(&work) {
        return None;
    }
    let salt: [u8; 16] = decode(salt)?.try_into().ok()?;
    open(&stretched(passphrase, &salt, work)?, &stanza.body)
}

fn cipher(key: &Key) -> LessSafeKey {
    let key = UnboundKey::new(&CHACHA20_POLY1305, &**key);
    LessSafeKey::new(key.expect("the key has the algorithm's length"))
}

/// Each key is used once, so the nonce may be fixed.
fn seal(key: &Key, plain: &[u8]) -> Vec<u8> {
    let mut sealed = plain.to_vec();
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let done = cipher(key).seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed);
    done.expect("a short text can be encrypted");
    sealed
}

fn open(key: &Key, sealed: &[u8]) -> Option<FileKey> {
    if sealed.len() != FILE_KEY + 16 {
        return None;
    }
    let mut text = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let plain = cipher(key).open_in_place(nonce, Aad::empty(), &mut text).ok()?;
    (&*plain).try_into().ok().map(Zeroizing::new)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 without padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for piece in bytes.chunks(3) {
        let number = piece
            .iter()
            .chain(&[0; 2])
            .take(3)
            .fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        for digit in 0..=piece.len() {
            text.push(char::from(DIGITS[number >> (18 - 6 * digit) & 63]));
        }
    }
    text
}

/// Base64 without padding, in its one form.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for piece in text.as_bytes().chunks(4) {
        let mut number = 0;
        for byte in piece {
            number = number << 6 | DIGITS.iter().position(|digit| digit == byte)?;
        }
        number <<= 6 * (4 - piece.len());
        bytes.extend_from_slice(&(number as u32).to_be_bytes()[1..piece.len()]);
    }
    (encode(&bytes) == text).then_some(bytes)
}
