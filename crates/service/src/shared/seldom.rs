//! What the log tells now and then, however often it happens.

use std::sync::atomic::{AtomicI64, Ordering};

/// Seconds between two times.
const EVERY: i64 = 60;

/// When something was told last.
#[derive(Default)]
pub(crate) struct Seldom(AtomicI64);

impl Seldom {
    /// Whether it is time to tell it again; `now` in Unix seconds.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        now - last >= EVERY
            && self.0.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute() {
        let seldom = Seldom::default();
        let told = [1000, 1000, 1059, 1060, 1061, 1120].map(|now| seldom.is_due(now));
        assert_eq!(told, [true, false, false, true, false, true]);
    }
}
