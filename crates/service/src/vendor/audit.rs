//! The audit log: who changed what. And the seller log: what sellers asked.

pub use claviger_store::audit::Entry as AuditEntry;
use claviger_store::{
    StoreError,
    audit::{self, SellerRequest},
};

use crate::{App, Service, ServiceError};

impl Service {
    /// Keeps a change in the audit log of an application; returns once that is on disk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_audit(&self, app: &App, entry: AuditEntry) -> Result<(), ServiceError> {
        let (id, now, kept) = (app.id, self.clock.now(), app.settings.audit_kept);
        let write = move |conn: &mut claviger_store::Conn<'_>| audit::insert(conn, id, &entry, now, kept);
        Ok(self.store.db().write::<_, StoreError, _>(write).await?)
    }

    /// The newest changes with their Unix seconds, at most `limit`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, app: &App, limit: i64) -> Result<Vec<(i64, AuditEntry)>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| audit::newest(conn, app, limit)).await?)
    }

    /// Keeps a request in the seller log of an application; returns once that is on disk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_seller_request(
        &self,
        app: &App,
        ip: String,
        url: String,
    ) -> Result<(), ServiceError> {
        let (id, now, kept) = (app.id, self.clock.now(), app.settings.seller_logs_kept);
        let request = SellerRequest { ip, url };
        let write =
            move |conn: &mut claviger_store::Conn<'_>| audit::insert_request(conn, id, &request, now, kept);
        Ok(self.store.db().write::<_, StoreError, _>(write).await?)
    }

    /// The newest requests of sellers with their Unix seconds, at most `limit`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_log(&self, app: &App, limit: i64) -> Result<Vec<(i64, SellerRequest)>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| audit::newest_requests(conn, app, limit)).await?)
    }
}
