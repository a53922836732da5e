//! Counts of applications, kept for a moment: a crowd that asks costs the database one count.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_domain::Clock;
use claviger_store::licenses::LicenseCounts;

/// Counting reads whole tables. Counts are kept for so many times as long as they took, which leaves most of the
/// reader's time to others; those of a small application are always fresh.
const KEPT_FOR: u64 = 20;
/// Counts are never kept for longer, in milliseconds.
const KEPT_MAX_MS: u64 = 30_000;
/// Those of many rows are kept for so long at least.
const LARGE_KEPT_MS: u64 = 1000;
/// So many rows are many: they are counted where nobody waits for it, and not for each who asks.
pub(crate) const LARGE: i64 = 5000;
/// Counting that took less, in milliseconds, is done anew each time programs ask.
pub(crate) const QUICK_FOR_PROGRAMS: u64 = 250;
/// The same for people, whose pages ask more often than anybody needs.
pub(crate) const QUICK_FOR_PEOPLE: u64 = 20;

/// What was counted of an application.
pub(crate) trait Counts {
    /// Whether counting it anew reads many rows.
    fn is_large(&self) -> bool;
}

/// Counts of an application, as programs see them.
#[derive(Clone, Debug)]
pub struct AppStats {
    /// Users.
    pub users: i64,
    /// License keys.
    pub licenses: i64,
    /// Who is signed in, each once, at most 1000, by names that anybody may see, in the order of the alphabet.
    pub online: Vec<String>,
}

impl Counts for AppStats {
    fn is_large(&self) -> bool {
        self.users + self.licenses >= LARGE
    }
}

/// Counts of an application, as sellers see them.
#[derive(Clone, Copy, Debug)]
pub struct SellerStats {
    /// License keys by status.
    pub licenses: LicenseCounts,
    /// Webhooks.
    pub webhooks: i64,
    /// Files.
    pub files: i64,
    /// Variables of the application.
    pub variables: i64,
    /// Accounts of resellers.
    pub resellers: i64,
    /// Accounts of managers.
    pub managers: i64,
}

impl Counts for SellerStats {
    fn is_large(&self) -> bool {
        self.licenses.total() >= LARGE
    }
}

/// Counts by application. Whoever counts holds the application's lock, so that a crowd asks the database once.
pub(crate) struct StatsCache<T> {
    quick: u64,
    slots: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<Kept<T>>>>>,
}

/// The latest counts of an application; times in milliseconds since 1970.
struct Kept<T> {
    stats: Option<Arc<T>>,
    /// When counting began.
    begun: u64,
    /// Until when these counts are told.
    until: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { stats: None, begun: 0, until: 0 }
    }
}

impl<T: Counts> StatsCache<T> {
    /// Keeps counts that took at least `quick` milliseconds.
    pub(crate) fn new(quick: u64) -> Self {
        Self { quick, slots: Mutex::default() }
    }

    /// The counts of an application that are kept and not too old, unless somebody counts.
    pub(crate) fn at_hand(&self, app: i64, clock: &dyn Clock) -> Option<Arc<T>> {
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).get(&app)?.clone();
        let kept = slot.try_lock().ok()?;
        kept.stats.clone().filter(|_| clock.now_ms() < kept.until)
    }

    /// The counts of an application; `count` makes them where those that are kept are too old. It is told whether that
    /// read many rows the last time.
    pub(crate) async fn get_or_count<E>(
        &self,
        app: i64,
        clock: &dyn Clock,
        count: impl AsyncFnOnce(bool) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let asked = clock.now_ms();
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(app).or_default().clone()
        };
        let mut kept = slot.lock().await;
        if let Some(stats) = &kept.stats
            && (asked < kept.begun || asked < kept.until)
        {
            return Ok(stats.clone());
        }
        let begun = clock.now_ms();
        let large = kept.stats.as_ref().is_some_and(|stats| stats.is_large());
        let stats = Arc::new(count(large).await?);
        let done = clock.now_ms();
        let took = done.saturating_sub(begun);
        let (large, kept_for) = (stats.is_large(), (took * KEPT_FOR).min(KEPT_MAX_MS));
        let until = match took > self.quick || large {
            true => done + if large { kept_for.max(LARGE_KEPT_MS) } else { kept_for },
            false => 0,
        };
        *kept = Kept { stats: Some(stats.clone()), begun, until };
        Ok(stats)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Watch(AtomicU64);

    impl Clock for Watch {
        fn now_ms(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    impl Counts for u64 {
        fn is_large(&self) -> bool {
            *self < 100 && *self % 2 == 1
        }
    }

    #[tokio::test]
    async fn what_reads_many_rows_is_counted_apart_and_kept() {
        let (cache, watch) = (StatsCache::<u64>::new(20), Watch(AtomicU64::new(1000)));
        // Odd ones are large.
        let count = async |told| {
            let mut counted = None;
            let counting = async |large| {
                counted = Some(large);
                Ok::<_, ()>(told)
            };
            (*cache.get_or_count(1, &watch, counting).await.unwrap(), counted)
        };
        assert_eq!([count(2).await, count(3).await], [(2, Some(false)), (3, Some(false))]);
        assert_eq!(count(5).await, (3, None));
        watch.0.fetch_add(999, Ordering::Relaxed);
        assert_eq!(count(5).await, (3, None));
        assert_eq!(cache.at_hand(1, &watch).as_deref(), Some(&3));
        assert!(cache.at_hand(2, &watch).is_none());
        watch.0.fetch_add(1, Ordering::Relaxed);
        assert!(cache.at_hand(1, &watch).is_none());
        assert_eq!([count(6).await, count(8).await], [(6, Some(true)), (8, Some(false))]);
    }

    #[tokio::test]
    async fn a_crowd_costs_two_counts() {
        let (cache, watch) = (StatsCache::<u64>::new(20), Watch(AtomicU64::new(1000)));
        let counted = AtomicU64::new(0);
        let ask = || {
            cache.get_or_count(1, &watch, async |_| {
                // All others come while this one counts.
                tokio::task::yield_now().await;
                watch.0.fetch_add(1, Ordering::Relaxed);
                Ok::<_, ()>(counted.fetch_add(1, Ordering::Relaxed))
            })
        };
        let told = futures_util::future::join_all((0..50).map(|_| ask())).await;
        // Who asked in the millisecond in which counting began may know of something later: one more count is for all of them.
        assert!(told.iter().skip(1).all(|told| **told.as_ref().unwrap() == 1), "{told:?}");
        assert_eq!(counted.into_inner(), 2);
    }

    #[tokio::test]
    async fn what_takes_long_to_count_is_kept() {
        let (cache, watch) = (StatsCache::<u64>::new(20), Watch(AtomicU64::new(1000)));
        // What is told is when it was counted.
        let count = async |app, took| {
            let counting = async |_| {
                watch.0.fetch_add(took, Ordering::Relaxed);
                Ok::<_, ()>(watch.now_ms())
            };
            *cache.get_or_count(app, &watch, counting).await.unwrap()
        };
        assert_eq!([count(1, 20).await, count(1, 20).await], [1020, 1040], "quick ones are always fresh");
        assert_eq!(count(1, 100).await, 1140);
        watch.0.fetch_add(1999, Ordering::Relaxed);
        assert_eq!(count(1, 100).await, 1140, "kept for twenty times as long");
        assert_eq!(count(2, 1).await, 3140, "another application has its own");
        assert_eq!(count(1, 5000).await, 8140);
        watch.0.fetch_add(29_999, Ordering::Relaxed);
        assert_eq!(count(1, 1).await, 8140);
        watch.0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(count(1, 1).await, 38_141, "and never for longer than half a minute");
    }
}
