//! Backups that a server makes by itself.

use std::time::Duration;

use claviger_archive::age::Lock;

use super::{keep::Keep, place::Place};

/// Backups that a server makes by itself. Of several nodes one makes each of them.
#[derive(Clone, Debug)]
pub struct BackupPlan {
    /// Where they go.
    pub place: Place,
    /// Who can open them; `None`: whoever has them.
    pub lock: Option<Lock>,
    /// Time between two of them.
    pub every: Duration,
    /// Which ones are kept.
    pub keep: Keep,
}
