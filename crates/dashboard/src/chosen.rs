//! What of a table is meant: rows chosen by hand, or all.

use crate::{fault::Fault, fields::Fields};

/// Rows that can be chosen at once.
const MAX: usize = 500;

/// What is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    All,
    /// Rows by what names them, each once.
    These(Vec<String>),
}

impl Chosen {
    /// Reads what an address or a form means: `all=yes`, or the values of a field.
    ///
    /// # Errors
    /// When nothing is meant, or too much at once.
    pub fn read(fields: &Fields, name: &str) -> Result<Self, Fault> {
        if fields.get("all") == Some("yes") {
            return Ok(Self::All);
        }
        if fields.all(name).nth(MAX).is_some() {
            return Err(Fault::Invalid(format!(
                "At most {MAX} rows are chosen at once. Nothing was changed."
            )));
        }
        let mut names: Vec<String> = Vec::new();
        for value in fields.all(name) {
            if !value.is_empty() && !names.iter().any(|known| known == value) {
                names.push(value.to_owned());
            }
        }
        if names.is_empty() {
            return Err(Fault::Invalid("Nothing was chosen. Select some rows first.".into()));
        }
        Ok(Self::These(names))
    }

    /// The fields that say the same.
    pub fn fields(&self, name: &str) -> Vec<(String, String)> {
        match self {
            Self::All => vec![("all".into(), "yes".into())],
            Self::These(names) => names.iter().map(|value| (name.to_owned(), value.clone())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_meant_once_each() {
        let read = |query: &str| Chosen::read(&Fields::parse(query.as_bytes()).unwrap(), "n");
        assert_eq!(read("n=a&n=b&n=a&n=").unwrap(), Chosen::These(vec!["a".into(), "b".into()]));
        assert_eq!(read("n=a&all=yes").unwrap(), Chosen::All);
        for query in ["", "n=", "all=1", &"n=a&".repeat(MAX + 1)] {
            assert!(read(query).is_err(), "{query:.20}");
        }
        let chosen = read("n=%26&n=b").unwrap();
        assert_eq!(chosen.fields("n"), [("n".into(), "&".into()), ("n".into(), "b".into())]);
    }
}
