//! The least rate at which bytes must move. A limit of time alone would cut off whoever has much to send, and one of
//! silence alone would keep whoever sends a byte now and then.

use std::time::{Duration, Instant};

/// How slow a peer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long nothing may move. Whoever is quicker than the rate never has more than this ahead.
    pub grace: Duration,
    /// How many bytes must move in the long run.
    pub bytes_per_second: u32,
}

/// How a peer keeps to its pace.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    pace: Pace,
    until: Instant,
}

impl Meter {
    /// Begins at `now` to wait for bytes.
    pub fn new(pace: Pace, now: Instant) -> Self {
        Self { pace, until: now + pace.grace }
    }

    /// Begins again, since nothing was waited for in between.
    pub fn restart(&mut self, now: Instant) {
        self.until = now + self.pace.grace;
    }

    /// So many bytes have moved.
    pub fn moved(&mut self, bytes: usize, now: Instant) {
        let worth = Duration::from_secs_f64(bytes as f64 / f64::from(self.pace.bytes_per_second.max(1)));
        self.until = (self.until + worth.min(self.pace.grace)).min(now + self.pace.grace);
    }

    /// When the peer is too slow, unless more bytes move before.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Whether the peer is too slow.
    pub fn is_too_slow(&self, now: Instant) -> bool {
        now >= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { grace: Duration::from_secs(10), bytes_per_second: 1000 };

    #[test]
    fn silence_is_too_slow() {
        let begun = Instant::now();
        let mut meter = Meter::new(PACE, begun);
        assert!(!meter.is_too_slow(begun + Duration::from_secs(9)));
        assert!(meter.is_too_slow(begun + Duration::from_secs(10)));
        // However much came before.
        meter.moved(100_000_000, begun + Duration::from_secs(1));
        assert!(meter.is_too_slow(begun + Duration::from_secs(11)));
        meter.restart(begun + Duration::from_secs(20));
        assert!(!meter.is_too_slow(begun + Duration::from_secs(29)));
    }

    #[test]
    fn a_trickle_is_too_slow_and_the_least_rate_is_not() {
        let begun = Instant::now();
        let (mut trickle, mut steady) = (Meter::new(PACE, begun), Meter::new(PACE, begun));
        let cut = (1..100).find(|&second| {
            let now = begun + Duration::from_secs(second);
            assert!(!steady.is_too_slow(now));
            steady.moved(1000, now);
            let cut = trickle.is_too_slow(now);
            trickle.moved(100, now);
            cut
        });
        assert_eq!(cut, Some(11));
    }
}
