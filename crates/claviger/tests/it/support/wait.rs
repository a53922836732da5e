//! Waiting for something to become true, and the time.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long something may take before the test gives up; far more than it should ever need.
const LIMIT: Duration = Duration::from_secs(60);
/// Pause between two looks.
const POLL: Duration = Duration::from_millis(20);

/// Looks again and again until there is something, and fails the test after a minute.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "waited in vain: {what}");
        thread::sleep(POLL);
    }
}

/// Waits for the clock to show another millisecond. Sessions sort by the one they were made in.
pub fn next_millisecond() {
    let start = since_1970().as_millis();
    while since_1970().as_millis() <= start {
        thread::yield_now();
    }
}

/// Unix seconds.
pub fn now() -> i64 {
    i64::try_from(since_1970().as_secs()).expect("seconds fit")
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970")
}
