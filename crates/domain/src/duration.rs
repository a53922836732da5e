//! How long something lasts. Times are Unix seconds, durations seconds.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::Offset};

const DAY: i64 = 86_400;

/// A duration without end, and the second that never comes. It is so far from the largest number that the sum of any
/// three is still a number, also in a database.
pub const NEVER: i64 = 1 << 61;
/// Longest duration that has an end, in days: some thousand years.
pub const DAYS_MAX: i64 = 365_000;
/// The same in seconds.
pub const SECONDS_MAX: i64 = DAYS_MAX * DAY;

/// Words for [`NEVER`], in any case.
const WORDS: [&str; 2] = ["never", "lifetime"];

/// A sum of times and durations: with [`NEVER`] it is that again, and nothing is longer.
pub fn sum(first: i64, second: i64) -> i64 {
    first.saturating_add(second).min(NEVER)
}

/// How long something shall last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// So many seconds, or [`NEVER`].
    For(i64),
    /// To this Unix second.
    Until(i64),
}

/// What a number without a unit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days, decimals allowed.
    Days,
    /// Whole seconds.
    Seconds,
}

/// Why a text is no term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermError {
    /// Neither a number nor a date, nor `never`.
    Malformed,
    /// A number below zero.
    Negative,
    /// A date that has passed.
    Past,
    /// Longer than [`SECONDS_MAX`].
    TooLong,
}

impl fmt::Display for TermError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed | Self::Negative => {
                formatter.write_str("write a number such as 30, a date such as 2027-01-31 (UTC), or `never`")
            }
            Self::Past => formatter.write_str("that date has passed"),
            Self::TooLong => write!(formatter, "at most {DAYS_MAX} days are possible, or `never`"),
        }
    }
}

impl Term {
    /// Reads a number of days or seconds, a date (`2027-01-31`, also with a time, which is UTC unless it says otherwise),
    /// or `never`. A date stands for its first second.
    ///
    /// # Errors
    /// See [`TermError`]. Zero is a term; a number of days that is rounded to it is none.
    pub fn parse(text: &str, unit: Unit, now: i64) -> Result<Self, TermError> {
        if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Ok(Self::For(NEVER));
        }
        if let Some(end) = parse_date(text) {
            return match end - now {
                ..=0 => Err(TermError::Past),
                1..=SECONDS_MAX => Ok(Self::Until(end)),
                _ => Err(TermError::TooLong),
            };
        }
        match unit {
            Unit::Days => days(text),
            Unit::Seconds => seconds(text),
        }
        .map(Self::For)
    }

    /// How many seconds it lasts from `now` on.
    pub fn seconds(self, now: i64) -> i64 {
        match self {
            Self::For(seconds) => seconds,
            Self::Until(end) => end.saturating_sub(now).max(0),
        }
    }
}

fn days(text: &str) -> Result<i64, TermError> {
    let days: f64 = text.parse().map_err(|_| TermError::Malformed)?;
    match (days * DAY as f64).round() {
        _ if !days.is_finite() => Err(TermError::Malformed),
        _ if days < 0.0 => Err(TermError::Negative),
        seconds if seconds > SECONDS_MAX as f64 => Err(TermError::TooLong),
        seconds if seconds < 1.0 && days > 0.0 => Err(TermError::Malformed),
        seconds => Ok(seconds as i64),
    }
}

fn seconds(text: &str) -> Result<i64, TermError> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(TermError::Malformed);
    }
    match text.parse() {
        _ if text.starts_with('-') => Err(TermError::Negative),
        Ok(seconds @ ..=SECONDS_MAX) => Ok(seconds),
        _ => Err(TermError::TooLong),
    }
}

/// The second in which a date begins, such as `2027-01-31`, or that of a date with a time, which is UTC unless it says
/// otherwise; `None` where it is no date.
pub fn parse_date(text: &str) -> Option<i64> {
    let (year, rest) = text.split_at_checked(4)?;
    let plain = |byte: u8| byte.is_ascii_digit() || b"-+:. TtZz".contains(&byte);
    if !year.bytes().all(|byte| byte.is_ascii_digit()) || !rest.starts_with('-') || !rest.bytes().all(plain) {
        return None;
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.as_second());
    }
    let local: DateTime = text.parse().ok()?;
    // The last hours of the year 9999 are no timestamps.
    Some(Offset::UTC.to_timestamp(local).unwrap_or(Timestamp::MAX).as_second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-25T00:00:00Z
    const NOW: i64 = 1_795_564_800;

    fn days(text: &str) -> Result<Term, TermError> {
        Term::parse(text, Unit::Days, NOW)
    }

    fn seconds(text: &str) -> Result<Term, TermError> {
        Term::parse(text, Unit::Seconds, NOW)
    }

    #[test]
    fn reads_numbers() {
        for (text, expected) in [
            ("30", Ok(2_592_000)),
            ("0.5", Ok(43_200)),
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("1e2", Ok(8_640_000)),
            ("365000", Ok(SECONDS_MAX)),
            ("365001", Err(TermError::TooLong)),
            ("1e300", Err(TermError::TooLong)),
            ("1e999", Err(TermError::Malformed)),
            (&"9".repeat(30), Err(TermError::TooLong)),
            ("-0.1", Err(TermError::Negative)),
            ("-9e18", Err(TermError::Negative)),
            ("0.000001", Err(TermError::Malformed)),
        ] {
            assert_eq!(days(text), expected.map(Term::For), "{text}");
        }
        for (text, expected) in [
            ("60", Ok(60)),
            ("+60", Ok(60)),
            ("0", Ok(0)),
            ("31536000000", Ok(SECONDS_MAX)),
            ("31536000001", Err(TermError::TooLong)),
            ("99999999999999999999", Err(TermError::TooLong)),
            ("-1", Err(TermError::Negative)),
            ("-99999999999999999999", Err(TermError::Negative)),
            ("1.5", Err(TermError::Malformed)),
        ] {
            assert_eq!(seconds(text), expected.map(Term::For), "{text}");
        }
    }

    #[test]
    fn reads_dates_and_never() {
        let midnight = 1_801_353_600;
        for (text, expected) in [
            ("2027-01-31", Ok(Term::Until(midnight))),
            ("2027-01-31T12:00:00Z", Ok(Term::Until(midnight + 43_200))),
            ("2027-01-31T12:00:00+02:00", Ok(Term::Until(midnight + 36_000))),
            ("2027-01-31T12:00:00", Ok(Term::Until(midnight + 43_200))),
            ("2027-01-31 12:00", Ok(Term::Until(midnight + 43_200))),
            ("2026-11-25", Err(TermError::Past)),
            ("2026-11-25T00:00:01Z", Ok(Term::Until(NOW + 1))),
            ("1969-12-31", Err(TermError::Past)),
            ("9999-12-31", Err(TermError::TooLong)),
            ("2027-02-29", Err(TermError::Malformed)),
            ("2027-01-31[Europe/Vienna]", Err(TermError::Malformed)),
            ("never", Ok(Term::For(NEVER))),
            ("Lifetime", Ok(Term::For(NEVER))),
        ] {
            assert_eq!(days(text), expected, "{text}");
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_term() {
        for text in
            ["", " ", "x", "NaN", "inf", "-inf", "1 day", "1,5", "31.01.2027", "é027-01-31", "never!", "-"]
        {
            assert!(matches!(days(text), Err(TermError::Malformed | TermError::Negative)), "{text}");
            assert_eq!(seconds(text), Err(TermError::Malformed), "{text}");
        }
    }

    #[test]
    fn never_is_the_longest() {
        assert_eq!([sum(NEVER, 5), sum(NEVER, NEVER), sum(i64::MAX, i64::MAX)], [NEVER; 3]);
        assert_eq!(sum(NEVER - 1, 1), NEVER);
        assert!(NEVER.checked_mul(3).is_some());
    }

    proptest! {
        #[test]
        fn days_are_rounded_to_seconds(seconds in 1i64..SECONDS_MAX) {
            let text = format!("{:.9}", seconds as f64 / DAY as f64);
            prop_assert_eq!(days(&text), Ok(Term::For(seconds)));
        }

        #[test]
        fn any_text_is_read(text in "\\PC*", now in any::<i64>()) {
            for unit in [Unit::Days, Unit::Seconds] {
                if let Ok(term) = Term::parse(&text, unit, now.max(0)) {
                    prop_assert!(term.seconds(now) >= 0);
                }
            }
        }

        #[test]
        fn every_second_can_be_written(end in NOW + 1..NOW + SECONDS_MAX) {
            let text = Timestamp::from_second(end).unwrap().to_string();
            prop_assert_eq!(days(&text), Ok(Term::Until(end)));
        }
    }
}
