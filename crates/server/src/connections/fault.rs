//! What a connection may be guilty of.

/// Why a connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It was idle for too long.
    Idle,
    /// A request comes too slowly.
    SlowSender,
    /// A reply is taken too slowly.
    SlowReader,
}
