//! Looking through what programs wrote: page by page, and along with what is written.

use std::time::Duration;

use claviger_capacity::{Permit, Who};
use claviger_store::{
    Conn, StoreError,
    log_pages::{self, LineFilter, LinePage},
    logs::{self, Log},
};

use crate::{App, Service, ServiceError};

/// How long a page may take: a text that is nowhere is looked for in all lines.
const PATIENT: Duration = Duration::from_millis(180);

impl Service {
    /// A page of lines, the newest first, before a number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_page(
        &self,
        app: &App,
        filter: LineFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<LinePage, ServiceError> {
        // No line has it, and PostgreSQL takes no such text.
        if [&filter.user, &filter.pc, &filter.text].into_iter().any(|text| text.contains('\0')) {
            return Ok(LinePage { rows: Vec::new(), next: None, looked: None });
        }
        let (id, much) = (app.id, filter != LineFilter::default());
        let read = move |conn: &mut Conn<'_>| log_pages::page(conn, id, &filter, before, limit, PATIENT);
        self.count_of(app.id, much, read).await
    }

    /// The number of the line that was written last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_line(&self, app: &App) -> Result<i64, ServiceError> {
        let id = app.id;
        let read = move |conn: &mut Conn<'_>| conn.last_serial(id, "logs");
        Ok(self.store.db().read::<_, StoreError, _>(read).await?)
    }

    /// The lines after a number, at most `limit`, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lines_after(&self, app: &App, after: i64, limit: i64) -> Result<Vec<Log>, ServiceError> {
        let id = app.id;
        Ok(self.store.db().read(move |conn| logs::page(conn, id, after, limit)).await?)
    }

    /// A place among the files that are written at once, which whoever writes one keeps until its end.
    ///
    /// # Errors
    /// When none becomes free.
    pub async fn list_permit(&self, app: &App) -> Result<Permit, ServiceError> {
        Ok(self.lists.enter(Who::app(app.id)).await?)
    }
}
