//! How often may be ordered. It is kept, so that a server that ends and starts again and again does not use up what the
//! authority grants.

use claviger_domain::Random;
use serde::{Deserialize, Serialize};

/// Orders in an hour, whatever became of them: Let's Encrypt takes five failed ones.
const HOURLY: usize = 5;
const HOUR: i64 = 3600;
/// The pause after the first that failed, in seconds; each is twice as long as the one before.
const PAUSE: i64 = 120;
const PAUSE_MAX: i64 = 8 * HOUR;

/// What was ordered lately. Times are seconds since 1970.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// When the last orders began, the newest last.
    orders: Vec<i64>,
    /// How many since the last certificate.
    failures: u32,
    /// When the next may begin.
    next: i64,
}

impl Pace {
    /// When the next order may begin.
    pub(crate) fn next(&self, now: i64) -> i64 {
        // A clock that was wrong for a while holds nothing up.
        let next = if self.next > now + 2 * PAUSE_MAX { now } else { self.next };
        let lately = self.orders.iter().filter(|&&begun| begun <= now && begun > now - HOUR).count();
        match self.orders.first() {
            Some(first) if lately >= HOURLY => next.max(first + HOUR),
            _ => next,
        }
    }

    /// Notes that one begins. It counts as failed until [`Pace::succeeded`].
    pub(crate) fn begin(&mut self, now: i64, random: &impl Random) {
        self.orders.push(now);
        let surplus = self.orders.len().saturating_sub(HOURLY);
        self.orders.drain(..surplus);
        self.failures = self.failures.saturating_add(1);
        let pause = PAUSE.checked_shl(self.failures.min(16) - 1).unwrap_or(PAUSE_MAX).min(PAUSE_MAX);
        self.next = now + pause + jitter(pause / 4, random);
    }

    /// The authority wants fewer orders: an hour without.
    pub(crate) fn slow_down(&mut self, now: i64) {
        self.next = self.next.max(now + HOUR);
    }

    /// A certificate came.
    pub(crate) fn succeeded(&mut self) {
        (self.failures, self.next) = (0, 0);
    }
}

/// Between 0 and `most`, so that those who fail together do not try again together.
fn jitter(most: i64, random: &impl Random) -> i64 {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    i64::from(u32::from_le_bytes(bytes)) % (most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zero;

    impl Random for Zero {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn failures_make_pauses_longer() {
        let (mut pace, mut now) = (Pace::default(), 1_000_000);
        let pauses = [(); 12].map(|()| {
            pace.begin(now, &Zero);
            let pause = pace.next(now) - now;
            now += pause;
            pause
        });
        assert_eq!(pauses, [120, 240, 480, 960, 1920, 3840, 7680, 15360, 28800, 28800, 28800, 28800]);
    }

    #[test]
    fn no_more_than_five_an_hour_whatever_becomes_of_them() {
        let mut pace = Pace::default();
        for second in 0..5 {
            assert_eq!(pace.next(1000 + second), 0);
            pace.begin(1000 + second, &Zero);
            pace.succeeded();
        }
        assert_eq!(pace.next(1005), 1000 + HOUR);
        assert_eq!(pace.next(1000 + HOUR), 0);
    }

    #[test]
    fn a_wrong_clock_holds_nothing_up() {
        let mut pace = Pace::default();
        (0..5).for_each(|_| pace.begin(9_000_000_000, &Zero));
        assert_eq!(pace.next(1_000), 1_000);
    }

    #[test]
    fn the_authority_may_want_longer_pauses() {
        let mut pace = Pace::default();
        pace.begin(1000, &Zero);
        pace.slow_down(1000);
        assert_eq!(pace.next(1000), 1000 + HOUR);
    }
}
