//! Which backups are kept.

use std::collections::BTreeSet;

use claviger_domain::Month;

use super::{error::BackupError, place::Place, shelf::Stored};

const DAY: i64 = 86_400;

/// The number of the period in which a Unix second is.
type Period = fn(i64) -> i64;

/// Which backups are kept: those of the last days, the last one of each of so many days, weeks and months (UTC; only those
/// in which there is one count), and always the newest that is whole. One that is dated later than now neither counts nor
/// is deleted: nobody knows how old it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// All of so many days.
    pub days: u32,
    /// One for each of so many days.
    pub daily: u32,
    /// One for each of so many weeks, which begin on Monday.
    pub weekly: u32,
    /// One for each of so many months.
    pub monthly: u32,
}

impl Keep {
    /// Whether nothing is ever deleted.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// The backups that are not kept.
    pub fn surplus(&self, all: &[Stored], now: i64) -> Vec<Stored> {
        if self.is_all() {
            return Vec::new();
        }
        let all = || all.iter().filter(|stored| !stored.is_ahead(now));
        let mut newest_first: Vec<&Stored> = all().filter(|stored| stored.whole).collect();
        newest_first.sort_by_key(|stored| std::cmp::Reverse(stored.made));
        let mut kept: BTreeSet<&str> =
            newest_first.first().map(|stored| stored.name.as_str()).into_iter().collect();
        let days = i64::from(self.days) * DAY;
        kept.extend(
            newest_first.iter().filter(|stored| stored.made > now - days).map(|stored| stored.name.as_str()),
        );
        let periods: [(u32, Period); 3] = [
            (self.daily, |at| at.div_euclid(DAY)),
            // The first day of 1970 was a Thursday.
            (self.weekly, |at| (at.div_euclid(DAY) + 3).div_euclid(7)),
            (self.monthly, |at| Month::of(at).began()),
        ];
        for (count, period) in periods {
            let mut seen = BTreeSet::new();
            for stored in &newest_first {
                if seen.len() < count as usize && seen.insert(period(stored.made)) {
                    kept.insert(&stored.name);
                }
            }
        }
        // One without an end may be on its way from elsewhere, as long as it is new.
        let goes = |stored: &&Stored| {
            !kept.contains(stored.name.as_str()) && (stored.whole || stored.made <= now - DAY)
        };
        all().filter(goes).cloned().collect()
    }

    /// Deletes what is not kept, and what crashes have left; the backups that are gone.
    ///
    /// # Errors
    /// When the place fails.
    pub fn prune(&self, place: &Place, now: i64) -> Result<Vec<Stored>, BackupError> {
        place.clear()?;
        let surplus = self.surplus(&place.list()?, now);
        for stored in &surplus {
            place.delete(&stored.name)?;
        }
        Ok(surplus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backups::names;

    /// 2026-01-05, a Monday, at noon.
    const NOON: i64 = 1_767_614_400;

    fn at(hours: i64) -> Stored {
        let made = NOON - hours * 3600;
        Stored { name: names::of(made), made, bytes: 1, whole: true }
    }

    fn left(keep: Keep, hours: &[i64]) -> Vec<i64> {
        let all: Vec<Stored> = hours.iter().map(|hours| at(*hours)).collect();
        let gone = keep.surplus(&all, NOON);
        let left = all.iter().filter(|stored| !gone.contains(stored));
        left.map(|stored| (NOON - stored.made) / 3600).collect()
    }

    #[test]
    fn days_weeks_and_months() {
        let hours = [0, 6, 13, 24, 48, 72, 96, 24 * 9, 24 * 20, 24 * 40, 24 * 70];
        assert_eq!(left(Keep::default(), &hours), hours);
        assert_eq!(left(Keep { days: 2, ..Keep::default() }, &hours), [0, 6, 13, 24]);
        assert_eq!(left(Keep { daily: 3, ..Keep::default() }, &hours), [0, 13, 48]);
        // The week began twelve hours ago.
        assert_eq!(left(Keep { weekly: 3, ..Keep::default() }, &hours), [0, 13, 24 * 9]);
        assert_eq!(left(Keep { monthly: 3, ..Keep::default() }, &hours), [0, 24 * 9, 24 * 40]);
        assert_eq!(
            left(Keep { daily: 1, monthly: 9, ..Keep::default() }, &hours),
            [0, 24 * 9, 24 * 40, 24 * 70]
        );
    }

    #[test]
    fn the_newest_whole_one_stays() {
        let keep = Keep { days: 1, ..Keep::default() };
        assert_eq!(left(keep, &[500, 600]), [500]);
        let broken = Stored { whole: false, ..at(30) };
        let new_and_broken = Stored { whole: false, ..at(3) };
        let all = [broken.clone(), new_and_broken, at(500)];
        assert_eq!(keep.surplus(&all, NOON), [broken]);
    }
    #[test]
    fn those_from_the_future_push_out_none() {
        let ahead = [-2, -24, -48, -24 * 365];
        for keep in [
            Keep { days: 1, ..Keep::default() },
            Keep { daily: 2, ..Keep::default() },
            Keep { weekly: 1, ..Keep::default() },
            Keep { monthly: 1, ..Keep::default() },
        ] {
            let real = left(keep, &[30, 60]);
            assert!(!real.is_empty(), "{keep:?}");
            assert_eq!(
                left(keep, &[&ahead[..], &[30, 60]].concat()),
                [&ahead[..], &real].concat(),
                "{keep:?}"
            );
        }
        // Clocks differ a little.
        assert_eq!(left(Keep { daily: 1, ..Keep::default() }, &[-1, 30]), [-1]);
    }
}
