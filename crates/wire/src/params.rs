//! Names and values of a request.

use std::{borrow::Cow, fmt, str};

use claviger_domain::trimmed;

/// Most pairs that are read. No request has nearly so many, and looking for a name reads all of them.
const PAIRS_MAX: usize = 1000;

/// Name/value pairs in the order sent.
///
/// All texts share one buffer, since every request makes one of these.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    text: String,
    pairs: Vec<Pair>,
    too_many: bool,
}

/// Where a pair stands in the buffer: the name, and the value right behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Pair {
    name: usize,
    value: usize,
    end: usize,
}

impl Params {
    /// Reads a query (without `?`) by the rules of `application/x-www-form-urlencoded`, leniently: `+` is a space, a
    /// broken `%` sequence stays as it is, broken UTF-8 becomes U+FFFD.
    pub fn from_query(raw: &str) -> Self {
        Self::from_urlencoded(raw.as_bytes())
    }

    /// As [`Params::from_query`], for a form in a body.
    pub(crate) fn from_urlencoded(raw: &[u8]) -> Self {
        let text = String::with_capacity(raw.len());
        let mut params = Self { text, pairs: Vec::with_capacity(12), too_many: false };
        for (name, value) in form_urlencoded::parse(raw) {
            params.push(&name, &value);
            if params.too_many {
                break;
            }
        }
        params
    }

    /// Appends a pair, unless there are too many already.
    pub fn push(&mut self, name: &str, value: &str) {
        if self.pairs.len() == PAIRS_MAX {
            self.too_many = true;
            return;
        }
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.pairs.push(Pair { name: start, value: middle, end: self.text.len() });
    }

    /// The pairs in the order sent, as they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| (&self.text[pair.name..pair.value], &self.text[pair.value..pair.end]))
    }

    /// The first value with exactly this name, as it was sent.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The first value with exactly this name, else the first whose name differs only in the case of ASCII letters.
    pub fn first_ignoring_case(&self, name: &str) -> Option<&str> {
        let similar = || self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        self.first(name).or_else(|| similar().map(|(_, value)| value))
    }

    /// Notes that there are more pairs than are read.
    pub(crate) fn note_too_many(&mut self) {
        self.too_many = true;
    }

    /// Whether there were more pairs than are read.
    pub fn too_many(&self) -> bool {
        self.too_many
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl fmt::Debug for Params {
    /// Names only: values are passwords and keys.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Params")?;
        formatter.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// A value as the APIs understand it: without blanks, line ends and NULs around it; `None` when nothing is left, so an
/// empty value is the same as a missing one. A NUL inside becomes U+FFFD, since PostgreSQL cannot keep one and both
/// databases must answer alike (`docs/protocol/client.md`).
pub fn normalize(value: &str) -> Option<Cow<'_, str>> {
    match trimmed(value) {
        "" => None,
        value if value.contains('\0') => Some(value.replace('\0', "\u{FFFD}").into()),
        value => Some(value.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(raw: &str) -> Vec<(String, String)> {
        Params::from_query(raw).iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn reads_queries_leniently() {
        assert_eq!(pairs("a=1&b=x+y&&c"), owned(&[("a", "1"), ("b", "x y"), ("c", "")]));
        assert_eq!(pairs("a=100%&b=%zz%4&c=%41"), owned(&[("a", "100%"), ("b", "%zz%4"), ("c", "A")]));
        assert_eq!(pairs("a=%ff%C3%A9"), owned(&[("a", "\u{FFFD}é")]));
        assert_eq!(pairs("a=b=c&=d"), owned(&[("a", "b=c"), ("", "d")]));
        assert_eq!(pairs(r"path=C:\x y"), owned(&[("path", r"C:\x y")]));
    }

    #[test]
    fn exact_names_come_first() {
        let params = Params::from_query("readonly=1&readOnly=2&readOnly=3");
        assert_eq!(params.first_ignoring_case("readOnly"), Some("2"));
        assert_eq!(params.first_ignoring_case("READONLY"), Some("1"));
        assert_eq!(params.first("READONLY"), None);
    }

    #[test]
    fn trims_values() {
        assert_eq!(normalize(" \t\n\r\0\x0Ba b\r\n").as_deref(), Some("a b"));
        assert_eq!(normalize(" \0 "), None);
        assert_eq!(normalize("0").as_deref(), Some("0"));
        assert_eq!(normalize("a\0b").as_deref(), Some("a\u{FFFD}b"));
        assert_eq!(normalize("\u{A0}").as_deref(), Some("\u{A0}"));
    }

    #[test]
    fn a_thousand_pairs_are_read() {
        let just = Params::from_query(&"a&".repeat(PAIRS_MAX));
        assert!(just.iter().count() == PAIRS_MAX && !just.too_many());
        let more = Params::from_query(&"a&".repeat(PAIRS_MAX + 1));
        assert!(more.iter().count() == PAIRS_MAX && more.too_many());
    }

    #[test]
    fn debug_hides_values() {
        assert_eq!(format!("{:?}", Params::from_query("pass=hunter2")), r#"Params["pass"]"#);
    }

    proptest! {
        #[test]
        fn any_query_is_read(raw in "\\PC*", name in "\\PC*") {
            let params = Params::from_query(&raw);
            let _ = (params.first_ignoring_case(&name), params.iter().count());
        }

        #[test]
        fn what_was_encoded_is_read(sent in prop::collection::vec((any::<String>(), any::<String>()), 0..8)) {
            let raw = form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
            prop_assert_eq!(pairs(&raw), sent);
        }

        #[test]
        fn normal_values_stay(raw in any::<String>()) {
            if let Some(once) = normalize(&raw) {
                let twice = normalize(&once);
                prop_assert_eq!(twice, Some(once.clone()));
                prop_assert!(!once.contains('\0'));
            }
        }
    }
}
