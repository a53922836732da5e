//! How master keys are written down: one in each line, the one to be used first. A line is 64 hexadecimal digits, or what a
//! passphrase opens: `argon2id:MEMORY:PASSES:LANES:SALT:SEALED`, memory in KiB, the last two in hexadecimal digits.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use claviger_domain::{Random, Secret};
use zeroize::Zeroizing;

/// Bytes of a master key.
pub(crate) const KEY_LEN: usize = 32;

/// A master key as it is.
pub(crate) type KeyBytes = Zeroizing<[u8; KEY_LEN]>;

const SALT_LEN: usize = 16;
const SCHEME: &str = "argon2id";
const PURPOSE: &str = "claviger master key";
/// Memory in KiB, passes and lanes: opened once at a start, so it may take its time.
const COST: (u32, u32, u32) = (65_536, 3, 1);
/// More is no file of ours: memory in KiB, passes and lanes.
const COST_MAX: (u32, u32, u32) = (1 << 20, 64, 64);

/// Why a text gives no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    Malformed,
    NoPassphrase,
    WrongPassphrase,
}

/// Which of the keys that are written down a passphrase protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// None of them.
    Nothing,
    /// Some; others stand there in plain text, as they do after somebody has put a new one before the protected ones.
    Part,
    /// All of them.
    Whole,
}

/// The keys in a text: separated by line ends, spaces or commas; what follows a `#` is left out.
pub(super) fn parse(text: &str, passphrase: Option<&Secret>) -> Result<Vec<KeyBytes>, Unread> {
    let keys = words(text).map(|word| parse_key(word, passphrase)).collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err(Unread::Malformed) } else { Ok(keys) }
}

/// Which keys in a text a passphrase opens.
pub(super) fn protection(text: &str) -> Protection {
    let (closed, plain): (Vec<_>, Vec<_>) = words(text).partition(|word| word.starts_with(SCHEME));
    match (closed.is_empty(), plain.is_empty()) {
        (true, _) => Protection::Nothing,
        (false, false) => Protection::Part,
        (false, true) => Protection::Whole,
    }
}

/// What stands for a key each.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let written = text.lines().flat_map(|line| line.split('#').next());
    written.flat_map(|line| line.split([',', ' ', '\t', '\r'])).filter(|word| !word.is_empty())
}

/// The keys as a text, a line each; protected when there is a passphrase.
pub(super) fn render(
    keys: &[KeyBytes],
    passphrase: Option<&Secret>,
    random: &dyn Random,
) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for key in keys {
        match passphrase {
            None => text.push_str(&Zeroizing::new(hex::encode(**key))),
            Some(passphrase) => text.push_str(&protect(key, passphrase, random)),
        }
        text.push('\n');
    }
    text
}

fn parse_key(word: &str, passphrase: Option<&Secret>) -> Result<KeyBytes, Unread> {
    if let Some(rest) = word.strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(':')) {
        return unprotect(rest, passphrase);
    }
    let mut key = KeyBytes::default();
    hex::decode_to_slice(word, &mut *key).map_err(|_| Unread::Malformed)?;
    Ok(key)
}

fn protect(key: &KeyBytes, passphrase: &Secret, random: &dyn Random) -> String {
    let mut salt = [0; SALT_LEN];
    random.fill(&mut salt);
    let (memory, passes, lanes) = COST;
    let wrapping = derive(COST, &salt, passphrase).expect("the cost is one that Argon2 takes");
    let mut sealed = key.to_vec();
    let nonce = wrapping.seal_in_place_append_tag(Aad::from(PURPOSE), &mut sealed).expect("a key is short");
    let (salt, nonce, sealed) = (hex::encode(salt), hex::encode(nonce.as_ref()), hex::encode(sealed));
    format!("{SCHEME}:{memory}:{passes}:{lanes}:{salt}:{nonce}{sealed}")
}

fn unprotect(fields: &str, passphrase: Option<&Secret>) -> Result<KeyBytes, Unread> {
    let fields: Vec<&str> = fields.split(':').collect();
    let [memory, passes, lanes, salt, sealed] = fields[..] else { return Err(Unread::Malformed) };
    let number = |text: &str, max: u32| match text.parse::<u32>() {
        Ok(number) if number <= max => Ok(number),
        _ => Err(Unread::Malformed),
    };
    let cost = (number(memory, COST_MAX.0)?, number(passes, COST_MAX.1)?, number(lanes, COST_MAX.2)?);
    let bytes = |text: &str| hex::decode(text).map_err(|_| Unread::Malformed);
    let (salt, sealed) = (bytes(salt)?, bytes(sealed)?);
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unread::Malformed)?;
    let passphrase = passphrase.ok_or(Unread::NoPassphrase)?;
    let wrapping = derive(cost, &salt, passphrase).ok_or(Unread::Malformed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unread::Malformed)?;
    let mut text = Zeroizing::new(text.to_vec());
    let opened = wrapping.open_in_place(nonce, Aad::from(PURPOSE), &mut text);
    let opened = opened.map_err(|_| Unread::WrongPassphrase)?;
    Ok(Zeroizing::new((&*opened).try_into().map_err(|_| Unread::Malformed)?))
}

/// The key that a passphrase gives; `None` when Argon2 does not take the cost or the salt.
fn derive(
    (memory, passes, lanes): (u32, u32, u32),
    salt: &[u8],
    passphrase: &Secret,
) -> Option<RandomizedNonceKey> {
    let params = Params::new(memory, passes, lanes, Some(KEY_LEN)).ok()?;
    let mut key = KeyBytes::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, &mut *key)
        .ok()?;
    RandomizedNonceKey::new(&AES_256_GCM, &*key).ok()
}

#[cfg(test)]
mod tests {
    use claviger_domain::SystemRandom;

    use super::*;

    fn keys() -> Vec<KeyBytes> {
        vec![Zeroizing::new([1; KEY_LEN]), Zeroizing::new([2; KEY_LEN])]
    }

    #[test]
    fn keys_come_back_as_they_were_written() {
        let (passphrase, other) = (Secret::new("a long sentence"), Secret::new("a long sentenc"));
        let plain = render(&keys(), None, &SystemRandom);
        assert_eq!(*plain, format!("{}\n{}\n", "01".repeat(32), "02".repeat(32)));
        assert_eq!(parse(&plain, Some(&passphrase)).unwrap(), keys());
        assert_eq!(protection(&plain), Protection::Nothing);
        let closed = render(&keys(), Some(&passphrase), &SystemRandom);
        assert!(protection(&closed) == Protection::Whole && !closed.contains(&"01".repeat(8)));
        assert_eq!(parse(&closed, Some(&passphrase)).unwrap(), keys());
        assert_eq!(parse(&closed, None), Err(Unread::NoPassphrase));
        assert_eq!(parse(&closed, Some(&other)), Err(Unread::WrongPassphrase));
    }

    #[test]
    fn keys_may_stand_in_one_line_beside_remarks() {
        let (first, second) = ("01".repeat(32), "02".repeat(32));
        for text in [
            format!("{first},{second}"),
            format!("# both\r\n{first}\r\n\r\n {second} # former\r\n"),
            format!("{first} {second}"),
        ] {
            assert_eq!(parse(&text, None).unwrap(), keys(), "{text}");
        }
    }

    #[test]
    fn a_key_in_plain_text_among_protected_ones_is_seen() {
        let plain = "01".repeat(32);
        let closed = "argon2id:65536:3:1:00:00";
        for text in [
            format!("{plain}\n{closed}\n"),
            format!("{plain},{closed}"),
            format!("{closed} {plain} # the former one"),
            format!("# two\n\t{closed}\n{plain}"),
        ] {
            assert_eq!(protection(&text), Protection::Part, "{text}");
        }
        assert_eq!(protection(&format!("# {plain}\n  {closed},{closed}")), Protection::Whole);
        assert_eq!(protection(&format!("{plain} # {closed}")), Protection::Nothing);
        assert_eq!(protection(""), Protection::Nothing);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let wrong = Secret::new("wrong");
        let digits = "01".repeat(32);
        for text in [
            "".into(),
            "# nothing".into(),
            "secret".into(),
            digits[1..].to_owned(),
            format!("{digits}00"),
            "argon2id".into(),
            "argon2id:".into(),
            format!("argon2id:65536:3:1:{digits}"),
            format!("argon2id:4294967295:3:1:{digits}:{digits}"),
            format!("argon2id:65536:0:1:{digits}:{digits}"),
            format!("argon2id:8:1:1:0102:{digits}"),
            format!("argon2id:8:1:1:{digits}:0102"),
            format!("argon2id:8:1:1:{digits}:{digits}:1"),
            format!("argon2i:8:1:1:{digits}:{digits}"),
        ] {
            assert_eq!(parse(&text, Some(&wrong)), Err(Unread::Malformed), "{text}");
        }
    }
}
