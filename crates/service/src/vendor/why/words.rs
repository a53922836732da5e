//! Times and durations in words.

use claviger_domain::NEVER;
use jiff::{Timestamp, tz::Offset};

/// A Unix second as people write it, in UTC.
pub(super) fn date(second: i64) -> String {
    if second == NEVER {
        return "never".into();
    }
    match Timestamp::from_second(second) {
        Ok(time) => Offset::UTC.to_datetime(time).strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => second.to_string(),
    }
}

/// A duration in seconds, in the largest unit that says enough.
pub(super) fn span(seconds: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let seconds = seconds.max(0);
    // Two of a unit are told in it, and less in the next one.
    let (size, name) = units.into_iter().find(|(size, _)| seconds >= 2 * size).unwrap_or((1, "second"));
    match seconds / size {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

/// How long ago a Unix second was.
pub(super) fn ago(second: i64, now: i64) -> String {
    match now - second {
        ..2 => "just now".into(),
        seconds => format!("{} ago", span(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_do() {
        assert_eq!(date(1_700_000_000), "2023-11-14 22:13 UTC");
        assert_eq!((date(NEVER), date(i64::MAX)), ("never".into(), i64::MAX.to_string()));
        for (seconds, text) in [
            (-5, "0 seconds"),
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7199, "119 minutes"),
            (7200, "2 hours"),
            (172_799, "47 hours"),
            (172_800, "2 days"),
            (8_640_000, "100 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
        assert_eq!(
            (ago(99, 100), ago(200, 100), ago(40, 100)),
            ("just now".into(), "just now".into(), "60 seconds ago".into())
        );
    }
}
