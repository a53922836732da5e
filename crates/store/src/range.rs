//! Rows of an application by their numbers.

/// Rows with numbers after `after`, up to and with `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The number before the first one.
    pub after: i64,
    /// The last number.
    pub last: i64,
}

impl Range {
    /// The row of one number.
    pub fn one(id: i64) -> Self {
        Self { after: id - 1, last: id }
    }
}

/// A text behind all that begin with `beginning`, and before all that come later.
pub(crate) fn after_all(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}
