//! The audit log: who changed what. And the seller log: what sellers asked.

use std::time::Duration;

use claviger_domain::in_one_line;
use claviger_store::{Conn, StoreError, audit, seller_log};
pub use claviger_store::{
    audit::{Entry as AuditEntry, LogFilter, Logged},
    seller_log::SellerRequest,
};

use crate::{App, Service, ServiceError};

/// How long a look through the audit log may take.
const PATIENT: Duration = Duration::from_millis(180);
/// What the audit log calls whoever used the command line begins with; nobody's name does.
pub const COMMAND_LINE: &str = "cli:";

/// A request of a seller, and what it changed.
pub type RequestAndChange = (Logged<SellerRequest>, Option<Logged<AuditEntry>>);

impl Service {
    /// Keeps a change in the audit log of an application; returns its number once that is on disk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_audit(&self, app: &App, entry: AuditEntry) -> Result<i64, ServiceError> {
        let (id, now, kept) = (app.id, self.clock.now(), app.settings.audit_kept);
        let write = move |conn: &mut Conn<'_>| audit::insert(conn, id, &entry, now, kept);
        Ok(self.store.db().write::<_, StoreError, _>(write).await?)
    }

    /// The newest changes that a filter wants, at most `limit`, newest first. The number of the last is where the next
    /// page begins ([`LogFilter::before`]).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(
        &self,
        app: &App,
        filter: LogFilter,
        limit: i64,
    ) -> Result<Vec<Logged<AuditEntry>>, ServiceError> {
        let (app, filter) = (app.id, fit(filter));
        Ok(self.store.db().read(move |conn| audit::page(conn, app, &filter, limit)).await?)
    }

    /// As [`Service::audit`], for a fifth of a second at most; the number before which to go on, where that was too short.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_through_audit(
        &self,
        app: &App,
        filter: LogFilter,
        limit: usize,
    ) -> Result<(Vec<Logged<AuditEntry>>, Option<i64>), ServiceError> {
        let (id, filter) = (app.id, fit(filter));
        let much = LogFilter { before: None, ..filter.clone() } != LogFilter::default();
        let look = move |conn: &mut Conn<'_>| audit::look(conn, id, &filter, limit, PATIENT);
        self.count_of(app.id, much, look).await
    }

    /// Keeps a request in the seller log of an application; returns once that is on disk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_seller_request(&self, app: &App, request: SellerRequest) -> Result<(), ServiceError> {
        let (id, now, kept) = (app.id, self.clock.now(), app.settings.seller_logs_kept);
        let write = move |conn: &mut Conn<'_>| seller_log::insert(conn, id, &request, now, kept);
        Ok(self.store.db().write::<_, StoreError, _>(write).await?)
    }

    /// A request of a seller by number, and the change that it made; `None`: it is not kept (any more).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_request(&self, app: &App, id: i64) -> Result<Option<RequestAndChange>, ServiceError> {
        let app = app.id;
        let read = move |conn: &mut Conn<'_>| {
            let Some(request) = seller_log::by_id(conn, app, id)? else { return Ok(None) };
            let change = match request.entry.audit {
                Some(change) => audit::by_id(conn, app, change)?,
                None => None,
            };
            Ok::<_, StoreError>(Some((request, change)))
        };
        Ok(self.store.db().read(read).await?)
    }

    /// The newest requests of sellers that a filter wants, at most `limit`, newest first. The number of the last is
    /// where the next page begins ([`LogFilter::before`]).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_log(
        &self,
        app: &App,
        filter: LogFilter,
        limit: i64,
    ) -> Result<Vec<Logged<SellerRequest>>, ServiceError> {
        let (app, filter) = (app.id, fit(filter));
        Ok(self.store.db().read(move |conn| seller_log::page(conn, app, &filter, limit)).await?)
    }
}

/// A filter without what no entry holds, and one of the databases refuses.
fn fit(filter: LogFilter) -> LogFilter {
    let line = |text: String| in_one_line(text.trim()).into_owned();
    LogFilter {
        key: line(filter.key),
        kind: line(filter.kind),
        text: line(filter.text),
        target: line(filter.target),
        ..filter
    }
}
