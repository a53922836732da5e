//! Changes of all users of an application.

use claviger_store::{
    Conn,
    bulk::{self, Change},
    users,
};

use super::super::ManageError;
use crate::{App, Service};

impl Service {
    /// Deletes all users with all that hangs on them; their sessions end. `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_users(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, None, Change::DeleteUsers).await
    }

    /// Deletes users none of whose subscriptions runs or is paused. `false` when there were none of these.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired_users(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, Some(self.clock.now()), Change::DeleteExpiredUsers).await
    }

    /// Forgets the devices of all users; their sessions end. `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_all_hwids(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, None, Change::ResetUsers).await
    }

    async fn change_users(
        &self,
        app: i64,
        expired_at: Option<i64>,
        change: Change,
    ) -> Result<bool, ManageError> {
        let any = move |conn: &mut Conn<'_>| {
            let awaited = expired_at.is_some() && bulk::any_pending(conn, app)?;
            Ok::<_, ManageError>(awaited || users::any(conn, app, expired_at)?)
        };
        if !self.store.db().read(any).await? {
            return Ok(false);
        }
        self.change_all(app, change).await?;
        Ok(true)
    }
}
