//! Whether the database answers, as it was a moment ago: whoever asks causes no work and waits for nothing.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
    time::Duration,
};

use claviger_service::Service;
use tokio::time::{Instant, sleep, timeout};

/// How often the database is asked.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// How long it may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(700);
/// An answer older than this says nothing: the server is too busy to ask.
const OLD: Duration = Duration::from_secs(2);

const UNASKED: u8 = 0;
const ANSWERS: u8 = 1;
const FAILS: u8 = 2;
const SILENT: u8 = 3;

/// What the database answered last.
#[derive(Debug)]
pub struct Readiness {
    state: AtomicU8,
    asked: Mutex<Instant>,
    uncertified: AtomicBool,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { state: AtomicU8::new(UNASKED), asked: Mutex::new(Instant::now()), uncertified: false.into() }
    }
}

impl Readiness {
    /// Why no request can be served; `None` when they can.
    pub(crate) fn why_not(&self) -> Option<&'static str> {
        let age = self.asked.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        match self.state.load(Relaxed) {
            ANSWERS if age < OLD => None,
            ANSWERS => Some("the server is too busy\n"),
            UNASKED => Some("starting\n"),
            FAILS => Some("the database does not answer: the log says why\n"),
            _ => Some("the database takes too long to answer\n"),
        }
    }

    /// Notes whether there is a certificate that clients may trust.
    pub(crate) fn certified(&self, is: bool) {
        self.uncertified.store(!is, Relaxed);
    }

    /// What is said when requests can be served.
    pub(crate) fn ready(&self) -> &'static str {
        match self.uncertified.load(Relaxed) {
            false => "ready\n",
            true => "ready, but without a certificate that clients trust: the log says why\n",
        }
    }

    fn set(&self, state: u8) -> u8 {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.state.swap(state, Relaxed)
    }
}

/// Keeps asking, until it is dropped. The log is told when the answer changes.
pub(crate) async fn watch(readiness: &Readiness, service: &Service) {
    loop {
        match timeout(ANSWER_WITHIN, service.ready()).await {
            Ok(Ok(())) => {
                if matches!(readiness.set(ANSWERS), FAILS | SILENT) {
                    tracing::info!("ready again");
                }
            }
            Ok(Err(error)) => {
                if readiness.set(FAILS) != FAILS {
                    error.log("not ready");
                }
            }
            Err(_) => {
                if readiness.set(SILENT) != SILENT {
                    tracing::error!("not ready: the database takes too long to answer");
                }
            }
        }
        sleep(ASK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn old_answers_count_for_nothing() {
        let readiness = Readiness::default();
        assert_eq!(readiness.why_not(), Some("starting\n"));
        readiness.set(ANSWERS);
        assert_eq!(readiness.why_not(), None);
        *readiness.asked.lock().unwrap() -= OLD;
        assert_eq!(readiness.why_not(), Some("the server is too busy\n"));
        readiness.set(FAILS);
        assert!(readiness.why_not().is_some_and(|reason| reason.starts_with("the database does not answer")));
        readiness.set(ANSWERS);
        assert_eq!(readiness.why_not(), None);
    }
}
