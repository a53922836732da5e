//! How values are distributed: how many there were up to each of some bounds.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Most bounds that a histogram may have.
const BOUNDS_MAX: usize = 14;

/// Bounds for times, in microseconds: from half a millisecond, which a request from memory takes, to ten seconds, after
/// which nobody waits any more.
pub const SECONDS: &[u64; BOUNDS_MAX] = &[
    500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];
/// Bounds for numbers of things that are done together.
pub const SIZES: &[u64; 11] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/// How many values there were up to each of some bounds, and their sum. A value costs two additions.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// Divides values on the page: 1,000,000 makes seconds of microseconds.
    scale: u32,
    /// Values up to each bound and above the one before; the last: above all.
    counts: [AtomicU64; BOUNDS_MAX + 1],
    sum: AtomicU64,
}

impl Histogram {
    /// Nothing was measured yet. For times.
    pub const fn of_seconds() -> Self {
        Self::new(SECONDS, 1_000_000)
    }

    /// Nothing was measured yet. For numbers of things.
    pub const fn of_sizes() -> Self {
        Self::new(SIZES, 1)
    }

    const fn new(bounds: &'static [u64], scale: u32) -> Self {
        Self { bounds, scale, counts: [const { AtomicU64::new(0) }; BOUNDS_MAX + 1], sum: AtomicU64::new(0) }
    }

    /// Counts a time.
    pub fn took(&self, time: Duration) {
        self.count(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts a value.
    pub fn count(&self, value: u64) {
        let place = self.bounds.iter().take_while(|bound| value > **bound).count();
        self.counts[place].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// The bounds as they stand on the page, each with how many values there were up to it; the last has no bound.
    pub(crate) fn cumulated(&self) -> impl Iterator<Item = (Option<f64>, u64)> {
        let bounds = self.bounds.iter().map(|bound| Some(self.scaled(*bound))).chain([None]);
        let counts = self.counts.iter().scan(0, |sum: &mut u64, count| {
            *sum += count.load(Relaxed);
            Some(*sum)
        });
        bounds.zip(counts)
    }

    /// The sum of all values, as it stands on the page.
    pub(crate) fn sum(&self) -> f64 {
        self.scaled(self.sum.load(Relaxed))
    }

    #[expect(clippy::cast_precision_loss, reason = "sums are shown, not reckoned with")]
    fn scaled(&self, value: u64) -> f64 {
        value as f64 / f64::from(self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_up_to_each_bound() {
        let sizes = Histogram::of_sizes();
        [1, 2, 3, 1024, 5000].into_iter().for_each(|value| sizes.count(value));
        let told: Vec<_> = sizes.cumulated().collect();
        assert_eq!(told[..3], [(Some(1.0), 1), (Some(2.0), 2), (Some(4.0), 3)]);
        assert_eq!(told[10..], [(Some(1024.0), 4), (None, 5)]);
        assert_eq!(sizes.sum().to_string(), "6030");
    }

    #[test]
    fn times_are_told_in_seconds() {
        let times = Histogram::of_seconds();
        times.took(Duration::from_micros(500));
        times.took(Duration::from_micros(501));
        times.took(Duration::from_secs(11));
        let told: Vec<_> = times.cumulated().collect();
        assert_eq!(told[..2], [(Some(0.0005), 1), (Some(0.001), 2)]);
        assert_eq!(told[13..], [(Some(10.0), 2), (None, 3)]);
        assert_eq!(times.sum().to_string(), "11.001001");
    }
}
