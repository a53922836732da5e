//! Changes of all users or licenses of an application, in slices; see [`claviger_store::bulk`].

use std::{collections::HashMap, ops::RangeInclusive, sync::Arc, time::Duration};

use claviger_capacity::Who;
use claviger_store::{
    Conn, StoreError,
    bulk::{self, Begun, Change, Decision},
};
use tokio::time::Instant;

use crate::{
    Service, ServiceError,
    error::log_work,
    shared::{by::by, pauses::app_paused},
};

/// Rows of the first slice, which is done along with the decision: what has no more is changed at once.
pub(crate) const FIRST_SLICE: i64 = 2000;
/// Rows of the second slice. The next ones have as many as fit [`SLICE_WITHIN`].
const SLICE: i64 = 100;
/// Fewest and most rows of a slice.
const SLICE_ROWS: RangeInclusive<i64> = 10..=2000;
/// How long a slice may keep others from writing, so short that it does not hold up the sessions being created.
/// Deleting a user takes many times as long as prolonging a subscription.
const SLICE_WITHIN: Duration = Duration::from_millis(4);
/// The same where only those wait who change the very rows, and each statement is a way to the database and back.
const SLICE_WITHIN_APART: Duration = Duration::from_millis(25);
/// Between two slices.
const BREATH: Duration = Duration::from_millis(2);
/// How long a caller waits for the last slice. What is left then is done in the background.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often jobs are looked for that nobody works on: those of callers who waited long enough, and of a server that
/// went down.
const LOOK: Duration = Duration::from_secs(2);

/// How many rows the next slice has.
struct Slice {
    rows: i64,
}

impl Default for Slice {
    fn default() -> Self {
        Self { rows: SLICE }
    }
}

impl Slice {
    /// Takes as many rows as would have fitted, at most twice as many as before.
    fn adapt(&mut self, took: Duration, within: Duration) {
        let fitting = self.rows as f64 * within.as_secs_f64() / took.as_secs_f64().max(1e-6);
        let rows = fitting.min(2.0 * self.rows as f64) as i64;
        self.rows = rows.clamp(*SLICE_ROWS.start(), *SLICE_ROWS.end());
    }
}

impl Service {
    /// Decides a change and carries it out, one of an application after the other. Once it returns, the change is on disk,
    /// or will be finished even if the server goes down.
    ///
    /// # Errors
    /// When the database fails, or too many changes of the application wait.
    pub(crate) async fn change_all(&self, app: i64, change: Change) -> Result<(), ServiceError> {
        self.change_all_as(app, |_| Ok(change)).await
    }

    /// As [`Service::change_all`], for a change that hangs on whether the application is paused.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn change_all_by(
        &self,
        app: i64,
        change: impl FnOnce(bool) -> Change + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.change_all_as(app, move |conn| Ok(change(app_paused(conn, app)?))).await
    }

    async fn change_all_as(
        &self,
        app: i64,
        decide: impl FnOnce(&mut Conn<'_>) -> Result<Change, StoreError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        let _turn = self.bulk.enter(Who::app(app)).await?;
        let (now, by) = (self.clock.now(), by());
        let begin = move |conn: &mut Conn<'_>| {
            let change = decide(conn)?;
            let decision = Decision { change: &change, by: &by, total: None, now };
            Ok::<_, StoreError>(bulk::decide(conn, app, decision, FIRST_SLICE)?.job)
        };
        let job = self.store.db().write(begin).await?;
        Ok(self.carry_out(app, job).await?)
    }

    /// Decides a change and does a first slice of `rows` rows. What is left is done in the background: the caller need not
    /// wait, and can tell where the job is watched. `total`: how many rows it looks at, where that is known.
    ///
    /// # Errors
    /// When the database fails, or too many changes of the application wait.
    pub(crate) async fn begin_change(
        &self,
        app: i64,
        change: impl FnOnce(&mut Conn<'_>) -> Result<Change, StoreError> + Send + 'static,
        total: Option<i64>,
        rows: i64,
    ) -> Result<Begun, ServiceError> {
        let _turn = self.bulk.enter(Who::app(app)).await?;
        let (now, by) = (self.clock.now(), by());
        let decide = move |conn: &mut Conn<'_>| {
            let change = change(conn)?;
            bulk::decide(conn, app, Decision { change: &change, by: &by, total, now }, rows)
        };
        let begun = self.store.db().write::<_, StoreError, _>(decide).await?;
        if begun.job.is_some() {
            self.jobs_wait.notify_one();
        }
        Ok(begun)
    }

    /// Carries out what is left of a change that [`bulk::begin`] began.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn carry_out(&self, app: i64, job: Option<i64>) -> Result<(), StoreError> {
        let Some(job) = job else { return Ok(()) };
        let (begun, mut slice) = (Instant::now(), Slice::default());
        while begun.elapsed() < PATIENCE {
            tokio::time::sleep(BREATH).await;
            if let Err(error) = self.bulk_slice(app, &mut slice).await {
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

    /// Does a slice of an application's oldest job; returns whether there was one.
    async fn bulk_slice(&self, app: i64, slice: &mut Slice) -> Result<bool, StoreError> {
        let (rows, now) = (slice.rows, self.clock.now());
        let step = move |conn: &mut Conn<'_>| {
            // Taken here: before this, the slice waits for its turn.
            let begun = Instant::now();
            Ok::<_, StoreError>((bulk::step(conn, app, rows, now)?, begun.elapsed()))
        };
        let (found, took) = self.store.db().write(step).await?;
        let one_writer = self.store.db().has_one_writer();
        slice.adapt(took, if one_writer { SLICE_WITHIN } else { SLICE_WITHIN_APART });
        Ok(found)
    }

    /// Finishes jobs that nobody works on, until the task is dropped.
    pub(crate) async fn finish_jobs_forever(self: Arc<Self>) {
        loop {
            // Woken, or late: another node's jobs wake nobody here.
            let _ = tokio::time::timeout(LOOK, self.jobs_wait.notified()).await;
            if let Err(error) = self.finish_jobs().await {
                log_work(error, "a change of very many rows is not finished; trying again");
            }
        }
    }

    /// Finishes all jobs there are, a slice of each application in turn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish_jobs(&self) -> Result<(), ServiceError> {
        let mut slices: HashMap<i64, Slice> = HashMap::new();
        loop {
            let apps = self.store.db().read(bulk::apps).await?;
            if apps.is_empty() {
                return Ok(());
            }
            slices.retain(|app, _| apps.contains(app));
            let (mut gone_on, mut failure) = (false, None);
            for app in apps {
                match self.bulk_slice(app, slices.entry(app).or_default()).await {
                    Ok(_) => gone_on = true,
                    Err(error) => failure = Some(self.slice_failed(app, error).await?),
                }
                tokio::time::sleep(BREATH).await;
            }
            // Else what fails would be tried again at once.
            if let Some(error) = failure.filter(|_| !gone_on) {
                return Err(error.into());
            }
        }
    }

    /// Counts a slice that failed for good; the error once more, to be told.
    async fn slice_failed(&self, app: i64, error: StoreError) -> Result<StoreError, ServiceError> {
        if error.is_passing() {
            return Ok(error);
        }
        let (why, now) = (error.to_string(), self.clock.now());
        let note = move |conn: &mut Conn<'_>| bulk::failed(conn, app, &why, now);
        if let Some(job) = self.store.db().write::<_, StoreError, _>(note).await? {
            tracing::error!(%error, app, job, "a change of very many rows failed again and again; it is given up");
        }
        Ok(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_take_as_long_as_they_may() {
        let mut slice = Slice::default();
        for _ in 0..10 {
            slice.adapt(Duration::from_micros(slice.rows as u64 * 40), SLICE_WITHIN);
        }
        assert_eq!(slice.rows, 100);
        for _ in 0..10 {
            slice.adapt(Duration::from_micros(slice.rows as u64 * 100), SLICE_WITHIN);
        }
        assert_eq!(slice.rows, 40);
        slice.adapt(Duration::ZERO, SLICE_WITHIN);
        assert_eq!(slice.rows, 80);
        slice.adapt(Duration::from_secs(60), SLICE_WITHIN);
        assert_eq!(slice.rows, 10);
    }
}
