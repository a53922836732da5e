//! Tokens of MySQL's SQL, one after the other out of a stream, whatever the length of its lines.

use std::io::Read;

use super::ForeignError;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// Bytes of a word or a name that are kept.
pub(super) const NAME_MAX: usize = 256;
/// The comments by which programs that write dumps begin, and by which they end.
const BEGINS: [&[u8]; 2] = [b"-- MySQL dump", b"-- MariaDB dump"];
const ENDS: &[u8] = b"-- Dump completed";

/// What stands next. Its content is in [`Lexer::content`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The end of the stream.
    End,
    /// A word without quotes, such as a keyword.
    Word,
    /// A name between backticks.
    Name,
    /// A text between quotes, without its escapes.
    Text,
    /// A hexadecimal or binary literal, as the bytes that it means.
    Bytes,
    /// A number, as it is written.
    Number,
    /// Anything else.
    Symbol(u8),
}

/// Takes a stream to pieces.
pub(super) struct Lexer<R> {
    source: R,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    content: Vec<u8>,
    /// How many more bytes of content are kept.
    room: usize,
    overflown: bool,
    /// Dumps that a comment begins, and none ends so far.
    open: u64,
}

impl<R: Read> Lexer<R> {
    pub(super) fn new(source: R) -> Self {
        let (buffer, content) = (Vec::with_capacity(PIECE), Vec::new());
        Self { source, buffer, at: 0, line: 1, content, room: 0, overflown: false, open: 0 }
    }

    /// The line, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What the last token holds.
    pub(super) fn content(&self) -> &[u8] {
        &self.content
    }

    /// Hands out what the last token holds.
    pub(super) fn take_content(&mut self) -> Vec<u8> {
        self.content.as_slice().to_vec()
    }

    /// Whether the last token was longer than there was room for.
    pub(super) fn is_overflown(&self) -> bool {
        self.overflown
    }

    /// Whether a comment says that a dump begins, and none that all of it was written.
    pub(super) fn is_open(&self) -> bool {
        self.open > 0
    }

    /// Whether the last token is this word, in any case.
    pub(super) fn is_word(&self, token: Token, word: &str) -> bool {
        token == Token::Word && self.content.eq_ignore_ascii_case(word.as_bytes())
    }

    /// The next token, of which as many bytes are kept as names have at most.
    pub(super) fn next(&mut self) -> Result<Token, ForeignError> {
        self.next_within(NAME_MAX)
    }

    /// The next token, of which so many bytes are kept.
    pub(super) fn next_within(&mut self, room: usize) -> Result<Token, ForeignError> {
        self.skip_blanks()?;
        self.content.clear();
        (self.room, self.overflown) = (room, false);
        let Some(byte) = self.peek()? else { return Ok(Token::End) };
        match byte {
            b'\'' | b'"' => self.quoted(byte, true, Token::Text),
            b'`' => self.quoted(byte, false, Token::Name),
            b'0'..=b'9' => self.number(),
            _ if is_word(byte) => self.word(),
            _ => {
                self.bump();
                Ok(Token::Symbol(byte))
            }
        }
    }

    /// Passes over everything to the end of the line.
    pub(super) fn skip_line(&mut self) -> Result<(), ForeignError> {
        while let Some(byte) = self.peek()? {
            self.bump();
            if byte == b'\n' {
                break;
            }
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), ForeignError> {
        while let Some(byte) = self.peek()? {
            match byte {
                b' ' | b'\t'..=b'\r' | 0 => self.bump(),
                b'#' => self.skip_line()?,
                b'-' if self.peek_after(1)? == Some(b'-')
                    && self.peek_after(2)?.is_none_or(|byte| byte <= b' ') =>
                {
                    self.note_comment()?;
                    self.skip_line()?;
                }
                b'/' if self.peek_after(1)? == Some(b'*') => self.skip_comment()?,
                // The mark of the order of bytes, at the beginning.
                0xEF if self.peek_after(1)? == Some(0xBB) && self.peek_after(2)? == Some(0xBF) => {
                    self.at += 3;
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn note_comment(&mut self) -> Result<(), ForeignError> {
        if self.stands(ENDS)? {
            self.open = self.open.saturating_sub(1);
        } else if self.stands(BEGINS[0])? || self.stands(BEGINS[1])? {
            self.open += 1;
        }
        Ok(())
    }

    /// Whether this is what comes next.
    fn stands(&mut self, text: &[u8]) -> Result<bool, ForeignError> {
        for (ahead, byte) in text.iter().enumerate() {
            if self.peek_after(ahead)? != Some(*byte) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Also those that MySQL carries out: nothing that is looked for stands in them.
    fn skip_comment(&mut self) -> Result<(), ForeignError> {
        self.at += 2;
        let mut star = false;
        loop {
            let byte = self.peek()?.ok_or(ForeignError::CutOff { line: self.line })?;
            self.bump();
            if star && byte == b'/' {
                return Ok(());
            }
            star = byte == b'*';
        }
    }

    fn word(&mut self) -> Result<Token, ForeignError> {
        self.keep_while(is_word)?;
        let next = self.peek()?;
        match (self.content.as_slice(), next) {
            ([b'x' | b'X'], Some(b'\'')) => self.literal(16),
            ([b'b' | b'B'], Some(b'\'')) => self.literal(2),
            ([b'n' | b'N'], Some(b'\'')) => {
                self.content.clear();
                self.quoted(b'\'', true, Token::Text)
            }
            _ => Ok(Token::Word),
        }
    }

    /// A number, or `0x…`, or a word that begins with a digit.
    fn number(&mut self) -> Result<Token, ForeignError> {
        self.keep_while(|byte| is_word(byte) || byte == b'.')?;
        if let [b'0', b'x' | b'X', digits @ ..] = self.content.as_slice() {
            let digits = digits.to_vec();
            return self.bytes_of(&digits, 16);
        }
        let exponent = matches!(self.content.last(), Some(b'e' | b'E'));
        if exponent && let Some(sign @ (b'+' | b'-')) = self.peek()? {
            self.bump();
            self.keep(&[sign]);
            self.keep_while(|byte| byte.is_ascii_digit())?;
        }
        let plain = |byte: &u8| byte.is_ascii_digit() || b".eE+-".contains(byte);
        Ok(if self.content.iter().all(plain) { Token::Number } else { Token::Word })
    }

    /// The digits of `x'…'` and `b'…'`.
    fn literal(&mut self, base: u32) -> Result<Token, ForeignError> {
        self.content.clear();
        self.quoted(b'\'', true, Token::Bytes)?;
        let digits = std::mem::take(&mut self.content);
        self.bytes_of(&digits, base)
    }

    fn bytes_of(&mut self, digits: &[u8], base: u32) -> Result<Token, ForeignError> {
        let each = if base == 16 { 2 } else { 8 };
        self.content.clear();
        // What is missing in front is zeros.
        let (first, rest) = digits.split_at(digits.len() % each);
        for digits in [first].into_iter().filter(|first| !first.is_empty()).chain(rest.chunks(each)) {
            let text = std::str::from_utf8(digits).unwrap_or_default();
            let byte = u8::from_str_radix(text, base).ok().filter(|_| !text.starts_with(['+', '-']));
            let malformed = || self.malformed("a literal has digits that are none");
            let byte = byte.ok_or_else(malformed)?;
            self.content.push(byte);
        }
        Ok(Token::Bytes)
    }

    fn quoted(&mut self, quote: u8, escapes: bool, token: Token) -> Result<Token, ForeignError> {
        self.bump();
        loop {
            self.keep_while(|byte| byte != quote && (byte != b'\\' || !escapes))?;
            let Some(byte) = self.peek()? else { return Err(ForeignError::CutOff { line: self.line }) };
            self.bump();
            if byte == quote {
                if self.peek()? != Some(quote) {
                    return Ok(token);
                }
                self.bump();
                self.keep(&[quote]);
                continue;
            }
            let escaped = self.peek()?.ok_or(ForeignError::CutOff { line: self.line })?;
            self.bump();
            match escaped {
                b'0' => self.keep(&[0]),
                b'b' => self.keep(&[8]),
                b'n' => self.keep(b"\n"),
                b'r' => self.keep(b"\r"),
                b't' => self.keep(b"\t"),
                b'Z' => self.keep(&[26]),
                // Written so for patterns; MySQL leaves the stroke.
                b'%' | b'_' => self.keep(&[b'\\', escaped]),
                other => self.keep(&[other]),
            }
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(self.room - self.content.len());
        self.overflown |= kept < bytes.len();
        self.content.extend_from_slice(&bytes[..kept]);
    }

    fn keep_while(&mut self, wanted: impl Fn(u8) -> bool) -> Result<(), ForeignError> {
        while self.peek()?.is_some() {
            let rest = &self.buffer[self.at..];
            let count = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
            let (kept, room) = (&rest[..count], self.room - self.content.len());
            self.line += kept.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.overflown |= count > room;
            self.content.extend_from_slice(&kept[..count.min(room)]);
            let done = count < rest.len();
            self.at += count;
            if done {
                break;
            }
        }
        Ok(())
    }

    fn bump(&mut self) {
        self.line += u64::from(self.buffer[self.at] == b'\n');
        self.at += 1;
    }

    fn peek(&mut self) -> Result<Option<u8>, ForeignError> {
        self.peek_after(0)
    }

    fn peek_after(&mut self, ahead: usize) -> Result<Option<u8>, ForeignError> {
        while self.buffer.len() <= self.at + ahead {
            self.buffer.drain(..self.at);
            self.at = 0;
            let had = self.buffer.len();
            self.buffer.resize(had + PIECE, 0);
            let read = self.source.read(&mut self.buffer[had..]);
            self.buffer.truncate(had + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => return Ok(None),
                Err(error) if error.kind() != std::io::ErrorKind::Interrupted => return Err(error.into()),
                _ => {}
            }
        }
        Ok(Some(self.buffer[self.at + ahead]))
    }

    /// What is told of this line.
    pub(super) fn malformed(&self, what: &str) -> ForeignError {
        ForeignError::Malformed { line: self.line, what: what.into() }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'@') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Token, Vec<u8>)> {
        let mut lexer = Lexer::new(text.as_bytes());
        let mut found = Vec::new();
        loop {
            match lexer.next().expect(text) {
                Token::End => return found,
                token => found.push((token, lexer.take_content())),
            }
        }
    }

    #[test]
    fn literals_mean_what_mysql_means() {
        for (written, token, content) in [
            (r#"'it\'s \"a\" \\ \n\0\Z\%'"#, Token::Text, &b"it's \"a\" \\ \n\0\x1A\\%"[..]),
            ("'it''s'", Token::Text, b"it's"),
            (r#""x""y\"z""#, Token::Text, b"x\"y\"z"),
            ("`a``b\\`", Token::Name, b"a`b\\"),
            ("N'n'", Token::Text, b"n"),
            ("x'4A6b'", Token::Bytes, b"Jk"),
            ("0x4A6b", Token::Bytes, b"Jk"),
            ("0xA4A", Token::Bytes, b"\x0AJ"),
            ("b'101001010'", Token::Bytes, b"\x01J"),
            ("12.5e-3", Token::Number, b"12.5e-3"),
            ("9days", Token::Word, b"9days"),
            ("''", Token::Text, b""),
        ] {
            assert_eq!(tokens(written), [(token, content.to_vec())], "{written}");
        }
    }

    #[test]
    fn comments_are_passed_over() {
        let text =
            "\u{FEFF}-- one; 'x\n# two\n/* three ; */a--b\n--\n/*!40101 SET x='/*' */;/*M!999 - */-- last";
        let words: Vec<_> = tokens(text).into_iter().map(|(token, content)| (token, content.len())).collect();
        let symbol = |byte| (Token::Symbol(byte), 0);
        assert_eq!(words, [(Token::Word, 1), symbol(b'-'), symbol(b'-'), (Token::Word, 1), symbol(b';')]);
    }

    #[test]
    fn what_is_cut_off_is_told() {
        for text in ["'open", "'open\\", "`open", "/* open", "x'4"] {
            let mut lexer = Lexer::new(text.as_bytes());
            assert!(matches!(lexer.next(), Err(ForeignError::CutOff { line: 1 })), "{text}");
        }
        let mut lexer = Lexer::new(&b"\n\nx'4g'"[..]);
        assert!(matches!(lexer.next(), Err(ForeignError::Malformed { line: 3, .. })));
    }

    #[test]
    fn only_so_much_is_kept() {
        let text = format!("'{}' '{}'", "a\\n".repeat(100_000), "b".repeat(200_000));
        let mut lexer = Lexer::new(text.as_bytes());
        assert_eq!(lexer.next_within(5).unwrap(), Token::Text);
        assert!(lexer.is_overflown() && lexer.content() == b"a\na\na");
        assert_eq!(lexer.next_within(200_000).unwrap(), Token::Text);
        assert!(!lexer.is_overflown() && lexer.content().len() == 200_000);
    }
}
