//! Places that are only counted, for ways on which a gate would cost too much: nobody waits.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// How many are under way, and how many may be.
#[derive(Clone, Debug)]
pub struct Counter {
    count: Arc<AtomicUsize>,
    refused: Arc<AtomicU64>,
    max: usize,
}

/// One that is under way, until it is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl Counter {
    /// At most `max` may be under way.
    pub fn new(max: usize) -> Self {
        Self { count: Arc::default(), refused: Arc::default(), max }
    }

    /// One more, if it may be.
    pub fn try_enter(&self) -> Option<Counted> {
        if self.count.fetch_add(1, Ordering::Relaxed) < self.max {
            return Some(Counted(self.count.clone()));
        }
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.refused.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// How many are under way.
    pub fn held(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// How many were refused, since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many may be.
    pub fn max(&self) -> usize {
        self.max
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_may_be() {
        let counter = Counter::new(2);
        let (first, second) = (counter.try_enter(), counter.try_enter());
        assert!(first.is_some() && second.is_some() && counter.try_enter().is_none());
        assert_eq!((counter.held(), counter.max(), counter.refused()), (2, 2, 1));
        drop(first);
        assert!(counter.try_enter().is_some());
        drop(second);
        assert_eq!(counter.held(), 0);
    }
}
