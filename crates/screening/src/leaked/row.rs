//! Lines of collections of leaked passwords: hexadecimal digits, a colon, how often the password was seen.

use super::hash::{DIGITS, Hash, PREFIX_DIGITS};

/// One line.
pub(super) struct Row<'a> {
    /// Its hexadecimal digits.
    pub(super) digits: &'a [u8],
    /// Whether the password was seen at all. Services add rows with a count of 0, so that an answer's length tells
    /// nothing.
    pub(super) seen: bool,
}

/// Reads a line, with or without its end; the count may be absent. `None` when it is something else.
pub(super) fn parse_row(line: &[u8], length: usize) -> Option<Row<'_>> {
    // Some tools begin a file with a byte order mark.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    let (digits, rest) = line.split_at_checked(length)?;
    let count = match rest {
        [] => b"1",
        [b':', count @ ..] if !count.is_empty() => count,
        _ => return None,
    };
    let is_row = digits.iter().all(u8::is_ascii_hexdigit) && count.iter().all(u8::is_ascii_digit);
    is_row.then(|| Row { digits, seen: count.iter().any(|digit| *digit != b'0') })
}

/// Whether the rows of a hash's prefix have the hash. `None` when a line is something else, and when there is none:
/// every prefix has rows.
pub(super) fn range_contains(rows: &[u8], hash: Hash) -> Option<bool> {
    let suffix = hash.suffix();
    let lines = rows.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (mut empty, mut found) = (true, false);
    for line in lines {
        let row = parse_row(line, DIGITS - PREFIX_DIGITS)?;
        empty = false;
        found |= row.seen && row.digits.eq_ignore_ascii_case(suffix.as_bytes());
    }
    (!empty).then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_rows() {
        for (line, row) in [
            ("ABC:1", Some(true)),
            ("abc:052", Some(true)),
            ("ABC:0", Some(false)),
            ("ABC:00", Some(false)),
            ("ABC", Some(true)),
            ("\u{FEFF}ABC:1\r\n", Some(true)),
            ("ABC:", None),
            ("ABC1:1", None),
            ("AB:1", None),
            ("ABX:1", None),
            ("ABC:-1", None),
            ("ABC:1:1", None),
            ("ABC 1", None),
            ("", None),
        ] {
            assert_eq!(parse_row(line.as_bytes(), 3).map(|row| row.seen), row, "{line}");
        }
    }

    #[test]
    fn finds_a_hash_in_its_range() {
        let hash = Hash::of("password");
        let contains = |rows: &str| range_contains(rows.as_bytes(), hash);
        let suffix = "1e4c9b93f3f0682250b6cf8331b7ee68fd8";
        let other = "0".repeat(35);
        assert_eq!(contains(&format!("{other}:1\n{suffix}:2")), Some(true));
        assert_eq!(contains(&format!("{suffix}\r\n{other}\r\n\r\n")), Some(true));
        assert_eq!(contains(&format!("{suffix}:0\n{other}:5")), Some(false));
        assert_eq!(contains(&other), Some(false));
        // Cut short on the way.
        assert_eq!(contains(&format!("{suffix}:1\n00000")), None);
        assert_eq!(contains("\n"), None);
    }

    proptest! {
        #[test]
        fn takes_any_bytes(rows in any::<Vec<u8>>()) {
            let _ = range_contains(&rows, Hash::of("password"));
        }
    }
}
