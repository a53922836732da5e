//! Messages on their way to applications' webhooks, sent in the background. They wait in the database until they have
//! arrived or were tried often enough; any node may send them.

use std::{sync::Arc, time::Duration};

use claviger_outgoing::{Call, Redirects};
use claviger_store::deliveries::{self, Delivery};
use futures_util::{StreamExt, stream};

use crate::{Service, ServiceError};

/// Seconds until the next try, by the number of tries before it; after the last one the message is given up.
const RETRY_AFTER: [i64; 6] = [5, 30, 120, 600, 3600, 21_600];
/// A message that is being sent is left alone by others for so many seconds.
const LEASE: i64 = 60;
/// Sent at the same time.
const AT_ONCE: usize = 16;
/// Looked at in one round.
const ROUND: i64 = 100;
/// Between two looks at the waiting messages, when nobody announced one.
const PAUSE: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read; none of them matters.
const ANSWER_MAX: usize = 64 * 1024;
const USER_AGENT: &str = "Claviger";

impl Service {
    /// Sends waiting messages until the task is dropped.
    pub(crate) async fn deliver_forever(self: Arc<Self>) {
        loop {
            match self.deliver_round().await {
                Ok(0) => {
                    let _ = tokio::time::timeout(PAUSE, self.deliver.notified()).await;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "waiting messages to webhooks cannot be read");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Tries to send what is due; returns how many messages that were.
    async fn deliver_round(&self) -> Result<usize, ServiceError> {
        let now = self.clock.now();
        let due = self.store.db().read(move |conn| deliveries::due(conn, now, ROUND)).await?;
        let count = due.len();
        let sent = stream::iter(due).map(|delivery| self.deliver(delivery)).buffer_unordered(AT_ONCE);
        let outcomes: Vec<_> = sent.collect().await;
        outcomes.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(count)
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), ServiceError> {
        let (claimed, lease) = (delivery.clone(), self.clock.now() + LEASE);
        if !self.store.db().write(move |conn| deliveries::claim(conn, &claimed, lease)).await? {
            return Ok(());
        }
        let Err(reason) = self.send(&delivery).await else {
            return Ok(self.store.db().write(move |conn| deliveries::delete(conn, delivery.id)).await?);
        };
        let (id, app, tries) = (delivery.id, delivery.app, delivery.attempts + 1);
        let wait = usize::try_from(delivery.attempts).ok().and_then(|tries| RETRY_AFTER.get(tries));
        let Some(wait) = wait else {
            tracing::warn!(app, tries, %reason, "a message to the application's webhook was given up");
            return Ok(self.store.db().write(move |conn| deliveries::delete(conn, id)).await?);
        };
        tracing::info!(app, tries, %reason, seconds = wait, "the application's webhook is tried again");
        let due = self.clock.now() + wait;
        Ok(self.store.db().write(move |conn| deliveries::put_off(conn, id, due)).await?)
    }

    async fn send(&self, delivery: &Delivery) -> Result<(), String> {
        let call = Call {
            url: &delivery.url,
            body: Some(delivery.body.clone().into_bytes()),
            content_type: Some("application/json"),
            user_agent: USER_AGENT,
            max_bytes: ANSWER_MAX,
            timeout: TIMEOUT,
            redirects: Redirects::None,
            headers: &[],
        };
        let answer = self.outgoing.call(call).await.map_err(|error| error.to_string())?;
        match answer.status {
            200..=299 => Ok(()),
            status => Err(format!("it answered with status {status}")),
        }
    }
}
