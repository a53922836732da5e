//! Rows of an application by their numbers.

use crate::{Conn, Value};

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

/// Rows that one statement is about: those of a range, or some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    range: Range,
    /// Their numbers, as [`Conn::numbers`] writes them; `None`: all of the range.
    only: Option<String>,
}

impl From<Range> for Rows {
    fn from(range: Range) -> Self {
        Self { range, only: None }
    }
}

impl From<i64> for Rows {
    fn from(id: i64) -> Self {
        Range::one(id).into()
    }
}

impl Rows {
    /// The rows of these numbers, which rise.
    pub(crate) fn these(conn: &Conn<'_>, ids: &[i64]) -> Self {
        let (first, last) = (ids.first().copied().unwrap_or(1), ids.last().copied().unwrap_or(0));
        Self { range: Range { after: first - 1, last }, only: Some(conn.numbers(ids)) }
    }

    /// The condition that a column has one of their numbers. The places of its parameters are `$2`, `$3`, and, where it
    /// has a third one, the one of the number `further`: those of [`Rows::values`].
    pub(crate) fn of(&self, conn: &Conn<'_>, column: &str, further: usize) -> String {
        match self.only {
            None => format!("{column} > $2 AND {column} <= $3"),
            // The plus keeps SQLite from going through all rows between them.
            Some(_) => {
                let one_of = conn.is_one_of(column, further);
                format!("+{column} > $2 AND +{column} <= $3 AND {one_of}")
            }
        }
    }

    /// The values of the parameters of a statement: the application, the first ones of [`Rows::of`], those that the
    /// statement has besides, and the further one.
    pub(crate) fn values<'v>(&'v self, app: i64, besides: &[Value<'v>]) -> Vec<Value<'v>> {
        let mut values = crate::params![app, self.range.after, self.range.last].to_vec();
        values.extend_from_slice(besides);
        values.extend(self.only.as_deref().map(Value::from));
        values
    }
}

/// A text behind all that begin with `beginning`, and before all that come later.
pub(crate) fn after_all(beginning: &str) -> String {
    format!("{beginning}{}", char::MAX)
}
