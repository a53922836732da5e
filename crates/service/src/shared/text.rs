//! Texts of strangers.

/// At most `max` bytes of a text, in whole characters.
pub fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// Whether a text is an address that programs or this server could call.
pub(crate) fn is_url(text: &str) -> bool {
    let usable = url::Url::parse(text).is_ok_and(|url| claviger_outgoing::is_web(&url));
    // The parser forgives blanks and line ends; what is stored should be what is called.
    usable && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}
