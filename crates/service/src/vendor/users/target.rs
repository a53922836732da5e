//! Whom a change is about.

use crate::shared::limits::is_everybody;

/// Whose subscriptions or variables to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of all users.
    All,
    /// Those of the user of this name.
    User(String),
}

impl Target {
    /// Reads a name; `all`, in any case, is everybody.
    pub fn new(name: &str) -> Self {
        if is_everybody(name) { Self::All } else { Self::User(name.into()) }
    }
}
