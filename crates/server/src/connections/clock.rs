//! The time as connections need it: cheap to read, and never precise.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

/// Milliseconds since the start, as of the last look.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    now: AtomicU64,
}

impl Clock {
    /// Begins now.
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), now: AtomicU64::new(0) }
    }

    /// Looks at the time; whoever reads in between gets what was seen last.
    pub(super) fn look(&self) -> u64 {
        let now = millis(self.start.elapsed());
        self.now.store(now, Ordering::Relaxed);
        now
    }

    /// What was seen last.
    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }
}

/// A duration in milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
