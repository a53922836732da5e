//! Paths that lead up, however that is written. Servers differ in how often they decode a path, and in what they take
//! for a dot, a slash and the end of a segment; what any of them may take for "one up" is.

use std::borrow::Cow;

/// So often a path is decoded; one that is not at its end then is nothing that anybody writes by hand.
const DECODINGS_MAX: usize = 8;

/// Whether a segment of `path` means "one up" (`..`) to a server that decodes the path any number of times, takes
/// backslashes, full-width characters and overlong UTF-8 for what they look like, and ends a segment at `;`, `?`, `#` or
/// a NUL. Also when the path is encoded so often that nobody can tell.
pub fn climbs(path: &str) -> bool {
    let mut path = Cow::Borrowed(path.as_bytes());
    for _ in 0..=DECODINGS_MAX {
        let plain = folded(&path);
        if plain.split(|byte| matches!(byte, b'/' | b'\\')).any(is_up) {
            return true;
        }
        match decoded(&plain) {
            None => return false,
            Some(next) => path = Cow::Owned(next),
        }
    }
    true
}

/// Blanks and control characters count as nothing, as some servers and file systems have it.
fn is_up(segment: &[u8]) -> bool {
    let name = segment.split(|byte| matches!(byte, b';' | b'?' | b'#' | 0)).next().unwrap_or_default();
    let mut visible = name.iter().filter(|byte| **byte > b' ' && **byte != 0x7F);
    visible.next() == Some(&b'.') && visible.next() == Some(&b'.') && visible.next().is_none()
}

/// The path with what stands for ASCII written as ASCII.
fn folded(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [first, more @ ..] = rest {
        if first.is_ascii() {
            plain.push(*first);
            rest = more;
            continue;
        }
        let (code, length) = character(rest);
        let known = code.and_then(looks_like);
        match known {
            Some(text) => plain.extend_from_slice(text.as_slice()),
            None => plain.extend_from_slice(&rest[..length]),
        }
        rest = &rest[length..];
    }
    plain
}

/// The character that bytes begin with, overlong spellings included, and its length in bytes.
fn character(bytes: &[u8]) -> (Option<u32>, usize) {
    let (mut code, length) = match bytes[0] {
        lead @ 0xC0..=0xDF => (u32::from(lead & 0x1F), 2),
        lead @ 0xE0..=0xEF => (u32::from(lead & 0x0F), 3),
        lead @ 0xF0..=0xF7 => (u32::from(lead & 0x07), 4),
        _ => return (None, 1),
    };
    let Some(more) = bytes.get(1..length) else { return (None, 1) };
    for byte in more {
        if byte & 0xC0 != 0x80 {
            return (None, 1);
        }
        code = code << 6 | u32::from(byte & 0x3F);
    }
    (Some(code), length)
}

/// A few ASCII characters.
#[derive(Clone, Copy)]
struct Ascii([u8; 3], usize);

impl Ascii {
    fn as_slice(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

/// What servers that map characters (NFKC, best fit) make of one.
fn looks_like(code: u32) -> Option<Ascii> {
    let one = |byte| Some(Ascii([byte, 0, 0], 1));
    match code {
        // Overlong.
        0..=0x7F => one(u8::try_from(code).ok()?),
        // The full-width forms.
        0xFF01..=0xFF5E => one(u8::try_from(code - 0xFEE0).ok()?),
        // One, two, three dots; a small one, and an ideographic one.
        0x2024 | 0xFE52 | 0x3002 | 0xFF61 => one(b'.'),
        0x2025 => Some(Ascii(*b"..\0", 2)),
        0x2026 => Some(Ascii(*b"...", 3)),
        // Slashes and backslashes.
        0x2044 | 0x2215 | 0x29F8 => one(b'/'),
        0x2216 | 0x29F5 | 0x29F9 | 0xFE68 => one(b'\\'),
        0xFE54 => one(b';'),
        0xFE6A => one(b'%'),
        // Seen by nobody.
        0xAD | 0x200B..=0x200F | 0x2060..=0x2064 | 0xFEFF => one(b' '),
        _ => None,
    }
}

/// Decoded once, `%2e` and `%u002e`; `None` when there is nothing to decode.
fn decoded(path: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(path.len());
    let (mut rest, mut changed) = (path, false);
    while let [first, more @ ..] = rest {
        let escape = (*first == b'%').then(|| escaped(more)).flatten();
        changed |= escape.is_some();
        match escape {
            Some((code, length)) => {
                match u8::try_from(code) {
                    Ok(byte) => plain.push(byte),
                    Err(_) => {
                        let wide = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                        plain.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                rest = &more[length..];
            }
            None => {
                plain.push(*first);
                rest = more;
            }
        }
    }
    changed.then_some(plain)
}

/// What stands behind a percent sign, and how many characters that took.
fn escaped(text: &[u8]) -> Option<(u32, usize)> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |sum, digit| Some(sum << 4 | char::from(*digit).to_digit(16)?))
    };
    match text {
        [b'u' | b'U', digits @ ..] => Some((number(digits.get(..4)?)?, 5)),
        _ => Some((number(text.get(..2)?)?, 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_ways_up() {
        for path in [
            "..",
            "/a/../b",
            "a/..",
            "..\\b",
            "%2e%2e/b",
            ".%2E/b",
            "%252e%252e%252fb",
            "..%2fb",
            "..%252fb",
            "..%5cb",
            "..%25255cb",
            "a%2f..%2fb",
            "..;/b",
            "..;x=1/b",
            "..%3b/b",
            "%u002e%u002e/b",
            "..%u2215b",
            "..%c0%afb",
            "%c0%ae%c0%ae/b",
            "%e0%80%ae%e0%80%ae/b",
            "%f0%80%80%ae./b",
            "．．/b",
            "..／b",
            "..＼b",
            "％2e％2e/b",
            "‥/b",
            "%E2%80%A5/b",
            "..%00/b",
            "..%20/b",
            ". ./b",
            "..%3fx",
            "..%23x",
            "%09../b",
        ] {
            assert!(climbs(path), "{path}");
        }
        assert!(climbs(&format!("%{}41", "25".repeat(40))));
    }

    #[test]
    fn leaves_ordinary_paths_alone() {
        for path in [
            "",
            "/",
            "a/b",
            "a..b/c",
            "...",
            ".../a",
            ".",
            "./a",
            "a/.b",
            "..a",
            "a%20b",
            "100%",
            "%",
            "%zz",
            "%u12",
            "a;../b",
            "ü/ñ…",
            "%C3%BC",
            "日本。語",
            "caf\u{e9}..",
            "%FF%FE",
        ] {
            assert!(!climbs(path), "{path}");
        }
    }

    /// A server of no great care: decodes so often, takes backslashes for slashes, forgets what is behind a semicolon.
    fn resolved(path: &str, decodings: usize) -> Option<Vec<String>> {
        let mut path = path.to_owned();
        for _ in 0..decodings {
            let mut bytes = Vec::new();
            let mut rest = path.as_bytes();
            while let Some(first) = rest.first() {
                let digits = rest.get(1..3).and_then(|two| std::str::from_utf8(two).ok());
                match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
                    Some(byte) if *first == b'%' && rest[1] != b'+' => {
                        bytes.push(byte);
                        rest = &rest[3..];
                    }
                    _ => {
                        bytes.push(*first);
                        rest = &rest[1..];
                    }
                }
            }
            path = String::from_utf8_lossy(&bytes).into_owned();
        }
        let mut kept = Vec::new();
        for segment in path.split(['/', '\\']) {
            match segment.split(';').next().unwrap_or_default() {
                ".." => drop(kept.pop()?),
                "" | "." => {}
                name => kept.push(name.to_owned()),
            }
        }
        Some(kept)
    }

    proptest! {
        #[test]
        fn whoever_does_not_climb_stays_below(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    ".", "..", "/", "\\", "%2e", "%2F", "%5c", "%25", "2e", "25", "2f", "5c", "%", ";", "%3b", "a", "u",
                ]),
                0..12,
            ),
        ) {
            let path = parts.concat();
            if !climbs(&path) {
                for decodings in 0..=5 {
                    let rest = resolved(&path, decodings);
                    prop_assert!(rest.is_some(), "{} leads up after {}", path, decodings);
                }
            }
        }

        #[test]
        fn any_text_is_judged(path in ".{0,60}") {
            climbs(&path);
        }
    }
}
