//! A value that was measured, and the limit it must keep.

use serde::Serialize;

/// A value that was measured and the limit it must keep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// What it is.
    pub name: String,
    /// What was measured.
    pub value: f64,
    /// Which side of the limit is good.
    pub bound: Bound,
    /// The limit.
    pub limit: f64,
    /// Of both numbers; empty for a ratio.
    pub unit: &'static str,
    /// Whether the value keeps the limit.
    pub reached: bool,
}

/// Which side of a limit is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// The value may not be smaller.
    AtLeast,
    /// The value may not be larger.
    AtMost,
}

impl Target {
    /// Compares the value with the limit.
    pub fn new(name: impl Into<String>, value: f64, bound: Bound, limit: f64, unit: &'static str) -> Self {
        let reached = match bound {
            Bound::AtLeast => value >= limit,
            Bound::AtMost => value <= limit,
        };
        Self { name: name.into(), value, bound, limit, unit, reached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_good_enough() {
        assert!(Target::new("", 0.55, Bound::AtLeast, 0.55, "").reached);
        assert!(!Target::new("", 0.54, Bound::AtLeast, 0.55, "").reached);
        assert!(Target::new("", 3.0, Bound::AtMost, 3.0, "").reached);
        assert!(!Target::new("", f64::NAN, Bound::AtMost, 3.0, "").reached);
    }
}
