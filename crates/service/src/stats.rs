//! Counts that programs and sellers ask for. They read whole tables, so they are kept for a moment.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_store::{Conn, StoreError, licenses, sessions::shared, users};

use crate::{App, Service, ServiceError};

/// Seconds that counts are kept.
const KEPT: i64 = 2;
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

/// Counts with the second they were taken, by application.
pub(crate) type StatsCache = Mutex<HashMap<i64, (i64, std::sync::Arc<AppStats>)>>;

impl Service {
    /// Counts users, users online and license keys; at most two seconds old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_stats(&self, app: &App) -> Result<std::sync::Arc<AppStats>, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        {
            let kept = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((taken, stats)) = kept.get(&id)
                && (now - KEPT..=now).contains(taken)
            {
                return Ok(stats.clone());
            }
        }
        let count = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>(AppStats {
                users: users::count(conn, id)?,
                licenses: licenses::counts(conn, id)?.total(),
                online: shared::online(conn, id, now, ONLINE_MAX)?,
            })
        };
        let stats = std::sync::Arc::new(self.store.db().read(count).await?);
        let mut kept = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (taken, _)| *taken + KEPT >= now);
        kept.insert(id, (now, stats.clone()));
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
