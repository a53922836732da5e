//! What happened to connections and requests since the start, for whoever shows it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts since the start; none of them ever falls.
#[derive(Debug, Default)]
pub struct Figures {
    /// Connections that were accepted.
    pub accepted: Count,
    /// Closed at once, since their address had its share.
    pub over_share: Count,
    /// Accepted for questions about health only, since all places were taken.
    pub reserved: Count,
    /// Closed at once, since the reserve was taken too.
    pub refused: Count,
    /// Idle ones that had to give way to others.
    pub gave_way: Count,
    /// Idle for too long.
    pub idle: Count,
    /// Cut off, since a request's head or body came too slowly.
    pub slow_senders: Count,
    /// Cut off, since a reply was taken too slowly.
    pub slow_readers: Count,
    /// Requests that were not served, since too many were under way.
    pub shed: Count,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
