//! Backups: making, looking through, restoring and clearing away; and moving from one database to another.
//!
//! What blocks stays on the caller's thread here: commands have nothing else to do, and the server has a thread for it.

mod error;
mod files;
mod folder;
mod keep;
mod made_key;
mod making;
mod moving;
mod names;
mod object_shelf;
mod pace;
mod place;
mod plan;
mod reading;
mod restoring;
mod scratch;
mod shelf;
mod verifying;

pub use claviger_archive::{
    Summary,
    age::{Identity, KeyError, Lock, Passphrase, Recipient, Unlock},
};
pub use claviger_outgoing::ObjectOptions;
pub use claviger_store::backups::{Made, State, is_ahead};
pub use error::BackupError;
pub use keep::Keep;
pub use made_key::KeyState;
pub(crate) use making::apart;
pub use making::{Backup, make};
pub use moving::{Move, Moved, MovedTable, move_store};
pub use pace::Pace;
pub use place::Place;
pub use plan::BackupPlan;
pub use restoring::{Restore, Restored, restore};
pub use scratch::Scratch;
pub use shelf::{Condition, Found, Progress, Stored};
pub use verifying::{Verified, Verify, verify};
