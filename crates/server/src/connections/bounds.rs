//! How many connections there may be, and how slow.

use std::time::Duration;

use claviger_capacity::{Pace, Resource};

/// Places in which only the paths of health are answered, once all others are taken.
pub(super) const RESERVE: usize = 32;
/// How many of them one address may have.
pub(super) const RESERVE_ADDRESS: usize = 4;
/// Descriptors that are not for connections: the database, files, calls to elsewhere, the reserve, and connections that
/// are being closed.
const DESCRIPTORS_KEPT: usize = 512;

/// How many connections there may be, and how slow.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionBounds {
    /// In all.
    pub all: usize,
    /// From one address (IPv6: a /64) that is no trusted proxy.
    pub address: usize,
    /// How long one may be without a request.
    pub idle: Duration,
    /// How long the head of a request may take from its first byte on.
    pub head: Duration,
    /// How slowly the body of a request may come.
    pub body: Pace,
    /// How slowly a reply may be taken.
    pub reply: Pace,
}

impl Default for ConnectionBounds {
    fn default() -> Self {
        let bounds = Resource::Connections.bounds();
        Self {
            all: bounds.all,
            address: bounds.party,
            idle: Duration::from_secs(75),
            head: Duration::from_secs(15),
            body: Pace { grace: Duration::from_secs(10), bytes_per_second: 1024 },
            reply: Pace { grace: Duration::from_secs(20), bytes_per_second: 1024 },
        }
    }
}

impl ConnectionBounds {
    /// How many connections so many descriptors are enough for.
    pub fn within(descriptors: usize) -> usize {
        let kept = DESCRIPTORS_KEPT.min(descriptors / 2);
        descriptors.saturating_sub(kept).max(1)
    }

    /// Whoever takes so long is slow: for heads, bodies and replies alike.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        let pace = Pace { grace: patience, ..self.reply };
        Self {
            head: self.head.min(patience),
            body: Pace { grace: self.body.grace.min(patience), ..pace },
            reply: pace,
            ..self
        }
    }

    /// Those of the reserve: for a short question.
    pub(super) fn reserve(self) -> Self {
        const SHORT: Duration = Duration::from_secs(2);
        let times = self.patient_for(self.reply.grace.min(SHORT));
        Self { all: RESERVE, address: RESERVE_ADDRESS, idle: self.idle.min(SHORT), ..times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_kept_for_other_things() {
        let within = [0, 1, 100, 1024, 65_536].map(ConnectionBounds::within);
        assert_eq!(within, [1, 1, 50, 512, 65_024]);
    }
}
