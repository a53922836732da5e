//! Writing down what came of calls to webhooks.

use claviger_store::{
    Conn, StoreError, apps,
    webhook_events::{self, Room},
};

use crate::{Service, ServiceError};

impl Service {
    /// Writes down what came of the calls to webhooks that wait. To be called once more when the server stops.
    ///
    /// # Errors
    /// When the database fails; those that waited are lost then.
    pub async fn write_webhook_calls(&self) -> Result<(), ServiceError> {
        for (app, events) in self.webhook_calls.take() {
            let write = move |conn: &mut Conn<'_>| match apps::hold_settings(conn, app)? {
                Some(_) => webhook_events::add(conn, app, Room::Calls, &events).map(|_| ()),
                // Of an application that is deleted meanwhile nothing is left behind.
                None => Ok(()),
            };
            self.store.db().write::<_, StoreError, _>(write).await?;
        }
        Ok(())
    }
}
