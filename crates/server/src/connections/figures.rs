//! What happened to connections and requests since the start, for whoever shows it.

use claviger_metrics::Counter;

/// Counts since the start; none of them ever falls.
#[derive(Debug, Default)]
pub struct Figures {
    /// Connections that were accepted.
    pub accepted: Counter,
    /// Closed at once, since their address had its share.
    pub over_share: Counter,
    /// Accepted for questions about health only, since all places were taken.
    pub reserved: Counter,
    /// Closed at once, since the reserve was taken too.
    pub refused: Counter,
    /// Closed before a handshake, since their address had made as many as it may.
    pub handshakes: Counter,
    /// Idle ones that had to give way to others.
    pub gave_way: Counter,
    /// Idle for too long.
    pub idle: Counter,
    /// Cut off, since a request's head or body came too slowly.
    pub slow_senders: Counter,
    /// Cut off, since a reply was taken too slowly.
    pub slow_readers: Counter,
    /// Requests that were not served, since too many were under way.
    pub shed: Counter,
}
