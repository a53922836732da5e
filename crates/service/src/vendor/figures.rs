//! How an application does: figures for lists and overviews.

use std::sync::Arc;

use claviger_store::{Conn, StoreError, licenses, sessions::shared, users};

use crate::{App, Service, ServiceError, shared::figures::Figures};

impl Service {
    /// How an application does; at most half a minute old, and current where counting is quick.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn figures(&self, app: &App) -> Result<Arc<Figures>, ServiceError> {
        let count = async |large| self.count_figures(app.id, large).await;
        self.figures.get_or_count(app.id, self.clock(), count).await
    }

    async fn count_figures(&self, app: i64, large: bool) -> Result<Figures, ServiceError> {
        let now = self.clock.now();
        let count = move |conn: &mut Conn<'_>| {
            let (sessions, signed_in) = shared::count_signed_in(conn, app, now)?;
            Ok::<_, StoreError>(Figures {
                sessions,
                signed_in,
                users: users::count(conn, app)?,
                licenses: licenses::counts(conn, app)?,
            })
        };
        self.count_of(app, large, count).await
    }
}
