//! What a gate tells of itself.

/// How much is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Places that are taken.
    pub held: usize,
    /// How many wait for one.
    pub waiting: usize,
    /// How many got none, since the start.
    pub refused: u64,
}
