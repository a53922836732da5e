//! File descriptors: each connection needs one, and systems are sparing with them unless they are asked.

use claviger_server::ConnectionBounds;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Connections;

/// More are of no use, and no system gives many more.
const MOST: u64 = 1 << 20;
/// As many as a server with many clients needs.
const ENOUGH: u64 = 4096;

/// What the system allows this program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Descriptors {
    /// How many it may have now.
    pub(super) now: u64,
    /// How many it may allow itself.
    pub(super) most: u64,
}

impl Descriptors {
    /// Whether there are enough for many clients.
    pub(super) fn are_enough(self) -> bool {
        self.most >= ENOUGH
    }
}

/// What the system allows.
pub(super) fn allowed() -> Descriptors {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    Descriptors { now: current.unwrap_or(u64::MAX), most: maximum.unwrap_or(u64::MAX) }
}

/// Allows this program as many as the system does, within reason, and tells how many it has.
pub(super) fn raise() -> u64 {
    let before = allowed();
    let wanted = before.most.min(MOST);
    let limit = Rlimit { current: Some(wanted), maximum: getrlimit(Resource::Nofile).maximum };
    let raised = before.now < wanted && setrlimit(Resource::Nofile, limit).is_ok();
    let now = if raised { wanted } else { before.now };
    if !before.are_enough() {
        tracing::warn!(
            descriptors = now,
            "few file descriptors: raise LimitNOFILE in the service's unit, or the hard limit (`ulimit -Hn`)"
        );
    }
    now
}

/// The bounds of connections where there are so many descriptors; told in the log.
pub(super) fn bounds(settings: Connections, descriptors: u64) -> ConnectionBounds {
    let within = ConnectionBounds::within(usize::try_from(descriptors).unwrap_or(usize::MAX));
    let wanted = settings.max.unwrap_or(settings.bounds.all);
    let all = wanted.min(within);
    if settings.max.is_some_and(|max| max > within) {
        tracing::warn!(
            max_connections = wanted,
            possible = all,
            "max_connections is more than file descriptors are enough for: raise LimitNOFILE, or lower it"
        );
    }
    tracing::info!(
        descriptors,
        connections = all,
        per_address = settings.bounds.address,
        "room for connections"
    );
    ConnectionBounds { all, ..settings.bounds }
}
