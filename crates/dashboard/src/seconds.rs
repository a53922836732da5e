//! Points in time, as filters have them.

use jiff::{Timestamp, civil};

/// Reads a Unix second, or a date with or without a time of day, in UTC: `2026-11-26`, `2026-11-26 14:05`,
/// `2026-11-26T14:05:30`.
pub(crate) fn second(text: &str) -> Option<i64> {
    if let Ok(second) = text.parse::<i64>() {
        return Timestamp::from_second(second).is_ok().then_some(second);
    }
    let text = text.trim_end_matches('Z').replace(' ', "T");
    let time: civil::DateTime = match text.parse::<civil::Date>() {
        Ok(date) if !text.contains('T') => date.at(0, 0, 0, 0),
        _ => text.parse().ok()?,
    };
    Some(jiff::tz::Offset::UTC.to_timestamp(time).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_what_people_write() {
        for (text, expected) in [
            ("1767225600", Some(1_767_225_600)),
            ("2026-01-01", Some(1_767_225_600)),
            ("2026-01-01 01:00", Some(1_767_229_200)),
            ("2026-01-01T01:00:05Z", Some(1_767_229_205)),
            ("-5", Some(-5)),
            ("2026-13-01", None),
            ("99999999999999999999", None),
            ("9223372036854775807", None),
            ("yesterday", None),
            ("", None),
            ("2026-01-01T", None),
        ] {
            assert_eq!(super::second(text), expected, "{text}");
        }
    }
}
