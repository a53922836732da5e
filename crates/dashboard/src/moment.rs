//! How times are shown: how long ago or how long yet, with the exact one on hover. The script counts on.

use std::fmt;

/// A Unix second, seen from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    at: i64,
    now: i64,
}

impl Moment {
    pub fn new(at: i64, now: i64) -> Self {
        Self { at, now }
    }

    /// The exact time in UTC, as `2026-01-31 23:59:59 UTC`.
    pub fn exact(self) -> String {
        jiff::Timestamp::from_second(self.at)
            .map_or_else(|_| "never".into(), |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
    }

    /// As `3 minutes ago` or `in 5 days`.
    pub fn relative(self) -> String {
        let seconds = self.at - self.now;
        let amount = span(seconds.unsigned_abs());
        match seconds {
            0 => "now".into(),
            1.. => format!("in {amount}"),
            _ => format!("{amount} ago"),
        }
    }
}

/// The day of a Unix second in UTC, as `2026-01-31`.
pub(crate) fn date(at: i64) -> String {
    jiff::Timestamp::from_second(at)
        .map_or_else(|_| "never".into(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// A length of time in seconds, in its largest unit.
pub(crate) fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] =
        [(365 * 86_400, "year"), (30 * 86_400, "month"), (86_400, "day"), (3_600, "hour"), (60, "minute")];
    let unit = UNITS.into_iter().find(|(length, _)| seconds >= *length);
    let (length, name) = unit.unwrap_or((1, "second"));
    let count = seconds / length;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// A length of time in seconds, exactly, in days and what is left of them.
pub(crate) fn length(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut left = seconds;
    let mut words = Vec::new();
    for (unit, name) in UNITS {
        let count = left / unit;
        left %= unit;
        if count > 0 {
            words.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if words.is_empty() { "no time".into() } else { words.join(" ") }
}

/// Shown as an element `time`, which holds nothing but digits and words of ours.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.at) {
            Ok(time) => {
                let (exact, relative) = (self.exact(), self.relative());
                write!(formatter, "<time datetime=\"{time}\" title=\"{exact}\">{relative}</time>")
            }
            Err(_) => formatter.write_str("never"),
        }
    }
}

impl askama::filters::HtmlSafe for Moment {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_how_long() {
        for (at, expected) in [
            (100, "now"),
            (99, "1 second ago"),
            (40, "1 minute ago"),
            (100 + 7_200, "in 2 hours"),
            (100 + 86_400 * 45, "in 1 month"),
            (100 + 86_400 * 800, "in 2 years"),
        ] {
            assert_eq!(Moment::new(at, 100).relative(), expected);
        }
    }

    #[test]
    fn tells_exactly_how_long() {
        for (seconds, expected) in [
            (0, "no time"),
            (86_400 * 45, "45 days"),
            (90_061, "1 day 1 hour 1 minute 1 second"),
            (7_200, "2 hours"),
        ] {
            assert_eq!(length(seconds), expected);
        }
    }

    #[test]
    fn is_an_element() {
        let shown = Moment::new(0, 60).to_string();
        let expected =
            "<time datetime=\"1970-01-01T00:00:00Z\" title=\"1970-01-01 00:00:00 UTC\">1 minute ago</time>";
        assert_eq!(shown, expected);
        assert_eq!(Moment::new(1 << 61, 0).to_string(), "never");
    }
}
