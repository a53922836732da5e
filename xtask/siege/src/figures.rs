//! What a scenario found out, line by line, with the limits that must be kept.

use std::fmt::Display;

use crate::honest::Lap;

/// A mebibyte.
pub const MIB: f64 = 1024.0 * 1024.0;
/// How much slower an honest client's slowest hundredth may be than without an attack.
const RATIO: f64 = 3.0;

/// A line of the table.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What was measured; lines of two programs are put side by side by it.
    pub what: String,
    /// The value as it is shown.
    pub shown: String,
    /// The limit, and whether it is kept.
    pub limit: Option<Limit>,
}

/// What a value must keep.
#[derive(Debug, Clone)]
pub struct Limit {
    /// As it is shown.
    pub text: String,
    /// Whether it is kept.
    pub kept: bool,
    /// Whether it hangs on nothing but the program: not on the machine's speed, nor on who else uses it.
    pub hard: bool,
}

/// The lines of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Figures(pub Vec<Figure>);

impl Figures {
    /// A line without a limit.
    pub fn tell(&mut self, what: impl Into<String>, shown: impl Display) {
        self.0.push(Figure { what: what.into(), shown: shown.to_string(), limit: None });
    }

    /// A number that may not be larger; `hard`: on whatever machine.
    pub fn at_most(&mut self, what: impl Into<String>, value: f64, limit: f64, unit: &str, hard: bool) {
        self.limited(what.into(), value, ("≤", limit, unit), value <= limit, hard);
    }

    /// A number that may not be smaller, on whatever machine.
    pub fn at_least(&mut self, what: impl Into<String>, value: f64, limit: f64, unit: &str) {
        self.limited(what.into(), value, ("≥", limit, unit), value >= limit, true);
    }

    /// How an honest client fared, alone and under attack: it may become three times slower, and nothing may fail.
    pub fn honest(&mut self, name: &str, alone: &Lap, attacked: &Lap) {
        self.tell(format!("{name} alone, ms"), alone.shown());
        self.tell(format!("{name} under attack, ms"), attacked.shown());
        let ratio = attacked.p99() / alone.p99();
        self.at_most(format!("{name}: p99 by that alone"), ratio, RATIO, "", false);
        self.failures(name, attacked);
    }

    /// As [`Figures::honest`], where only a time is promised, in milliseconds.
    pub fn honest_within(&mut self, name: &str, alone: &Lap, attacked: &Lap, limit_ms: f64) {
        self.tell(format!("{name} alone, ms"), alone.shown());
        self.tell(format!("{name} under attack, ms"), attacked.shown());
        self.at_most(format!("{name}: slowest"), attacked.slowest(), limit_ms, "ms", false);
        self.failures(name, attacked);
    }

    /// None may fail, and there must be some.
    fn failures(&mut self, name: &str, attacked: &Lap) {
        let failed = attacked.failures.len();
        let asked = attacked.times.len() + failed;
        if let Some(first) = attacked.failures.first() {
            eprintln!("siege: {name} failed {failed} of {asked} times, first: {first}");
        }
        let kept = failed == 0 && asked > 0;
        let limit = Some(Limit { text: "0".to_owned(), kept, hard: true });
        self.0.push(Figure { what: format!("{name}: failed"), shown: format!("{failed} of {asked}"), limit });
    }

    fn limited(&mut self, what: String, value: f64, limit: (&str, f64, &str), kept: bool, hard: bool) {
        let (sign, bound, unit) = limit;
        let text = format!("{sign} {}", number(bound, unit));
        self.0.push(Figure { what, shown: number(value, unit), limit: Some(Limit { text, kept, hard }) });
    }
}

/// A number with three digits or so, and its unit.
pub fn number(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        large if large >= 100.0 || large == large.trunc() => 0,
        middle if middle >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$} {unit}").trim_end().to_owned()
}

/// Bytes as mebibytes.
pub fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_kept_by_the_limit_itself_and_not_by_nothing() {
        let mut figures = Figures::default();
        figures.at_most("a", 3.0, 3.0, "", true);
        figures.at_most("b", f64::NAN, 3.0, "", true);
        figures.at_least("c", 0.5, 1.0, "");
        let kept: Vec<bool> =
            figures.0.iter().flat_map(|figure| &figure.limit).map(|limit| limit.kept).collect();
        assert_eq!(kept, [true, false, false]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(1.2345, "ms"), "1.23 ms");
        assert_eq!(number(12.345, ""), "12.3");
        assert_eq!(number(1234.5, "MiB"), "1234 MiB");
        assert_eq!(number(3.0, ""), "3");
    }
}
