//! Counts that programs and sellers ask for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_domain::AccountRole;
use claviger_store::{
    Conn, StoreError, accounts, files, licenses, sessions::shared, users, variables, webhooks,
};

use crate::{App, Service, ServiceError};

/// Counting reads whole tables. Counts are kept for so many times as long as they took, which leaves most of the
/// reader's time to others; those of a small application are always fresh.
const KEPT_FOR: u64 = 20;
/// Counts are never kept for longer, in milliseconds.
const KEPT_MAX_MS: u64 = 30_000;
/// Counting that took less, in milliseconds, is done anew each time.
const QUICK_MS: u64 = 250;
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

/// Counts by application. Whoever counts holds the application's lock, so that a crowd asks the database once.
pub(crate) type StatsCache = Mutex<HashMap<i64, Arc<tokio::sync::Mutex<Kept>>>>;

/// The latest counts of an application; times in milliseconds since 1970.
#[derive(Default)]
pub(crate) struct Kept {
    stats: Option<Arc<AppStats>>,
    /// When counting began.
    begun: u64,
    /// Until when these counts are told.
    until: u64,
}

impl Service {
    /// Counts users, users online and license keys; at most half a minute old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_stats(&self, app: &App) -> Result<Arc<AppStats>, ServiceError> {
        let asked = self.clock.now_ms();
        let slot = {
            let mut slots = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(app.id).or_default().clone()
        };
        let mut kept = slot.lock().await;
        if let Some(stats) = &kept.stats
            && (asked < kept.begun || asked < kept.until)
        {
            return Ok(stats.clone());
        }
        let begun = self.clock.now_ms();
        let stats = Arc::new(self.count(app.id).await?);
        let done = self.clock.now_ms();
        let took = done.saturating_sub(begun);
        let until = if took > QUICK_MS { done + (took * KEPT_FOR).min(KEPT_MAX_MS) } else { 0 };
        *kept = Kept { stats: Some(stats.clone()), begun, until };
        Ok(stats)
    }

    async fn count(&self, app: i64) -> Result<AppStats, StoreError> {
        let now = self.clock.now();
        let count = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>(AppStats {
                users: users::count(conn, app)?,
                licenses: licenses::counts(conn, app)?.total(),
                online: shared::online(conn, app, now, ONLINE_MAX)?,
            })
        };
        self.store.db().read(count).await
    }

    /// Counts what a seller manages; always current.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_stats(&self, app: &App) -> Result<SellerStats, ServiceError> {
        let id = app.id;
        let count = move |conn: &mut Conn<'_>| {
            let team = accounts::all(conn, id)?;
            let of_role = |role| team.iter().filter(|account| account.role == role).count() as i64;
            Ok::<_, StoreError>(SellerStats {
                licenses: licenses::counts(conn, id)?,
                webhooks: webhooks::count(conn, id)?,
                files: files::count(conn, id)?,
                variables: variables::count(conn, id)?,
                resellers: of_role(AccountRole::Reseller),
                managers: of_role(AccountRole::Manager),
            })
        };
        Ok(self.store.db().read(count).await?)
    }
}
