//! SHA-1 hashes, as collections of leaked passwords name them.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Digits of a whole hash.
pub(super) const DIGITS: usize = 40;

/// Digits of a prefix, which others may see.
pub(super) const PREFIX_DIGITS: usize = 5;

/// The SHA-1 of a password. Guessing the password from it is easy, so it has no `Debug` and appears in no error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hash([u8; DIGITS / 2]);

impl Hash {
    /// The hash of `password`.
    pub(super) fn of(password: &str) -> Self {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        Self(digest.as_ref().try_into().expect("SHA-1 has 20 bytes"))
    }

    /// Reads 40 hexadecimal digits of either case.
    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        let mut bytes = [0; DIGITS / 2];
        hex::decode_to_slice(digits, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The part that others may see, in upper case.
    pub(super) fn prefix(self) -> String {
        let mut digits = self.digits();
        digits.truncate(PREFIX_DIGITS);
        digits
    }

    /// The part that others must not see, in upper case.
    pub(super) fn suffix(self) -> String {
        self.digits().split_off(PREFIX_DIGITS)
    }

    fn digits(self) -> String {
        hex::encode_upper(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_and_reads() {
        let hash = Hash::of("password");
        assert_eq!(hash.prefix(), "5BAA6");
        assert_eq!(hash.suffix(), "1E4C9B93F3F0682250B6CF8331B7EE68FD8");
        assert!(Hash::parse(b"5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8") == Some(hash));
        assert!(Hash::parse(b"5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8") == Some(hash));
        for wrong in ["", "5BAA6", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FDX"] {
            assert!(Hash::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
