//! What the log tells now and then, however often it happens.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often it is told at most.
const EVERY: Duration = Duration::from_secs(60);

/// When something was told last.
#[derive(Debug, Default)]
pub struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Nothing was told yet.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it is time to tell it, again or for the first time; then it counts as told.
    pub fn is_due(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.duration_since(last) >= EVERY);
        if due {
            *last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_a_minute() {
        let (seldom, start) = (Seldom::default(), Instant::now());
        let told = [0, 0, 1, 59, 60, 61, 119, 120, 180]
            .map(|second| seldom.is_due(start + Duration::from_secs(second)));
        assert_eq!(told, [true, false, false, false, true, false, false, true, true]);
    }
}
