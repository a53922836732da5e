//! Lanes to PostgreSQL: work that waits for one of a few connections, each on a thread of its own.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender};
use postgres::{Client, IsolationLevel};
use tokio::sync::oneshot;

use super::{
    conn::{Conn, Statements},
    connector::Connector,
};
use crate::{Result, StoreError};

/// Work that may wait in a lane.
const QUEUE_MAX: usize = 16_384;
/// What takes longer is one of the few long works, or waits on a connection whose other end has gone without a word.
const HUNG: Duration = Duration::from_secs(20);

type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// A lane.
pub(super) struct Lane {
    name: &'static str,
    connections: usize,
    connector: Arc<Connector>,
    jobs: Sender<Job>,
    due: Receiver<Job>,
    workers: Mutex<Vec<Arc<Worker>>>,
}

/// A thread with a connection.
#[derive(Default)]
struct Worker(Mutex<State>);

#[derive(Default)]
struct State {
    /// Since when it works.
    since: Option<Instant>,
    /// Another one has its place: it ends with what it does now.
    is_replaced: bool,
    has_ended: bool,
}

/// One connection, made again when it breaks.
struct Session {
    connector: Arc<Connector>,
    client: Option<(Client, Statements)>,
}

impl Lane {
    pub(super) fn open(name: &'static str, connections: usize, connector: &Arc<Connector>) -> Result<Self> {
        let (jobs, due) = crossbeam_channel::bounded(QUEUE_MAX);
        let (connector, workers) = (connector.clone(), Mutex::default());
        let lane = Self { name, connections, connector, jobs, due, workers };
        for _ in 0..connections {
            lane.begin(&mut lane.workers())?;
        }
        Ok(lane)
    }

    /// How much waits.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// Runs a transaction.
    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |session| {
            let outcome = catch_unwind(AssertUnwindSafe(|| session.transaction(work)));
            let _ = sender.send(outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into())));
        });
        self.jobs.try_send(job).map_err(|_| StoreError::Overloaded)?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// Gives those who have been at work for very long a successor, so that the lane goes on where their connections never
    /// say anything again; twice as many as the lane has connections, at most.
    pub(super) fn relieve(&self) {
        let mut workers = self.workers();
        workers.retain(|worker| !worker.state().has_ended);
        let room = (2 * self.connections).saturating_sub(workers.len());
        let hung: Vec<_> = workers.iter().filter(|worker| worker.replace()).take(room).collect();
        for _ in 0..hung.len() {
            tracing::warn!(
                lane = self.name,
                seconds = HUNG.as_secs(),
                "PostgreSQL is at one work for very long; another connection is used beside it"
            );
            if self.begin(&mut workers).is_err() {
                return;
            }
        }
    }

    /// Begins a thread.
    fn begin(&self, workers: &mut Vec<Arc<Worker>>) -> Result<()> {
        let worker = Arc::new(Worker::default());
        let mut session = Session { connector: self.connector.clone(), client: None };
        let (due, own) = (self.due.clone(), worker.clone());
        thread::Builder::new()
            .name(self.name.into())
            .spawn(move || {
                for job in due {
                    own.state().since = Some(Instant::now());
                    job(&mut session);
                    let mut state = own.state();
                    state.since = None;
                    if state.is_replaced {
                        state.has_ended = true;
                        return;
                    }
                }
            })
            .map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))?;
        workers.push(worker);
        Ok(())
    }

    fn workers(&self) -> MutexGuard<'_, Vec<Arc<Worker>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks it as replaced if it needs to be, and was not yet.
    fn replace(&self) -> bool {
        let mut state = self.state();
        let hangs = !state.is_replaced && state.since.is_some_and(|since| since.elapsed() >= HUNG);
        state.is_replaced |= hangs;
        hangs
    }
}

impl Session {
    fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let reused = self.client.is_some();
        let mut work = Some(work);
        let outcome = self.attempt(&mut work);
        if work.is_none() {
            return outcome;
        }
        // It could not begin. That a connection broke while it was idle shows only now, and nothing was done yet.
        self.client = None;
        if reused { self.attempt(&mut work) } else { outcome }
    }

    /// Takes `work` and does it, unless the transaction cannot begin.
    fn attempt<T, E: From<StoreError>>(
        &mut self,
        work: &mut Option<impl FnOnce(&mut Conn<'_>) -> Result<T, E>>,
    ) -> Result<T, E> {
        let (client, statements) = self.client()?;
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()
            .map_err(StoreError::from)?;
        let work = work.take().ok_or(StoreError::Closed)?;
        let mut conn = Conn::Postgres(transaction, statements);
        let value = work(&mut conn)?;
        let Conn::Postgres(transaction, _) = conn else { return Err(StoreError::Closed.into()) };
        transaction.commit().map_err(|error| StoreError::Commit(Arc::new(error.into())))?;
        Ok(value)
    }

    fn client(&mut self) -> Result<&mut (Client, Statements)> {
        if self.client.as_ref().is_some_and(|(client, _)| client.is_closed()) {
            self.client = None;
        }
        if self.client.is_none() {
            self.client = Some((self.connector.connect()?, Statements::default()));
        }
        self.client.as_mut().ok_or(StoreError::Closed)
    }
}
