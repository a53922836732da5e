//! Hashes of programs.

/// Whether a text is an MD5: 32 hexadecimal digits of either case.
pub fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
