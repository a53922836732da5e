//! Texts as literals of programming languages. An application's name is in one line, and may hold all else.

/// How a language writes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quote {
    /// Double quotes, and a backslash before what means something.
    Double,
    /// Single quotes, in which nothing but the quote and the backslash means anything: in PHP and Ruby double ones would
    /// let names hold code.
    Single,
    /// Visual Basic: double quotes, doubled inside. It takes curly ones for the same.
    Basic,
}

impl Quote {
    /// The literal of a text that is in one line.
    pub fn literal(self, text: &str) -> String {
        match self {
            Self::Double => format!("\"{}\"", escaped(text, '"')),
            Self::Single => format!("'{}'", escaped(text, '\'')),
            Self::Basic => basic(text),
        }
    }
}

fn escaped(text: &str, quote: char) -> String {
    let mut made = String::with_capacity(text.len());
    for character in text.chars() {
        if character == quote || character == '\\' {
            made.push('\\');
        }
        made.push(character);
    }
    made
}

fn basic(text: &str) -> String {
    let mut made = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => made.push_str("\"\""),
            // Doubled, they would become straight ones.
            '\u{201C}' | '\u{201D}' | '\u{FF02}' => {
                made.push_str(&format!("\" & ChrW({}) & \"", character as u32));
            }
            _ => made.push(character),
        }
    }
    made.push('"');
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_literal() {
        let text = r#"a"b\c'd${e}#{f}"#;
        assert_eq!(Quote::Double.literal(text), r#""a\"b\\c'd${e}#{f}""#);
        assert_eq!(Quote::Single.literal(text), r#"'a"b\\c\'d${e}#{f}'"#);
        assert_eq!(Quote::Basic.literal(text), r#""a""b\c'd${e}#{f}""#);
        assert_eq!(Quote::Basic.literal("\u{201C}x"), r#""" & ChrW(8220) & "x""#);
        for quote in [Quote::Double, Quote::Single, Quote::Basic] {
            assert_eq!(quote.literal("").len(), 2);
        }
        assert_eq!(Quote::Single.literal("\\"), r"'\\'");
    }
}
