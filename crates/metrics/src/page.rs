//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write as _};

use crate::{Counter, Histogram};

/// What a family of metrics is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Grows and falls.
    Gauge,
    /// Counts up to bounds.
    Histogram,
}

/// A page of metrics that is written. The samples of a family follow it, and no other family comes between.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    /// The family whose samples follow.
    name: &'static str,
}

impl Page {
    /// What stands in the header `Content-Type`.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// An empty page.
    pub fn new() -> Self {
        Self::default()
    }

    /// The page so far.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Begins a family. `help`: a sentence in one line, without backslashes.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        self.name = name;
    }

    /// A sample of the family.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.line("", labels, None, value);
    }

    /// The samples of a histogram.
    pub fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let mut all = 0;
        for (bound, count) in histogram.cumulated() {
            let bound = bound.map_or_else(|| "+Inf".into(), |bound| bound.to_string());
            self.line("_bucket", labels, Some(("le", &bound)), count);
            all = count;
        }
        self.line("_sum", labels, None, histogram.sum());
        self.line("_count", labels, None, all);
    }

    /// A family of one number that grows and falls.
    pub fn gauge(&mut self, name: &'static str, help: &str, value: impl Display) {
        self.family(name, Kind::Gauge, help);
        self.sample(&[], value);
    }

    /// A family of one number that only grows.
    pub fn counter(&mut self, name: &'static str, help: &str, counter: &Counter) {
        self.family(name, Kind::Counter, help);
        self.sample(&[], counter.get());
    }

    fn line(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        last: Option<(&str, &str)>,
        value: impl Display,
    ) {
        let _ = write!(self.text, "{}{suffix}", self.name);
        let mut before = '{';
        for (label, of) in labels.iter().copied().chain(last) {
            let _ = write!(self.text, "{before}{label}=\"");
            of.chars().for_each(|character| self.escaped(character));
            self.text.push('"');
            before = ',';
        }
        let _ = writeln!(self.text, "{} {value}", if before == ',' { "}" } else { "" });
    }

    fn escaped(&mut self, character: char) {
        match character {
            '\\' => self.text.push_str("\\\\"),
            '"' => self.text.push_str("\\\""),
            '\n' => self.text.push_str("\\n"),
            other => self.text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_in_the_format() {
        static HASHES: Histogram = Histogram::of_sizes();
        HASHES.count(2);
        let mut page = Page::new();
        page.gauge("up", "Whether it is.", 1);
        page.family("asked_total", Kind::Counter, "How often.");
        page.sample(&[("api", "a\"b\\\n"), ("type", "x")], 3);
        page.family("size", Kind::Histogram, "How many.");
        page.histogram(&[("of", "y")], &HASHES);
        let text = page.into_text();
        let begin = "# HELP up Whether it is.\n# TYPE up gauge\nup 1\n# HELP asked_total How often.\n\
                     # TYPE asked_total counter\nasked_total{api=\"a\\\"b\\\\\\n\",type=\"x\"} 3\n\
                     # HELP size How many.\n# TYPE size histogram\nsize_bucket{of=\"y\",le=\"1\"} 0\n\
                     size_bucket{of=\"y\",le=\"2\"} 1\n";
        assert!(text.starts_with(begin), "{text}");
        let end = "size_bucket{of=\"y\",le=\"+Inf\"} 1\nsize_sum{of=\"y\"} 2\nsize_count{of=\"y\"} 1\n";
        assert!(text.ends_with(end), "{text}");
    }
}
