//! Looking for a value in whatever was written.

use super::encode;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The letters of base 64 that a value has in any text whose first `before` bytes are something else.
fn base_64(value: &[u8], before: usize) -> String {
    let bytes = [vec![0; before], value.to_vec()].concat();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // Letters that hang on what stands before or behind are left out.
    let whole = bits.chunks_exact(6).skip((before * 8).div_ceil(6));
    let letter = |bits: &[u8]| LETTERS[bits.iter().fold(0, |all, bit| all * 2 + usize::from(*bit))].into();
    whole.map(letter).collect::<Vec<char>>().into_iter().collect()
}

/// How bytes may be written.
fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    // As Rust writes bytes for whoever looks for mistakes.
    let numbers: Vec<String> = value.iter().map(ToString::to_string).collect();
    let written = (0..3).map(|before| base_64(value, before));
    let written = written.chain([hex::encode(value), hex::encode_upper(value), numbers.join(", ")]);
    [value.to_vec()].into_iter().chain(written.map(String::into_bytes)).collect()
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Whether a text has bytes in it, however they are written.
pub fn holds_bytes(text: &[u8], value: &[u8]) -> bool {
    forms(value).iter().any(|form| has(text, form))
}

/// Whether a text has a value in it, however it is written.
pub fn holds(text: &[u8], value: &str) -> bool {
    let others = [encode(value), value.to_uppercase(), value.to_lowercase()];
    holds_bytes(text, value.as_bytes()) || others.iter().any(|form| has(text, form.as_bytes()))
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
