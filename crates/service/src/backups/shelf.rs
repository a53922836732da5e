//! What a place for backups can do.

use std::{
    io::{Read, Write},
    path::Path,
    time::Duration,
};

use claviger_store::backups::is_ahead;

use super::error::BackupError;

/// What was not written to for so long, nobody writes any more.
pub(super) const GIVEN_UP: Duration = Duration::from_hours(24);

/// A backup in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub name: String,
    /// Unix second as of which it holds the data.
    pub made: i64,
    /// Its length.
    pub bytes: u64,
    /// What can be told of it without reading all of it.
    pub condition: Condition,
}

/// What can be told of a backup without reading all of it; what is in it, [`super::verify`] looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Its end is there.
    Whole,
    /// Its end is missing.
    CutOff,
    /// It cannot be read, and why. So nobody knows what it is: it neither counts nor is deleted.
    Unreadable(String),
}

impl Stored {
    /// Whether its end is there.
    pub fn is_whole(&self) -> bool {
        self.condition == Condition::Whole
    }

    /// Why it cannot be read, if it cannot.
    pub fn unreadable(&self) -> Option<&str> {
        match &self.condition {
            Condition::Unreadable(why) => Some(why),
            Condition::Whole | Condition::CutOff => None,
        }
    }

    /// Whether it is dated so much later than `now`, a Unix second, that nobody knows when it was made: a clock was wrong, or
    /// somebody put it there.
    pub fn is_ahead(&self, now: i64) -> bool {
        is_ahead(self.made, now)
    }
}

/// A backup that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The backup.
    pub stored: Stored,
    /// Where no name was told: those behind which it stands, the newest first, and why each was not taken.
    pub passed_over: Vec<(Stored, String)>,
}

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows until now.
    pub rows: u64,
    /// Rows in all.
    pub of: u64,
    /// Files until now.
    pub files: u64,
}

/// What a place can do.
pub(super) trait Shelf: Send + Sync {
    fn list(&self) -> Result<Vec<Stored>, BackupError>;
    /// The one of this name, if it is there; whatever may be wrong with the others.
    fn find(&self, name: &str) -> Result<Option<Stored>, BackupError>;
    /// The folder, if it is one.
    fn folder(&self) -> Option<&Path> {
        None
    }
    /// Looks whether a backup of this name could be written; nothing is left of that.
    fn try_out(&self, name: &str) -> Result<(), BackupError>;
    /// Begins a backup that nobody sees until it is kept.
    fn begin(&self, name: &str) -> Result<Box<dyn Unfinished>, BackupError>;
    fn open(&self, name: &str) -> Result<Box<dyn Read + Send>, BackupError>;
    /// Deletes one that need not be there any more: somebody else may delete at the same time.
    fn delete(&self, name: &str) -> Result<(), BackupError>;
    /// Removes what this process has begun and not kept, as far as that can be done: it is about to end.
    fn give_up(&self);
    /// Removes what crashes have left.
    fn clear(&self) -> Result<(), BackupError>;
}

/// A backup that is being written; given up when it is dropped.
pub(super) trait Unfinished: Write + Send {
    /// Makes it whole, in one step.
    fn keep(self: Box<Self>, bytes: u64) -> Result<(), BackupError>;
}
