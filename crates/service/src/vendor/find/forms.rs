//! The spellings under which a pasted text is looked up.

use claviger_domain::tidy;

use crate::shared::text::cut;

/// Bytes of a text that are looked at.
const TEXT_MAX: usize = 600;
/// Words of a text that are looked up by themselves.
const WORDS_MAX: usize = 12;
/// Shortest word that is.
const WORD_MIN: usize = 4;

/// What may stand around a name or a key in a message.
const AROUND: &[char] = &[
    '"', '\'', '`', '“', '”', '„', '‘', '’', '«', '»', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', ':',
    '.', '!', '?', '*', '|',
];

/// A text as it was pasted, cut to a length that means something, without control characters.
pub(super) fn cleaned(text: &str) -> String {
    let plain: String =
        cut(text, TEXT_MAX).chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    tidy(&plain).to_owned()
}

/// The spellings of the whole text, the one that was pasted first.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let bare = tidy(text.trim_matches(AROUND));
    let dashed = bare.replace(is_dash, "-");
    let closed: String = dashed.chars().filter(|one| !one.is_whitespace()).collect();
    let joined = dashed.split_whitespace().collect::<Vec<_>>().join("-");
    // Blanks around dashes go, blanks that stand for dashes become some.
    let joined = joined.replace("---", "-").replace("--", "-");
    let all = [text.to_owned(), bare.to_owned(), dashed, closed, joined];
    unique(all.into_iter())
}

/// The words of a text, without what stands around them; the longest are the likeliest to be a key.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(|word| word.trim_matches(AROUND).replace(is_dash, "-"));
    let mut words = unique(words.filter(|word| word.chars().count() >= WORD_MIN));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.truncate(WORDS_MAX);
    words
}

fn is_dash(one: char) -> bool {
    matches!(one, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' | '\u{AD}')
}

fn unique(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for one in all {
        if !one.is_empty() && !seen.contains(&one) {
            seen.push(one);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_key_is_read() {
        for pasted in [
            "ABC-DEF-GHI",
            "  ABC-DEF-GHI\r\n",
            "\"ABC-DEF-GHI\"",
            "`ABC-DEF-GHI`.",
            "ABC – DEF – GHI",
            "ABC-DEF-\nGHI",
            "ABC DEF GHI",
            "ABC\u{2011}DEF\u{2011}GHI",
            "ABC - DEF - GHI",
        ] {
            let spellings = spellings(&cleaned(pasted));
            assert!(spellings.contains(&"ABC-DEF-GHI".to_owned()), "{pasted:?}: {spellings:?}");
            assert!(spellings.len() <= 5);
        }
        assert_eq!(spellings("alice"), ["alice"]);
        assert!(spellings("").is_empty());
    }

    #[test]
    fn a_key_in_a_message_is_read() {
        let words = words("hi, my key is: ABC-DEF-GHI!! pls help (user bob1)");
        assert_eq!(words, ["ABC-DEF-GHI", "help", "user", "bob1"]);
        assert!(super::words(&"word ".repeat(1000)).len() == 1);
        let many: String = (1000..3000).map(|number| format!("{number} ")).collect();
        assert_eq!(super::words(&cleaned(&many)).len(), WORDS_MAX);
    }

    #[test]
    fn any_text_is_read() {
        for text in ["\0", "\u{202E}", "'''", "é\u{301}", &"x".repeat(10_000), "\"", "-", "- - -"] {
            let cleaned = cleaned(text);
            assert!(cleaned.len() <= TEXT_MAX && !cleaned.contains('\0'));
            let _ = (spellings(&cleaned), words(&cleaned));
        }
    }
}
