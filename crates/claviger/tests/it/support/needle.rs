//! Looking for a value in whatever was written.

use super::encode;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The letters of base 64 that a value has in any text whose first `before` bytes are something else.
fn base_64(value: &str, before: usize) -> String {
    let bytes = [vec![0; before], value.into()].concat();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // Letters that hang on what stands before or behind are left out.
    let whole = bits.chunks_exact(6).skip((before * 8).div_ceil(6));
    let letter = |bits: &[u8]| LETTERS[bits.iter().fold(0, |all, bit| all * 2 + usize::from(*bit))].into();
    whole.map(letter).collect::<Vec<char>>().into_iter().collect()
}

/// How a value may be written.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned(), encode(value), hex::encode(value)];
    forms.extend((0..3).map(|before| base_64(value, before)));
    // As Rust writes bytes for whoever looks for mistakes.
    let bytes: Vec<String> = value.bytes().map(|byte| byte.to_string()).collect();
    forms.extend([bytes.join(", "), value.to_uppercase(), value.to_lowercase()]);
    forms
}

/// Whether a text has a value in it, however it is written.
pub fn holds(text: &[u8], value: &str) -> bool {
    forms(value).iter().any(|form| text.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[test]
fn the_search_knows_how_values_may_be_written() {
    // Made by the programs base64 and xxd.
    for text in ["x canary0user", "eGNhbmFyeTB1c2VyeA==", "eHhjYW5hcnkwdXNlcng=", "Y2FuYXJ5MHVzZXI="] {
        assert!(holds(text.as_bytes(), "canary0user"), "{text}");
    }
    assert!(holds(b"63616e6172793075736572", "canary0user") && holds(b"a%40b", "a@b"));
    assert!(!holds(b"canary0use", "canary0user"));
}
