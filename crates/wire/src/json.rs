//! Writing JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// Compact JSON in which every character beyond ASCII is `\uXXXX`: programs that re-encode a reply's text in the code
/// page of their machine before they check its signature then still see the same bytes.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii()) {
            let (plain, other) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let end = other.bytes().position(|byte| byte.is_ascii()).unwrap_or(other.len());
            let (other, tail) = other.split_at(end);
            for unit in other.encode_utf16() {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = tail;
        }
        out.write_all(rest.as_bytes())
    }
}

/// Appends `value` as compact ASCII JSON.
pub(crate) fn write_ascii(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let mut serializer = serde_json::Serializer::with_formatter(out, Ascii);
    expect_written(value.serialize(&mut serializer));
}

/// Appends `value` as compact JSON in UTF-8.
pub(crate) fn write_utf8(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    expect_written(serde_json::to_writer(out, value));
}

/// Appends a text as a JSON string in UTF-8; quicker than [`write_utf8`] where nothing needs a backslash.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        return write_utf8(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn expect_written(outcome: serde_json::Result<()>) {
    outcome.expect("a record of texts, numbers and lists always becomes JSON");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ascii(value: &str) -> String {
        let mut out = Vec::new();
        write_ascii(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_as_programs_expect() {
        assert_eq!(ascii("a/b\"\\"), r#""a/b\"\\""#);
        assert_eq!(ascii("\u{8}\t\n\u{c}\r\u{1f}\0"), r#""\b\t\n\f\r\u001f\u0000""#);
        assert_eq!(ascii("é€x😀\u{7f}"), "\"\\u00e9\\u20acx\\ud83d\\ude00\u{7f}\"");
    }

    proptest! {
        #[test]
        fn ascii_json_means_the_same(text in any::<String>()) {
            let written = ascii(&text);
            prop_assert!(written.is_ascii());
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        }

        #[test]
        fn quick_texts_are_the_same(text in any::<String>()) {
            let (mut quick, mut slow) = (Vec::new(), Vec::new());
            write_text(&mut quick, &text);
            write_utf8(&mut slow, &text);
            prop_assert_eq!(quick, slow);
        }
    }
}
