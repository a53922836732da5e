//! Long steps of a start, told while they last.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use tokio::time::timeout;

/// How often it is told.
const EVERY: Duration = Duration::from_secs(5);

/// Waits for a step, and says every few seconds that it is under way: whoever watches a start should not take a long
/// one for a hanging one.
pub(super) async fn patiently<T>(step: &'static str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    telling(EVERY, work, || tracing::info!(step, seconds = begun.elapsed().as_secs(), "still under way"))
        .await
}

async fn telling<T>(every: Duration, work: impl Future<Output = T>, mut tell: impl FnMut()) -> T {
    let mut work = pin!(work);
    loop {
        match timeout(every, &mut work).await {
            Ok(outcome) => return outcome,
            Err(_) => tell(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Notify;

    #[tokio::test]
    async fn a_long_step_is_told_until_it_ends() {
        let (told, enough) = (std::cell::Cell::new(0), Notify::new());
        let tell = || {
            told.set(told.get() + 1);
            if told.get() == 3 {
                enough.notify_one();
            }
        };
        telling(Duration::from_millis(1), enough.notified(), tell).await;
        assert_eq!(told.get(), 3);
    }

    #[tokio::test]
    async fn a_short_step_is_not_told() {
        assert_eq!(telling(EVERY, async { 7 }, || panic!("it was told")).await, 7);
    }
}
