//! A server that cannot be reached: found out once, told to all, and looked after by one thread until it is over.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long to wait between two tries.
const BETWEEN: Duration = Duration::from_millis(500);

/// Whether the server cannot be reached, and why.
#[derive(Default)]
pub(super) struct Outage {
    /// Looked at without the lock below.
    lasts: AtomicBool,
    since: Mutex<Option<(Instant, Arc<str>)>>,
}

impl Outage {
    /// Why the server cannot be reached, while that lasts.
    pub(super) fn reason(&self) -> Option<Arc<str>> {
        if !self.lasts.load(Ordering::Acquire) {
            return None;
        }
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.as_ref().map(|(_, reason)| reason.clone())
    }

    /// It cannot be reached from now on. `again` tries once more whether it can; `None` ends the trying for good.
    pub(super) fn begin(&self, reason: &Arc<str>, again: impl Fn() -> Option<bool> + Send + 'static) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_some() {
            return;
        }
        let trying = thread::Builder::new().name("pg-again".into()).spawn(move || {
            loop {
                thread::sleep(BETWEEN);
                if again() != Some(false) {
                    break;
                }
            }
        });
        // Without a thread nobody would find the end of it; each request tries for itself then.
        if trying.is_ok() {
            tracing::error!(
                error = &**reason,
                "PostgreSQL cannot be reached; requests get 503 until it is back, which is tried twice a second"
            );
            *since = Some((Instant::now(), reason.clone()));
            self.lasts.store(true, Ordering::Release);
        }
    }

    /// It can be reached again.
    pub(super) fn end(&self) {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.lasts.store(false, Ordering::Release);
        if let Some((since, _)) = since {
            tracing::info!(seconds = since.elapsed().as_secs(), "PostgreSQL can be reached again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasts_until_a_try_goes_well() {
        let outage = Arc::new(Outage::default());
        assert_eq!(outage.reason(), None);
        let (go_on, wait) = std::sync::mpsc::channel();
        let (told, heard) = std::sync::mpsc::channel();
        let ending = outage.clone();
        outage.begin(&"refused".into(), move || {
            wait.recv().ok()?;
            ending.end();
            told.send(ending.reason()).ok();
            Some(true)
        });
        // A second one begins nothing of its own.
        outage.begin(&"refused once more".into(), || None);
        assert_eq!(outage.reason().as_deref(), Some("refused"));
        go_on.send(()).unwrap();
        assert_eq!(heard.recv().unwrap(), None);
        assert_eq!(outage.reason(), None);
    }
}
