//! Texts: their ends, and what must not be in a line.

use std::borrow::Cow;

/// What a value that is not [`is_line`] is told; something like `a note` stands before it.
pub const NOT_A_LINE: &str =
    "must not hold line ends, control characters or marks that turn the direction of text";

/// A value without blanks, line ends and NULs around it: what no request can send.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0B'])
}

/// What people paste, without white space of any kind and invisible characters around it.
pub fn tidy(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_whitespace() || character == '\0' || is_invisible(character)
    })
}

/// Whether a text stays in its line wherever it is shown: a name with a line end forges rows of lists and mails, and
/// marks that turn the direction of text make one look like another.
pub fn is_line(text: &str) -> bool {
    !text.contains(breaks_line)
}

/// A text that may be older than the rules, to be shown in a line: what [`is_line`] refuses becomes blanks.
pub fn in_one_line(text: &str) -> Cow<'_, str> {
    if is_line(text) { text.into() } else { text.replace(breaks_line, " ").into() }
}

fn breaks_line(character: char) -> bool {
    // Line and paragraph separators; embeddings and overrides; isolates.
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room. Those that emoji are made of (variation selectors, tags) are not among them.
pub(super) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        // Soft hyphen, grapheme joiner, marks of direction, fillers, vowel separator.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FFA0}'
            // Zero-width spaces and joiners, word joiner, invisible operators, byte order mark.
            | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_are_cut_off() {
        assert_eq!(trimmed(" \t\n\r\0\x0Ba b\r\n"), "a b");
        assert_eq!(trimmed("\u{A0}a"), "\u{A0}a");
        assert_eq!(tidy("\u{FEFF}\u{200B} \u{A0}a\u{200B}b\u{3000}\u{2060}\r\n"), "a\u{200B}b");
        assert_eq!(tidy("\u{200B}\u{FEFF}\u{A0}"), "");
        // A heart in colours and a flag end in characters that show nothing by themselves.
        for emoji in ["❤\u{FE0F}", "🏴\u{E0067}\u{E0062}\u{E007F}"] {
            assert_eq!(tidy(emoji), emoji);
        }
    }

    #[test]
    fn what_leaves_its_line_is_known() {
        for text in
            ["a\nb", "a\rb", "a\0b", "\u{1B}[2J", "a\u{85}b", "\u{202E}exe.piz", "a\u{2066}b", "a\u{2028}b"]
        {
            assert!(!is_line(text), "{text:?}");
            assert!(is_line(&in_one_line(text)), "{text:?}");
        }
        for text in ["", "a b", "علی‌رضا", "日本 語", "👩‍💻", "a\u{200E}b"] {
            assert!(is_line(text), "{text:?}");
            assert_eq!(in_one_line(text), text);
        }
        assert_eq!(in_one_line("a\r\nb"), "a  b");
    }

    proptest! {
        #[test]
        fn cutting_once_is_enough(text in any::<String>()) {
            prop_assert_eq!(trimmed(trimmed(&text)), trimmed(&text));
            prop_assert_eq!(tidy(tidy(&text)), tidy(&text));
            prop_assert_eq!(tidy(trimmed(&text)), tidy(&text));
        }
    }
}
