//! A page of metrics, read.

use anyhow::{anyhow, bail};

/// Samples that are kept; a page has about 600.
const SAMPLES_MAX: usize = 4000;
/// Labels of a sample.
const LABELS_MAX: usize = 32;

/// A number on the page.
#[derive(Debug, PartialEq)]
struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// The numbers of a page.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<Sample>);

impl Page {
    /// Reads the text format of Prometheus.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut samples = Vec::new();
        for line in lines {
            if samples.len() == SAMPLES_MAX {
                bail!("it has more than {SAMPLES_MAX} samples");
            }
            samples.push(sample(line).ok_or_else(|| anyhow!("a line that is none"))?);
        }
        Ok(Self(samples))
    }

    /// Whether a server of ours tells it.
    pub(super) fn is_ours(&self) -> bool {
        self.0.iter().any(|sample| sample.name.starts_with("claviger_"))
    }

    fn of<'a>(&'a self, name: &'a str, labels: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Sample> {
        self.0.iter().filter(move |sample| {
            let has = |(label, value): &(&str, &str)| sample.label(label) == Some(*value);
            sample.name == name && labels.iter().all(has)
        })
    }

    /// The sum of the samples with this name and these labels, whatever else they have; 0 when there are none.
    pub(super) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.of(name, labels).map(|sample| sample.value).sum()
    }

    /// The first value of a family with one sample.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.of(name, &[]).next().map(|sample| sample.value)
    }

    /// The values that a label has in a family, in the page's order.
    pub(super) fn values<'a>(&'a self, name: &'a str, label: &'a str) -> impl Iterator<Item = &'a str> {
        self.of(name, &[]).filter_map(move |sample| sample.label(label))
    }

    /// The buckets of a histogram, of all series with these labels together: upper bounds and cumulated counts.
    pub(super) fn buckets(&self, name: &str, labels: &[(&str, &str)]) -> Vec<(f64, f64)> {
        let name = format!("{name}_bucket");
        let bucket = |sample: &Sample| Some((sample.label("le")?.parse().ok()?, sample.value));
        let mut all: Vec<(f64, f64)> = self.of(&name, labels).filter_map(bucket).collect();
        all.sort_by(|one, other| one.0.total_cmp(&other.0));
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        all
    }
}

impl Sample {
    fn label(&self, wanted: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// A line such as `name{label="value"} 1`, perhaps with a time behind it.
fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' ', '\t'])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner.trim_start_matches([',', ' ']);
        while !rest.starts_with('}') {
            if labels.len() == LABELS_MAX {
                return None;
            }
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = quoted(after)?;
            labels.push((label.trim().to_owned(), value));
            rest = after.trim_start_matches([',', ' ']);
        }
        rest = &rest[1..];
    }
    let value = rest.split_whitespace().next()?.parse().ok()?;
    (!name.is_empty()).then(|| Sample { name: name.to_owned(), labels, value })
}

/// A label's value up to its closing mark, and what follows that.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut characters) = (String::new(), text.char_indices());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_format_is_read() {
        let text = "# HELP a_total Help.\n# TYPE a_total counter\na_total{x=\"1\",y=\"a\\\"\\\\\\n, }\"} 3\n\
                    a_total{x=\"2\"} 4.5 1700000000000\n\nb -1e3\nh_bucket{le=\"+Inf\"} 7\nh_bucket{le=\"0.5\"} 2\n\
                    h_bucket{of=\"x\",le=\"0.5\"} 1\n";
        let page = Page::parse(text).unwrap();
        assert_eq!(page.sum("a_total", &[]), 7.5);
        assert_eq!(page.sum("a_total", &[("x", "1"), ("y", "a\"\\\n, }")]), 3.0);
        assert_eq!((page.sum("none", &[]), page.get("none"), page.get("b")), (0.0, None, Some(-1000.0)));
        assert_eq!(page.values("a_total", "x").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(page.buckets("h", &[]), [(0.5, 3.0), (f64::INFINITY, 7.0)]);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        let many = |labels| format!("a{{{}}} 1", "x=\"\",".repeat(labels));
        assert!(Page::parse(&many(32)).is_ok());
        for text in
            ["<html>", "a{", "a{x=\"1} 2", "a{x} 1", "a", "a x", "{} 1", "a{x=\"\\", many(33).as_str()]
        {
            assert!(Page::parse(text).is_err(), "{text}");
        }
        assert!(Page::parse(&"a 1\n".repeat(SAMPLES_MAX)).is_ok());
        assert!(Page::parse(&"a 1\n".repeat(SAMPLES_MAX + 1)).is_err());
    }
}
