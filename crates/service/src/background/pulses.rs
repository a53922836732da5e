//! Looking for what is new in chats and logs that somebody reads along.

use std::{sync::Arc, time::Duration};

use claviger_store::{Conn, StoreError};

use crate::{Service, ServiceError};

/// Between two looks.
const EVERY: Duration = Duration::from_millis(500);

impl Service {
    /// Looks as long as somebody reads along.
    pub(super) async fn pulse_forever(self: Arc<Self>) {
        let mut failed = false;
        loop {
            if self.pulses.watched().is_empty() {
                self.pulses.begun.notified().await;
            }
            match self.pulse().await {
                Ok(()) => failed = false,
                Err(_) if failed => {}
                Err(error) => {
                    tracing::error!(%error, "what dashboards read along could not be read");
                    failed = true;
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Looks once at all that is read along, in one transaction.
    async fn pulse(&self) -> Result<(), ServiceError> {
        let watched = self.pulses.watched();
        let look = move |conn: &mut Conn<'_>| {
            let newest = watched.into_iter().map(|(app, topic)| {
                Ok::<_, StoreError>((app, topic, conn.last_serial(app, topic.series())?))
            });
            newest.collect::<Result<Vec<_>, _>>()
        };
        self.pulses.tell(self.store.db().read(look).await?);
        Ok(())
    }
}
