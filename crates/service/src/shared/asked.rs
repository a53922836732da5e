//! How often the same was asked within an hour. Held in memory, by each node for itself.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Seconds from the first time until all is forgotten.
const PER: i64 = 3600;
/// Entries at most; what does not fit is not counted.
const ENTRIES_MAX: usize = 100_000;

/// Counts what was asked.
pub(crate) struct Asked<K> {
    /// So often the same may be asked within an hour.
    free: u32,
    counts: Mutex<HashMap<K, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    since: i64,
    times: u32,
}

impl Count {
    /// Also over once the clock was put back behind its beginning.
    fn is_over(&self, now: i64) -> bool {
        !(self.since..self.since.saturating_add(PER)).contains(&now)
    }
}

impl<K: Hash + Eq> Asked<K> {
    pub(crate) fn new(free: u32) -> Self {
        Self { free, counts: Mutex::default() }
    }

    /// Counts once more, at a Unix second; `false` when it was asked as often as it may be. That does not count.
    pub(crate) fn take(&self, key: K, now: i64) -> bool {
        let mut counts = self.lock();
        if counts.len() >= ENTRIES_MAX && !counts.contains_key(&key) {
            counts.retain(|_, count| !count.is_over(now));
            if counts.len() >= ENTRIES_MAX {
                return true;
            }
        }
        let count = counts.entry(key).or_insert(Count { since: now, times: 0 });
        if count.is_over(now) {
            *count = Count { since: now, times: 0 };
        }
        let free = count.times < self.free;
        count.times += u32::from(free);
        free
    }

    /// Whether it may be asked once more; does not count.
    pub(crate) fn is_free<Q: Hash + Eq + ?Sized>(&self, key: &Q, now: i64) -> bool
    where
        K: Borrow<Q>,
    {
        self.lock().get(key).is_none_or(|count| count.is_over(now) || count.times < self.free)
    }

    /// Drops what is over; call it now and then.
    pub(crate) fn forget(&self, now: i64) {
        self.lock().retain(|_, count| !count.is_over(now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_often_an_hour() {
        let asked = Asked::new(2);
        let taken = [0, 1, 2, 3599, 3600, 3601, 3602].map(|now| asked.take("a", now));
        assert_eq!(taken, [true, true, false, false, true, true, false]);
        assert!(asked.take("b", 2) && asked.is_free("b", 3) && !asked.is_free("a", 3603));
    }

    #[test]
    fn a_clock_put_back_locks_nobody_out() {
        let asked = Asked::new(1);
        assert!(asked.take("a", 1_000_000) && !asked.take("a", 1_000_001));
        assert!(asked.take("a", 5) && !asked.take("a", 6));
        asked.forget(3605);
        assert!(asked.lock().is_empty());
    }

    #[test]
    fn is_bounded() {
        let asked = Asked::new(1);
        for n in 0..ENTRIES_MAX + 10 {
            assert!(asked.take(n, 0));
        }
        assert_eq!(asked.lock().len(), ENTRIES_MAX);
        assert!(!asked.take(0, 1));
        assert!(asked.take(ENTRIES_MAX + 1, PER) && asked.lock().len() == 1);
    }
}
