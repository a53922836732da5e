//! Conditions of a filter in SQL, with their values.

use super::walk::OWN_PARAMS;
use crate::{Conn, Value};

/// Conditions that all must hold, and the values of their parameters.
pub(super) struct Conditions<'v> {
    pub sql: String,
    pub values: Vec<Value<'v>>,
    position: &'static str,
    by_bytes: &'static str,
}

impl<'v> Conditions<'v> {
    pub fn new(conn: &Conn<'_>) -> Self {
        Self { sql: String::new(), values: Vec::new(), position: conn.position(), by_bytes: conn.by_bytes() }
    }

    /// The place of one more value.
    pub fn place(&mut self, value: impl Into<Value<'v>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len() + OWN_PARAMS)
    }

    /// One more condition, which has no parameter.
    pub fn and(&mut self, condition: &str) {
        self.sql += " AND ";
        self.sql += condition;
    }

    /// The column has this value. The plus keeps SQLite on the numbers, where `by_index` does not say otherwise.
    pub fn is(&mut self, column: &str, value: Option<&'v str>) {
        if let Some(value) = value {
            let place = self.place(value);
            self.and(&format!("{column} = {place}"));
        }
    }

    /// The column is within these bounds, the second not included.
    pub fn within(&mut self, column: &str, (from, to): (Option<i64>, Option<i64>)) {
        if let Some(from) = from {
            let place = self.place(from);
            self.and(&format!("{column} >= {place}"));
        }
        if let Some(to) = to {
            let place = self.place(to);
            self.and(&format!("{column} < {place}"));
        }
    }

    /// The column has this text somewhere in it, as it is.
    pub fn has(&mut self, column: &str, text: Option<&'v str>) {
        if let Some(text) = text {
            let (place, position) = (self.place(text), self.position);
            self.and(&format!("{position}({column}, {place}) > 0"));
        }
    }

    /// The column has this text, which is in lower case, somewhere in it, there in any case of ASCII.
    pub fn has_in_any_case(&mut self, column: &str, text: Option<&'v str>) {
        let lower = format!("lower({column}{})", self.by_bytes);
        self.has(&lower, text);
    }
}
