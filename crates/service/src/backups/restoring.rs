//! Restoring a backup.

use std::{cell::Cell, path::Path};

use claviger_archive::{Header, Summary, age::Unlock};
use claviger_store::{
    Conn, Database,
    carry::{self, Ended},
};

use super::{
    error::BackupError, files::Files, made_key::KeyState, pace::Pace, place::Place, reading::Reading,
    shelf::Progress,
};
use crate::shared::master_key::MasterKeySource;

/// What to restore, and where.
pub struct Restore<'a> {
    /// Where the backup is.
    pub place: &'a Place,
    /// Its name.
    pub name: &'a str,
    /// What may open it, where it is encrypted.
    pub unlock: &'a Unlock,
    /// The database, which must have nothing in it.
    pub database: &'a Database,
    /// The folder of uploads, which must have none.
    pub files_dir: &'a Path,
    /// The master key, if it is at hand.
    pub master_key: &'a MasterKeySource,
    /// Unix second.
    pub now: i64,
    /// Whether it hurries.
    pub pace: Pace,
    /// Told of how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What the backup told about itself.
    pub header: Header,
    /// What was in it.
    pub summary: Summary,
    /// What was not brought back to life.
    pub ended: Ended,
    /// Texts that PostgreSQL cannot hold as they were.
    pub changed: u64,
    /// Whether the master key at hand is the right one.
    pub key: KeyState,
}

/// Restores a backup. Sessions are not brought back, and what works once or waits to be sent is ended: since the backup it
/// may have been killed, used or sent.
///
/// # Errors
/// When there is anything already, the key at hand is another database's, or anything fails; the database says that it is
/// unfinished then, and the same command begins anew.
pub fn restore(order: &Restore<'_>) -> Result<Restored, BackupError> {
    let reading = Reading {
        place: order.place,
        name: order.name,
        unlock: order.unlock,
        now: order.now,
        without: &["sessions"],
        pace: order.pace,
        progress: order.progress,
    };
    let key = Cell::new(KeyState::Unneeded);
    // Before anything is written: the wrong key leaves nothing behind.
    let files = || {
        key.set(reading.look_at_key(order.master_key)?);
        if key.get() == KeyState::Wrong {
            return Err(BackupError::Refused(format!(
                "the master key {} is not the one of this backup: put the right one there, or move it away to restore \
                 without one",
                order.master_key
            )));
        }
        Files::of_folder(order.files_dir)
    };
    let end = |conn: &mut Conn<'_>| Ok(carry::end_what_was_ended(conn, order.now)?);
    let (read, ended) = reading.fill_database(order.database, files, "a restore", end)?;
    Ok(Restored { header: read.header, summary: read.summary, ended, changed: read.changed, key: key.get() })
}
