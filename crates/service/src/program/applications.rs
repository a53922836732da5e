//! Which application a program belongs to.

use std::sync::Arc;

use claviger_store::{Conn, StoreError, apps, catalog};

use crate::{App, Service, ServiceError};

impl Service {
    /// The application that a program names; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_name(&self, owner_id: &str, name: &str) -> Result<Option<Arc<App>>, ServiceError> {
        if let Some(app) = self.catalog.by_name(owner_id, name) {
            return Ok(Some(app));
        }
        let (owner, wanted) = (owner_id.to_owned(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, apps::by_owner_id(conn, &owner, &wanted)?))
        };
        let (version, record) = self.store.db().read(find).await?;
        let Some(record) = record else { return Ok(None) };
        let app = Arc::new(App::open(&record, &self.vault)?.counted(&self.tallies));
        self.catalog.add_by_name(version, owner_id, name, app.clone());
        Ok(Some(app))
    }
}
