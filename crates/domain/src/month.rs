//! Months of the calendar, in UTC.

use jiff::{Timestamp, civil::Date, tz::Offset};

/// A month; the next one is the next number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i64);

impl Month {
    /// The month in which a Unix second lies.
    pub fn of(second: i64) -> Self {
        let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
        let date = Offset::UTC.to_datetime(time).date();
        Self(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
    }

    /// So many months later.
    pub fn plus(self, months: i64) -> Self {
        Self(self.0 + months)
    }

    /// How many months it lies after another one.
    pub fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The Unix second in which it begins.
    pub fn began(self) -> i64 {
        let parts = (i16::try_from(self.0.div_euclid(12)), i8::try_from(self.0.rem_euclid(12) + 1));
        let (Ok(year), Ok(month)) = parts else { return 0 };
        let date = Date::new(year, month, 1).ok().map(|date| date.at(0, 0, 0, 0));
        let began = date.and_then(|date| Offset::UTC.to_timestamp(date).ok());
        began.map_or(0, Timestamp::as_second)
    }

    /// As `2026-01`.
    pub fn name(self) -> String {
        format!("{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }

    /// Reads what [`Month::name`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month): (i64, i64) = (year.parse().ok()?, month.parse().ok()?);
        ((1970..=9000).contains(&year) && (1..=12).contains(&month)).then_some(Self(year * 12 + month - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_and_follow_each_other() {
        let month = Month::of(1_700_000_000);
        assert_eq!(month.name(), "2023-11");
        assert_eq!(month.began(), 1_698_796_800);
        assert_eq!(Month::of(month.began() - 1), month.plus(-1));
        assert_eq!(month.plus(2).name(), "2024-01");
        assert_eq!(month.plus(14).since(month), 14);
        for month in (0..100).map(|at| month.plus(at)) {
            assert_eq!(Month::of(month.began()), month);
            assert_eq!(Month::parse(&month.name()), Some(month));
        }
        for text in ["", "2026", "2026-13", "2026-00", "x-1", "99999-01"] {
            assert_eq!(Month::parse(text), None);
        }
        assert_eq!(Month::of(0).name(), "1970-01");
        let _ = (Month::of(i64::MAX), Month::of(i64::MIN));
    }
}
