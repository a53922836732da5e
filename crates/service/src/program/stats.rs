//! Counts that programs ask for.

use std::sync::Arc;

use claviger_store::{Conn, StoreError, licenses, sessions::shared, users};

use crate::{App, Service, ServiceError, shared::stats::AppStats};

/// Names of users online that are told at most.
const ONLINE_MAX: i64 = 1000;

impl Service {
    /// Counts users, users online and license keys; at most half a minute old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_stats(&self, app: &App) -> Result<Arc<AppStats>, ServiceError> {
        Ok(self.stats.get_or_count(app.id, self.clock(), self.count(app.id)).await?)
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
}
