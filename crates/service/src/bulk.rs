//! Changes of all users or licenses of an application, in slices; see [`claviger_store::bulk`].

use std::{sync::Arc, time::Duration};

use claviger_store::{
    Conn, StoreError,
    bulk::{self, Change},
};
use tokio::time::Instant;

use crate::{Service, ServiceError};

/// Rows of the first slice, which is done along with the decision: what has no more is changed at once.
pub(crate) const FIRST_SLICE: i64 = 2000;
/// Rows of the others, so few that they do not hold up the sessions being created.
const SLICE: i64 = 500;
/// Between two slices.
const BREATH: Duration = Duration::from_millis(2);
/// How long a caller waits for the last slice. What is left then is done in the background.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often jobs are looked for that nobody works on: those of callers who waited long enough, and of a server that
/// went down.
const LOOK: Duration = Duration::from_secs(2);

impl Service {
    /// Decides a change and carries it out. Once it returns, the change is on disk, or will be finished even if the
    /// server goes down.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn change_all(&self, app: i64, change: Change) -> Result<(), StoreError> {
        let now = self.clock.now();
        let begin = move |conn: &mut Conn<'_>| bulk::begin(conn, app, &change, now, FIRST_SLICE);
        let job = self.store.db().write(begin).await?;
        self.carry_out(app, job).await
    }

    /// Carries out what is left of a change that [`bulk::begin`] began.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn carry_out(&self, app: i64, job: Option<i64>) -> Result<(), StoreError> {
        let Some(job) = job else { return Ok(()) };
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            tokio::time::sleep(BREATH).await;
            if let Err(error) = self.bulk_slice(app).await {
                // It is decided and will be done: nothing that the caller could do better.
                tracing::warn!(%error, app, job, "a slice of a change of very many rows failed; it is tried again");
                return Ok(());
            }
            if !self.store.db().read(move |conn| bulk::is_pending(conn, app, job)).await? {
                return Ok(());
            }
        }
        tracing::info!(app, job, "a change of very many rows goes on in the background");
        Ok(())
    }

    async fn bulk_slice(&self, app: i64) -> Result<bool, StoreError> {
        self.store.db().write(move |conn: &mut Conn<'_>| bulk::step(conn, app, SLICE)).await
    }

    /// Finishes jobs that nobody works on, until the task is dropped.
    pub(crate) async fn finish_jobs_forever(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = self.finish_jobs().await {
                tracing::error!(%error, "a change of very many rows is not finished; trying again");
            }
        }
    }

    /// Finishes all jobs there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_jobs(&self) -> Result<(), ServiceError> {
        for app in self.store.db().read(bulk::apps).await? {
            while self.bulk_slice(app).await? {
                tokio::time::sleep(BREATH).await;
            }
        }
        Ok(())
    }
}
