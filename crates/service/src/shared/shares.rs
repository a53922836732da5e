//! How much an application may have of what its callers can fill.

use claviger_store::deliveries::DeliveryBounds;

/// How much an application may have of what its callers can fill; 0 means nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// Messages that wait for its webhook.
    pub deliveries: u32,
    /// Messages to its webhook in an hour that come of sessions in which nobody is signed in.
    pub anonymous_deliveries: u32,
    /// Lines of `log` that one session may write in an hour.
    pub session_lines: u32,
    /// Lines of `log` in an hour of all sessions in which nobody is signed in.
    pub anonymous_lines: u32,
    /// Live sessions in which nobody is signed in.
    pub anonymous_sessions: u32,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            deliveries: 1000,
            anonymous_deliveries: 60,
            session_lines: 600,
            anonymous_lines: 3600,
            anonymous_sessions: 1_000_000,
        }
    }
}

impl Shares {
    /// The bounds of messages to webhooks.
    pub(crate) fn deliveries(&self) -> DeliveryBounds {
        DeliveryBounds {
            waiting: self.deliveries.into(),
            anonymous_an_hour: self.anonymous_deliveries.into(),
        }
    }
}
