//! Watching sessions begin, sign in and end.

use claviger_store::{Conn, StoreError, sessions::pages};

use crate::{
    App, Service, ServiceError,
    shared::{
        live::count_live,
        watching::{Look, SessionWatch, WATCHED},
    },
};

impl Service {
    /// Watches the newest sessions of an application: what begins, on whichever node, is told within half a second or so.
    /// Whoever reads sessions after this has returned misses none, but may be told what is known already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watch_sessions(&self, app: &App) -> Result<SessionWatch, ServiceError> {
        if let Some(watch) = self.watching.join(app.id) {
            return Ok(watch);
        }
        let (id, now) = (app.id, self.clock.now());
        let first = move |conn: &mut Conn<'_>| {
            let rows = pages::newest(conn, id, None, now, WATCHED as i64)?;
            Ok::<_, StoreError>(Look { rows, whole: true, live: Some(count_live(conn, id, now)?) })
        };
        let look = self.store.db().read(first).await?;
        Ok(self.watching.begin(id, &look))
    }
}
