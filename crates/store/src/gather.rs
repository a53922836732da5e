//! Gathering: requests that come while others wait are done together.
//!
//! One statement, one thread hop and one commit for all of them is what keeps the database far from its limit
//! under load; ARCHITECTURE.md has the figures. A single request waits for nobody.

use std::sync::{Arc, Mutex, PoisonError};

use claviger_metrics::Histogram;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use crate::{Result, StoreError};

type Run<In, Out> = dyn Fn(Vec<In>) -> BoxFuture<'static, Result<Vec<Out>>> + Send + Sync;

/// Collects the requests of concurrent callers and runs them in batches.
pub(crate) struct Gather<In, Out> {
    state: Mutex<State<In, Out>>,
    run: Box<Run<In, Out>>,
    /// Batches that may be under way at once.
    lanes: usize,
    /// Most requests in a batch.
    batch_max: usize,
    /// How many there were in each.
    sizes: &'static Histogram,
}

struct State<In, Out> {
    waiting: Vec<(In, oneshot::Sender<Result<Out>>)>,
    lanes_busy: usize,
}

impl<In: Send + 'static, Out: Send + 'static> Gather<In, Out> {
    /// `run` answers a batch, item by item in the same order; `sizes` counts how many each has.
    pub(crate) fn new<F>(lanes: usize, batch_max: usize, sizes: &'static Histogram, run: F) -> Arc<Self>
    where
        F: Fn(Vec<In>) -> BoxFuture<'static, Result<Vec<Out>>> + Send + Sync + 'static,
    {
        let state = Mutex::new(State { waiting: Vec::new(), lanes_busy: 0 });
        Arc::new(Self { state, run: Box::new(run), lanes, batch_max, sizes })
    }

    /// Hands in one request and waits for its answer. Once handed in it is carried out, also when the caller goes
    /// away.
    pub(crate) async fn submit(self: &Arc<Self>, item: In) -> Result<Out> {
        let (sender, receiver) = oneshot::channel();
        let lane_free = {
            let mut state = self.lock();
            state.waiting.push((item, sender));
            let free = state.lanes_busy < self.lanes;
            state.lanes_busy += usize::from(free);
            free
        };
        if lane_free {
            tokio::spawn(self.clone().serve());
        }
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs batches until nothing waits.
    async fn serve(self: Arc<Self>) {
        // Requests that the runtime has already received get the chance to come along.
        tokio::task::yield_now().await;
        while let Some(batch) = self.take() {
            self.sizes.count(batch.len() as u64);
            let (items, senders): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            match (self.run)(items).await {
                Ok(answers) => {
                    for (sender, answer) in senders.into_iter().zip(answers) {
                        let _ = sender.send(Ok(answer));
                    }
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for sender in senders {
                        let _ = sender.send(Err(StoreError::Batch(error.clone())));
                    }
                }
            }
        }
    }

    fn take(&self) -> Option<Vec<(In, oneshot::Sender<Result<Out>>)>> {
        let mut state = self.lock();
        if state.waiting.is_empty() {
            state.lanes_busy -= 1;
            return None;
        }
        let count = state.waiting.len().min(self.batch_max);
        let rest = state.waiting.split_off(count);
        Some(std::mem::replace(&mut state.waiting, rest))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<In, Out>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
