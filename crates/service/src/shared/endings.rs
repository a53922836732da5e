//! When subscriptions of applications end, as it was counted last: by each node for itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What was counted is kept for so many times as long as counting took, and at most for so long, in milliseconds.
const KEPT_FOR: u64 = 20;
const KEPT_MAX: u64 = 10 * 60_000;
/// Applications of which it is kept.
const APPS_MAX: usize = 500;

/// How many subscriptions end on which day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// Numbers of days since 1970, in UTC, each with how many end; those on which none does are missing.
    pub days: Arc<Vec<(i64, i64)>>,
    /// Unix second in which it was counted; `None`: not yet.
    pub counted: Option<i64>,
    /// Whether it is being counted anew.
    pub counting: bool,
}

#[derive(Default)]
struct Slot {
    kept: Endings,
    until: u64,
}

/// The counts by application.
#[derive(Default)]
pub(crate) struct EndingsCache(Mutex<HashMap<i64, Slot>>);

impl EndingsCache {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of an application.
    pub(crate) fn known(&self, app: i64) -> Endings {
        self.lock().get(&app).map_or_else(Endings::default, |slot| slot.kept.clone())
    }

    /// Whether it is to be counted anew at `now` (milliseconds): then whoever asked does it, and nobody else meanwhile.
    pub(crate) fn begin(&self, app: i64, now: u64) -> bool {
        let mut slots = self.lock();
        if slots.len() >= APPS_MAX && !slots.contains_key(&app) {
            slots.retain(|_, slot| slot.kept.counting);
        }
        let slot = slots.entry(app).or_default();
        let begins = !slot.kept.counting && now >= slot.until;
        slot.kept.counting |= begins;
        begins
    }

    /// Keeps what was counted, from `begun` until `now` (milliseconds); `None`: it failed.
    pub(crate) fn end(&self, app: i64, begun: u64, now: u64, days: Option<Vec<(i64, i64)>>) {
        let mut slots = self.lock();
        let Some(slot) = slots.get_mut(&app) else { return };
        slot.kept.counting = false;
        if let Some(days) = days {
            slot.kept.days = Arc::new(days);
            slot.kept.counted = Some((begun / 1000) as i64);
            slot.until = now + (now.saturating_sub(begun) * KEPT_FOR).min(KEPT_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_counts_and_it_is_kept_for_a_while() {
        let cache = EndingsCache::default();
        assert!(cache.begin(1, 1000));
        assert!(!cache.begin(1, 1000), "somebody counts already");
        assert!(cache.begin(2, 1000), "another application has its own");
        assert!(cache.known(1).counting);
        cache.end(1, 1000, 1100, Some(vec![(5, 6)]));
        assert_eq!(
            cache.known(1),
            Endings { days: Arc::new(vec![(5, 6)]), counted: Some(1), counting: false }
        );
        assert!(!cache.begin(1, 3099));
        assert!(cache.begin(1, 3100));
        cache.end(1, 3100, 3200, None);
        assert_eq!(cache.known(1).days.len(), 1, "what failed leaves what was known");
        assert!(cache.begin(1, 3200));
        cache.end(1, 3200, 1_000_000, Some(Vec::new()));
        assert!(!cache.begin(1, 1_599_999));
        assert!(cache.begin(1, 1_600_000), "never for more than ten minutes");
    }

    #[test]
    fn it_is_bounded() {
        let cache = EndingsCache::default();
        for app in 0..3000 {
            assert!(cache.begin(app, 1));
            cache.end(app, 1, 1, Some(Vec::new()));
        }
        assert!(cache.lock().len() <= APPS_MAX);
    }
}
