//! Times and lengths of time, plainly.

use std::fmt;

use claviger_domain::NEVER;

use super::words::Words;

/// A Unix second, shown as an element `time` in UTC.
pub(super) struct At(pub i64);

impl At {
    /// As `2026-01-31 23:59 UTC`.
    pub fn plain(&self) -> String {
        jiff::Timestamp::from_second(self.0)
            .map_or_else(|_| "–".into(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
    }
}

impl fmt::Display for At {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => write!(formatter, "<time datetime=\"{time}\" dir=\"ltr\">{}</time>", self.plain()),
            Err(_) => formatter.write_str("–"),
        }
    }
}

/// Nothing but digits and signs of ours.
impl askama::filters::HtmlSafe for At {}

/// A length of time in its largest unit, rounded down; less than a minute is one. `None`: without end.
pub(super) fn span(words: Words, seconds: i64) -> Option<String> {
    if seconds >= NEVER {
        return None;
    }
    let units = [(86_400, "days"), (3600, "hours"), (60, "minutes")];
    let fitting = units.into_iter().find(|(length, _)| seconds >= *length);
    let (length, id) = fitting.unwrap_or((60, "minutes"));
    Some(words.count(id, "count", (seconds / length).max(1)))
}
