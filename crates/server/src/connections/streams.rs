//! The streams of a connection on which several requests go at once.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use super::{bounds::ConnectionBounds, fault::Fault, meter::Meter};

/// How many requests may be given up before they were answered, more than were answered: whoever opens streams to reset
/// them at once costs more than it pays.
const ABANDONED: usize = 100;

/// The streams of one connection.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: Mutex<Vec<Arc<Meters>>>,
    abandoned: AtomicUsize,
}

/// How quickly both directions of a stream go.
#[derive(Debug)]
pub(super) struct Meters {
    pub(super) body: Meter,
    pub(super) reply: Meter,
}

impl Streams {
    fn open(&self) -> MutexGuard<'_, Vec<Arc<Meters>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one; `first` is called where there was none.
    pub(super) fn begin(&self, bounds: &ConnectionBounds, first: impl FnOnce()) -> Arc<Meters> {
        let meters = Arc::new(Meters { body: Meter::new(bounds.body), reply: Meter::new(bounds.reply) });
        let mut open = self.open();
        if open.is_empty() {
            first();
        }
        open.push(meters.clone());
        meters
    }

    /// Takes one out; `last` is called when no other is there. Tells whether too many were given up unanswered.
    pub(super) fn end(&self, meters: &Arc<Meters>, answered: bool, last: impl FnOnce()) -> bool {
        let mut open = self.open();
        open.retain(|stream| !Arc::ptr_eq(stream, meters));
        if open.is_empty() {
            last();
        }
        if answered {
            let _ = self.abandoned.fetch_update(Relaxed, Relaxed, |abandoned| abandoned.checked_sub(1));
            return false;
        }
        self.abandoned.fetch_add(1, Relaxed) >= ABANDONED
    }

    /// Why the connection must end at `now`: one stream that stands still may hold others up.
    pub(super) fn fault(&self, now: u64) -> Option<Fault> {
        let open = self.open();
        if open.iter().any(|stream| stream.reply.is_too_slow(now)) {
            return Some(Fault::SlowReader);
        }
        open.iter().any(|stream| stream.body.is_too_slow(now)).then_some(Fault::SlowSender)
    }

    /// Whether it is the peer's turn to move bytes, on all of them.
    pub(super) fn wait_for_peer(&self) -> bool {
        self.open().iter().all(|stream| stream.body.is_waiting() || stream.reply.is_waiting())
    }
}
