//! Which application a seller key is for.

use std::sync::Arc;

use claviger_store::{Conn, StoreError, apps, catalog};

use crate::{App, Service, ServiceError, shared::vault::sha256};

impl Service {
    /// The application that a seller key is for; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_seller_key(&self, key: &str) -> Result<Option<Arc<App>>, ServiceError> {
        let hash = sha256(key);
        let now = self.clock.now();
        if let Some(app) = self.catalog.by_seller_key(&hash, now) {
            return Ok(Some(app));
        }
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, apps::by_seller_key(conn, &hash, now)?))
        };
        let (version, found) = self.store.db().read(find).await?;
        let Some((record, expires)) = found else { return Ok(None) };
        let app = Arc::new(App::open(&record, &self.vault)?.counted(&self.tallies));
        self.catalog.add_by_seller_key(version, hash, app.clone(), expires);
        Ok(Some(app))
    }
}
