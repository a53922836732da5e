//! Counts that programs and sellers ask for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_store::{Conn, StoreError, licenses, sessions::shared, users};

use crate::{App, Service, ServiceError};

/// Counting reads whole tables. Counts are kept for so many times as long as they took, which leaves most of the
/// reader's time to others; those of a small application are always fresh.
const KEPT_FOR: u64 = 20;
/// Counts are never kept for longer, in milliseconds.
const KEPT_MAX_MS: u64 = 30_000;
/// Counting that took less, in milliseconds, is done anew each time.
const QUICK_MS: u64 = 50;
/// Names of users online that are told at most.
const ONLINE_MAX: i64 = 1000;

/// Counts of an application, as programs see them.
#[derive(Clone, Debug)]
pub struct AppStats {
    /// Users.
    pub users: i64,
    /// License keys.
    pub licenses: i64,
    /// Names that are signed in, each once, at most 1000.
    pub online: Vec<String>,
}

/// Counts of an application, as sellers see them.
#[derive(Clone, Copy, Debug)]
pub struct SellerStats {
    /// License keys by status.
    pub licenses: licenses::LicenseCounts,
}

/// Counts by application, with the millisecond until which they are kept.
pub(crate) type StatsCache = Mutex<HashMap<i64, (u64, Arc<AppStats>)>>;

impl Service {
    /// Counts users, users online and license keys; at most half a minute old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_stats(&self, app: &App) -> Result<Arc<AppStats>, ServiceError> {
        let (id, begun) = (app.id, self.clock.now_ms());
        {
            let kept = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((until, stats)) = kept.get(&id)
                && begun < *until
            {
                return Ok(stats.clone());
            }
        }
        let now = self.clock.now();
        let count = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>(AppStats {
                users: users::count(conn, id)?,
                licenses: licenses::counts(conn, id)?.total(),
                online: shared::online(conn, id, now, ONLINE_MAX)?,
            })
        };
        let stats = Arc::new(self.store.db().read(count).await?);
        let done = self.clock.now_ms();
        let took = done.saturating_sub(begun);
        let mut kept = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (until, _)| *until > done);
        if took > QUICK_MS {
            kept.insert(id, (done + (took * KEPT_FOR).min(KEPT_MAX_MS), stats.clone()));
        }
        Ok(stats)
    }

    /// Counts what a seller manages; always current.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_stats(&self, app: &App) -> Result<SellerStats, ServiceError> {
        let id = app.id;
        let licenses = self.store.db().read(move |conn| licenses::counts(conn, id)).await?;
        Ok(SellerStats { licenses })
    }
}
