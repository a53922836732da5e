//! Keys out of keys.

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

/// Bytes of a key that a file is encrypted with.
pub(super) const FILE_KEY: usize = 16;
/// What the first line of a file is.
pub(super) const VERSION_LINE: &str = "age-encryption.org/v1";

/// A derived key.
pub(super) type Key = Zeroizing<[u8; 32]>;

/// HKDF-SHA-256.
pub(super) fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> Key {
    let mut key = Zeroizing::new([0; 32]);
    let info = [info];
    let derived = Salt::new(HKDF_SHA256, salt).extract(secret);
    let derived = derived.expand(&info, HKDF_SHA256).expect("32 bytes are few enough");
    derived.fill(&mut *key).expect("the key has the algorithm's length");
    key
}
