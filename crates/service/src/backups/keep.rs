//! Which backups are kept.

use std::collections::BTreeSet;

use claviger_domain::Month;

use super::{error::BackupError, place::Place, shelf::Stored};

const DAY: i64 = 86_400;

/// The number of the period in which a Unix second is.
type Period = fn(i64) -> i64;

/// Times without any backup that the days leave out: more of them are the plan's own.
const GAPS: usize = 2;

/// Which backups are kept: those of the last days, the last one of each of so many days, weeks and months (UTC; only those
/// in which there is one count), and always the newest that is whole. One that is dated later than now, or that cannot be
/// read, neither counts nor is deleted: nobody knows how old it is, or what.
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
        let known = |stored: &&Stored| !stored.is_ahead(now) && stored.unreadable().is_none();
        let all = || all.iter().filter(known);
        let mut newest_first: Vec<&Stored> = all().filter(|stored| stored.is_whole()).collect();
        newest_first.sort_by_key(|stored| std::cmp::Reverse(stored.made));
        let mut kept: BTreeSet<&str> =
            newest_first.first().map(|stored| stored.name.as_str()).into_iter().collect();
        kept.extend(self.of_days(&newest_first, now).map(|stored| stored.name.as_str()));
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
            !kept.contains(stored.name.as_str()) && (stored.is_whole() || stored.made <= now - DAY)
        };
        all().filter(goes).cloned().collect()
    }

    /// Those of the last days. A time without any backup that is longer than half of them is left out of the count: the
    /// server was off, or a clock has jumped, and what is before must not go at one stroke. It goes day by day, as backups
    /// come again.
    fn of_days<'a>(&self, newest_first: &[&'a Stored], now: i64) -> impl Iterator<Item = &'a Stored> {
        let days = i64::from(self.days) * DAY;
        let (mut later, mut age, mut gaps) = (now, 0, 0);
        newest_first.iter().copied().take_while(move |stored| {
            let between = later - stored.made.min(now);
            later -= between;
            match between > days / 2 && gaps < GAPS {
                true => gaps += 1,
                false => age += between,
            }
            age < days
        })
    }

    /// Deletes what is not kept, and what crashes have left; the backups that are gone.
    ///
    /// # Errors
    /// When the place fails.
    pub fn prune(&self, place: &Place, now: i64) -> Result<Vec<Stored>, BackupError> {
        place.clear()?;
        let all = place.list()?;
        for (stored, why) in all.iter().filter_map(|stored| Some((stored, stored.unreadable()?))) {
            tracing::warn!(
                name = stored.name,
                why,
                "a backup cannot be read: it neither counts nor is deleted"
            );
        }
        let surplus = self.surplus(&all, now);
        for stored in &surplus {
            place.delete(&stored.name)?;
        }
        Ok(surplus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backups::{names, shelf::Condition};

    /// 2026-01-05, a Monday, at noon.
    const NOON: i64 = 1_767_614_400;

    fn at(hours: i64) -> Stored {
        let made = NOON - hours * 3600;
        Stored { name: names::of(made), made, bytes: 1, condition: Condition::Whole }
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
        assert_eq!(left(keep, &[500, 530, 540, 560]), [500, 530, 540]);
        let broken = Stored { condition: Condition::CutOff, ..at(30) };
        let new_and_broken = Stored { condition: Condition::CutOff, ..at(3) };
        let all = [broken.clone(), new_and_broken, at(500)];
        assert_eq!(keep.surplus(&all, NOON), [broken]);
    }

    #[test]
    fn what_cannot_be_read_stays_and_counts_for_none() {
        let unreadable =
            |hours| Stored { condition: Condition::Unreadable("it is another's".into()), ..at(hours) };
        let readable = [1, 11, 21, 30].map(at);
        let all = [&[unreadable(0), unreadable(12), unreadable(400)], &readable[..]].concat();
        for keep in [Keep { days: 1, ..Keep::default() }, Keep { daily: 1, ..Keep::default() }] {
            let gone = keep.surplus(&readable, NOON);
            assert!(!gone.is_empty() && keep.surplus(&all, NOON) == gone, "{keep:?}: {gone:?}");
        }
    }

    /// Hours of a backup each so many hours, until one is so old.
    fn each(hours: i64, from: i64, until: i64) -> Vec<i64> {
        (0..).map(|count| from + count * hours).take_while(|at| *at <= until).collect()
    }

    #[test]
    fn a_clock_that_jumps_takes_half_at_most() {
        for (days, every) in [(1, 1), (1, 6), (7, 24), (30, 3), (30, 24), (30, 72), (365, 24)] {
            let keep = Keep { days, ..Keep::default() };
            let of_days = i64::from(days) * 24;
            let history = each(every, 0, of_days - 1);
            assert_eq!(left(keep, &history), history, "{days} days");
            for jump in [of_days / 2, of_days - 1, of_days, 24 * 365, 24 * 365 * 50] {
                // Before and after the first backup by the wrong clock.
                let jumped: Vec<i64> = history.iter().map(|hours| hours + jump).collect();
                for all in [jumped.clone(), [&[0], &jumped[..]].concat()] {
                    let lost = all.len() - left(keep, &all).len();
                    assert!(
                        lost <= history.len() / 2 + 1,
                        "{days} days, {jump} hours: {lost} of {}",
                        all.len()
                    );
                }
                // Nobody keeps them for ever: they go as the days pass.
                let later = each(every, 0, of_days);
                let before = history.iter().map(|hours| hours + jump + of_days);
                let all: Vec<i64> = later.iter().copied().chain(before).collect();
                assert_eq!(left(keep, &all), each(every, 0, of_days - 1), "{days} days, {jump} hours");
            }
        }
    }

    #[test]
    fn times_without_backups_that_are_the_plans_own_count() {
        let month = 24 * 30;
        let keep = Keep { days: 7, ..Keep::default() };
        assert_eq!(left(keep, &each(month, 0, 12 * month)), [0, month, 2 * month]);
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
