//! Whether a peer keeps to its pace, for whoever looks from another task: [`claviger_capacity::Meter`] in atomics, whose
//! clock stands still while nothing is waited for.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use claviger_capacity::Pace;

use super::clock::millis;

/// Nothing is waited for.
const NOT: u64 = u64::MAX;

/// Written by one task, read by others.
#[derive(Debug)]
pub(super) struct Meter {
    /// Since when the peer is waited for.
    since: AtomicU64,
    /// How much longer it may be waited for, in milliseconds.
    left: AtomicU64,
}

impl Meter {
    /// The peer has moved nothing yet.
    pub(super) fn new(pace: Pace) -> Self {
        Self { since: AtomicU64::new(NOT), left: AtomicU64::new(millis(pace.grace)) }
    }

    /// Begins anew, and waits for nothing.
    pub(super) fn restart(&self, pace: Pace) {
        if self.since.load(Relaxed) != NOT {
            self.since.store(NOT, Relaxed);
        }
        self.left.store(millis(pace.grace), Relaxed);
    }

    /// The peer is waited for.
    pub(super) fn waits(&self, now: u64) {
        if self.since.load(Relaxed) == NOT {
            self.since.store(now, Relaxed);
        }
    }

    /// So many bytes have moved, and the peer is not waited for any more.
    pub(super) fn moved(&self, bytes: usize, now: u64, pace: Pace) {
        let (since, left, grace) = (self.since.load(Relaxed), self.left.load(Relaxed), millis(pace.grace));
        if since == NOT && left == grace {
            return;
        }
        let waited = if since == NOT { 0 } else { now.saturating_sub(since) };
        let worth = (bytes as u64).saturating_mul(1000) / u64::from(pace.bytes_per_second.max(1));
        self.left.store(left.saturating_sub(waited).saturating_add(worth).min(grace), Relaxed);
        self.since.store(NOT, Relaxed);
    }

    /// Whether the peer is waited for.
    pub(super) fn is_waiting(&self) -> bool {
        self.since.load(Relaxed) != NOT
    }

    /// Whether the peer is waited for, and too slow.
    pub(super) fn is_too_slow(&self, now: u64) -> bool {
        let since = self.since.load(Relaxed);
        since != NOT && now.saturating_sub(since) >= self.left.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_secs(10), bytes_per_second: 1000 };

    #[test]
    fn only_waiting_counts() {
        let meter = Meter::new(PACE);
        assert!(!meter.is_too_slow(1_000_000));
        meter.waits(1_000_000);
        meter.waits(1_009_000);
        assert!(!meter.is_too_slow(1_009_999) && meter.is_too_slow(1_010_000));
        meter.moved(1, 1_009_000, PACE);
        assert!(!meter.is_waiting() && !meter.is_too_slow(2_000_000));
        // A second is left, and the byte's worth.
        meter.waits(2_000_000);
        assert!(!meter.is_too_slow(2_001_000) && meter.is_too_slow(2_001_001));
        meter.restart(PACE);
        meter.waits(3_000_000);
        assert!(!meter.is_too_slow(3_009_999));
    }

    #[test]
    fn quick_ones_have_no_more_than_the_grace() {
        let meter = Meter::new(PACE);
        meter.waits(0);
        meter.moved(usize::MAX, 9_999, PACE);
        meter.waits(20_000);
        assert!(!meter.is_too_slow(29_999) && meter.is_too_slow(30_000));
    }

    #[test]
    fn a_trickle_is_cut_and_the_least_rate_is_not() {
        let (trickle, steady) = (Meter::new(PACE), Meter::new(PACE));
        let cut = (0..100).find(|second| {
            let now = second * 1000;
            assert!(!steady.is_too_slow(now + 1000));
            steady.waits(now);
            steady.moved(1000, now + 1000, PACE);
            trickle.waits(now);
            let cut = trickle.is_too_slow(now + 1000);
            trickle.moved(100, now + 1000, PACE);
            cut
        });
        assert_eq!(cut, Some(10));
    }
}
