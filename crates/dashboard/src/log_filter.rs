//! What the pages of the two logs share: the filter from the address, and going on by cursor.

use claviger_service::{LogFilter, Logged};

use crate::{addresses::Link, fields::Fields, tables::Pages};

/// Entries on a page.
pub(crate) const PAGE: i64 = 50;

/// The filter as it stands in the address.
pub(crate) struct Wanted {
    pub key: String,
    pub kind: String,
    pub text: String,
    before: Option<i64>,
}

impl Wanted {
    pub fn of(query: &Fields) -> Self {
        let field = |name| query.filled(name).unwrap_or_default().to_owned();
        let before = query.filled("before").and_then(|text| text.parse().ok());
        Self { key: field("key"), kind: field("type"), text: field("text"), before }
    }

    /// Whether anything is filtered.
    pub fn any(&self) -> bool {
        !(self.key.is_empty() && self.kind.is_empty() && self.text.is_empty())
    }

    /// For the use case.
    pub fn filter(&self) -> LogFilter {
        let Self { key, kind, text, before } = self;
        let (key, kind, text) = (key.clone(), kind.clone(), text.clone());
        LogFilter { key, kind, text, before: *before, ..LogFilter::default() }
    }

    /// Where the neighbouring pages are. Of the entries, which are one more than a page where there are more, those
    /// beyond are dropped.
    pub fn pages<T>(&self, path: &str, entries: &mut Vec<Logged<T>>) -> Pages {
        let more = i64::try_from(entries.len()).is_ok_and(|count| count > PAGE);
        if more {
            entries.pop();
        }
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let link = || {
            Link::new(path)
                .with_some("key", some(&self.key))
                .with_some("type", some(&self.kind))
                .with_some("text", some(&self.text))
        };
        let last = entries.last().filter(|_| more);
        Pages {
            first: self.before.map(|_| link().into()),
            back: None,
            on: last.map(|last| link().with("before", last.id).into()),
        }
    }
}
