//! What a file begins with, of what its letters are made.

/// What a file begins with that is UTF-8 and says so.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether something begins as UTF-16 does: with its mark, or with a letter of ASCII in two bytes. PowerShell writes so what
/// `>` puts into a file.
pub fn is_utf16(begin: &[u8]) -> bool {
    matches!(begin, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_known_by_its_first_letter() {
        for begin in [&b"\xFF\xFE-\0"[..], b"\xFE\xFF\0-", b"-\0-\0", b"\0{\0\""] {
            assert!(is_utf16(begin), "{begin:?}");
        }
        for begin in [&b""[..], b"a", b"--", b"\xEF\xBB\xBF-", b"\0\0"] {
            assert!(!is_utf16(begin), "{begin:?}");
        }
    }
}
