//! Counts of applications, kept for a moment: a crowd that asks costs the database one count.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_domain::Clock;
use claviger_store::StoreError;

/// Counting reads whole tables. Counts are kept for so many times as long as they took, which leaves most of the
/// reader's time to others; those of a small application are always fresh.
const KEPT_FOR: u64 = 20;
/// Counts are never kept for longer, in milliseconds.
const KEPT_MAX_MS: u64 = 30_000;
/// Counting that took less, in milliseconds, is done anew each time.
const QUICK_MS: u64 = 250;

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

/// Counts by application. Whoever counts holds the application's lock, so that a crowd asks the database once.
pub(crate) struct StatsCache<T>(Mutex<HashMap<i64, Arc<tokio::sync::Mutex<Kept<T>>>>>);

impl<T> Default for StatsCache<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
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

impl<T> StatsCache<T> {
    /// The counts of an application; `count` makes them where those that are kept are too old.
    pub(crate) async fn get_or_count(
        &self,
        app: i64,
        clock: &dyn Clock,
        count: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        let asked = clock.now_ms();
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(app).or_default().clone()
        };
        let mut kept = slot.lock().await;
        if let Some(stats) = &kept.stats
            && (asked < kept.begun || asked < kept.until)
        {
            return Ok(stats.clone());
        }
        let begun = clock.now_ms();
        let stats = Arc::new(count.await?);
        let done = clock.now_ms();
        let took = done.saturating_sub(begun);
        let until = if took > QUICK_MS { done + (took * KEPT_FOR).min(KEPT_MAX_MS) } else { 0 };
        *kept = Kept { stats: Some(stats.clone()), begun, until };
        Ok(stats)
    }
}
