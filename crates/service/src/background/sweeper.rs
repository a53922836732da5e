//! Removing dead sessions, in slices so small that they do not hold up the sessions being created; what has ended on
//! blacklists and whitelists, which was given an end by hand and is not much; and events of shops after a day; and
//! tries to sign in after three.

use std::{sync::Arc, time::Duration};

use claviger_domain::{AppSettings, SessionId};
use claviger_store::{Conn, StoreError, access, add_events, apps, panel::sign_ins, sessions::shared};

use crate::{
    Service, ServiceError, customers::CUSTOMER_IDLE, error::log_work, shared::limits::EVENT_SECONDS,
};

/// Rows removed in one transaction. Measured: with 200 the slowest inits stay within 1.5 times, with 2000 they do not.
const SLICE: i64 = 200;
/// Between two slices.
const BREATH: Duration = Duration::from_millis(4);
/// Between two rounds that found nothing.
const PAUSE: Duration = Duration::from_secs(5);

impl Service {
    pub(super) async fn sweep_forever(self: Arc<Self>) {
        loop {
            match self.sweep().await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "removed dead sessions"),
                Err(error) => log_work(error, "removing dead sessions failed"),
            }
            if let Err(error) = self.remove_ended().await {
                log_work(error, "removing ended entries of blacklists and whitelists failed");
            }
            if let Err(error) = self.forget_events().await {
                log_work(error, "removing old events of shops failed");
            }
            if let Err(error) = self.forget_customers().await {
                log_work(error, "removing ended sign-ins to panels failed");
            }
            if let Err(error) = self.forget_tries().await {
                log_work(error, "removing old tries to sign in failed");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Removes the entries of blacklists and whitelists that have ended.
    async fn remove_ended(&self) -> Result<(), ServiceError> {
        let now = self.clock.now();
        if self.store.db().read(move |conn| access::has_ended(conn, now)).await? {
            self.store.db().write(move |conn| access::remove_ended(conn, now)).await?;
        }
        Ok(())
    }

    /// Removes sign-ins to customers' panels that have ended.
    async fn forget_customers(&self) -> Result<(), ServiceError> {
        let seen = self.clock.now() - CUSTOMER_IDLE;
        while self.store.db().read(move |conn| sign_ins::any_dead(conn, seen)).await? {
            self.store.db().write(move |conn| sign_ins::delete_dead(conn, seen, SLICE)).await?;
            tokio::time::sleep(BREATH).await;
        }
        Ok(())
    }

    /// Forgets the events of shops that are older than a day; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_events(&self) -> Result<u64, ServiceError> {
        let since = self.clock.now() - EVENT_SECONDS;
        let mut forgotten = 0;
        while self.store.db().read(move |conn| add_events::any_before(conn, since)).await? {
            forgotten += self.store.db().write(move |conn| add_events::forget(conn, since, SLICE)).await?;
            tokio::time::sleep(BREATH).await;
        }
        Ok(forgotten)
    }

    /// Goes once over all applications; returns how many dead sessions it removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<u64, ServiceError> {
        let (mut rows, mut app) = (0, 0);
        while let Some(next) = self.store.db().read(move |conn| shared::next_app(conn, app)).await? {
            app = next;
            loop {
                let removed = self.sweep_slice(app).await?;
                if removed == 0 {
                    break;
                }
                rows += removed;
                tokio::time::sleep(BREATH).await;
            }
        }
        Ok(rows)
    }

    async fn sweep_slice(&self, app: i64) -> Result<u64, ServiceError> {
        let now_ms = self.clock.now_ms();
        let now = (now_ms / 1000) as i64;
        // Searching needs no lock, so it is done on a reader.
        let find = move |conn: &mut Conn<'_>| {
            let settings = apps::settings(conn, app)?;
            let life = settings.map_or(0, |text| {
                serde_json::from_str::<AppSettings>(&text).map_or(0, |settings| settings.session_seconds)
            });
            let before = SessionId::lower_bound(now_ms.saturating_sub(life.max(0) as u64 * 1000));
            shared::find_dead(conn, app, &before, now, SLICE)
        };
        let Some(run) = self.store.db().read::<_, StoreError, _>(find).await? else { return Ok(0) };
        Ok(self.store.db().write(move |conn| shared::remove_dead(conn, &run)).await?)
    }
}
