//! Counts that programs ask for.

use std::sync::Arc;

use claviger_store::{
    Conn, StoreError, licenses,
    sessions::shared::{self, Online},
    users,
};

use crate::{App, Service, ServiceError, shared::stats::AppStats};

/// Names of users online that are told at most.
const ONLINE_MAX: i64 = 1000;
/// Leading characters of a name that are told.
const TOLD: usize = 10;

impl Service {
    /// Counts users, users online and license keys; at most half a minute old.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_stats(&self, app: &App) -> Result<Arc<AppStats>, ServiceError> {
        self.stats.get_or_count(app.id, self.clock(), async |large| self.count(app.id, large).await).await
    }

    async fn count(&self, app: i64, large: bool) -> Result<AppStats, ServiceError> {
        let now = self.clock.now();
        let count = move |conn: &mut Conn<'_>| {
            let (users, licenses) = (users::count(conn, app)?, licenses::counts(conn, app)?.total());
            Ok::<_, StoreError>((users, licenses, shared::online(conn, app, now, ONLINE_MAX)?))
        };
        let (users, licenses, online) = self.count_of(app, large, count).await?;
        let mut online: Vec<String> = online.iter().map(|user| self.shown(app, user)).collect();
        // Where a made-up name stands must not tell of the key.
        online.sort_unstable();
        Ok(AppStats { users, licenses, online })
    }

    fn shown(&self, app: i64, user: &Online) -> String {
        if user.by_license { self.made_up_name(app, user.user) } else { masked(&user.name) }
    }
}

/// A star for each byte after the first characters.
fn masked(name: &str) -> String {
    let told: String = name.chars().take(TOLD).collect();
    let stars = "*".repeat(name.len() - told.len());
    told + &stars
}
