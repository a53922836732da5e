//! What programs wrote with `log`.

use claviger_store::logs::{self, Log};

use super::ManageError;
use crate::{App, Service};

impl Service {
    /// The newest lines, at most `limit`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_logs(&self, app: &App, limit: i64) -> Result<Vec<Log>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| logs::newest(conn, app, limit)).await?)
    }

    /// Lines after number `after`, at most `limit`, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logs_page(&self, app: i64, after: i64, limit: i64) -> Result<Vec<Log>, ManageError> {
        Ok(self.store.db().read(move |conn| logs::page(conn, app, after, limit)).await?)
    }

    /// Deletes all lines; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_logs(&self, app: &App) -> Result<u64, ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(logs::clear(conn, app)?)).await
    }
}
