//! What an address or a form tells.

/// Fields that are read of one request: a form names each row that is selected, and a page has far fewer.
const FIELDS_MAX: usize = 2000;

/// The fields of an address's query or of a form, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what stands behind the question mark, or a form's body; `None` for more fields than any page sends, which
    /// would take much more memory than their text. What is no UTF-8 is replaced.
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.iter().filter(|&&byte| byte == b'&').count() >= FIELDS_MAX {
            return None;
        }
        Some(Self(form_urlencoded::parse(text).into_owned().collect()))
    }

    /// Fields that were read elsewhere.
    pub fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field without blanks around it; `None` when nothing is left.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The first value of a field, as it is shown again in a form; empty when there is none.
    pub fn kept(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// Whether a box is checked, or a button of this name was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields() {
        let fields = Fields::parse(b"a=1&b=%20x+&a=2&c&broken=%ff&=&&nul=%00").unwrap();
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.filled("b"), Some("x"));
        assert_eq!(fields.kept("b"), " x ");
        assert!(fields.has("c"));
        assert_eq!(fields.filled("c"), None);
        assert_eq!(fields.get("broken"), Some("\u{fffd}"));
        assert_eq!(fields.get("nul"), Some("\0"));
        assert_eq!(fields.get("missing"), None);
    }

    #[test]
    fn refuses_more_fields_than_any_page_sends() {
        assert!(Fields::parse("a&".repeat(FIELDS_MAX - 1).as_bytes()).is_some());
        assert!(Fields::parse("a&".repeat(FIELDS_MAX).as_bytes()).is_none());
        assert!(Fields::parse("&".repeat(FIELDS_MAX).as_bytes()).is_none());
    }
}
