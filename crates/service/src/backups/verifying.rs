//! Looking whether a backup can be restored: by doing so.

use claviger_archive::{Header, Summary, age::Unlock};
use claviger_store::Database;

use super::{
    error::BackupError,
    files::Files,
    made_key::{self, KeyState},
    pace::Pace,
    place::Place,
    reading::Reading,
    scratch::Scratch,
    shelf::Progress,
};
use crate::shared::master_key::MasterKeySource;

/// What to look at.
pub struct Verify<'a> {
    /// Where the backup is.
    pub place: &'a Place,
    /// Its name.
    pub name: &'a str,
    /// What may open it, where it is encrypted.
    pub unlock: &'a Unlock,
    /// The master key, if it is at hand.
    pub master_key: &'a MasterKeySource,
    /// Where the database is put.
    pub scratch: &'a Scratch,
    /// Unix second.
    pub now: i64,
    /// Whether it takes its time.
    pub pace: Pace,
    /// Told of how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// A backup that can be restored.
#[derive(Debug)]
pub struct Verified {
    /// What it tells about itself.
    pub header: Header,
    /// What is in it.
    pub summary: Summary,
    /// Whether the master key at hand opens it.
    pub key: KeyState,
}

/// Restores a backup into a database that is removed afterwards, and compares digests and counts.
///
/// # Errors
/// When the backup cannot be restored.
pub fn verify(order: &Verify<'_>) -> Result<Verified, BackupError> {
    let database = Database::Sqlite(order.scratch.path().join("claviger.db"));
    let reading = Reading {
        place: order.place,
        name: order.name,
        unlock: order.unlock,
        now: order.now,
        without: &[],
        pace: order.pace,
        progress: order.progress,
    };
    let filled = reading.fill_database(
        &database,
        || Ok(Files::nowhere()),
        "a look at a backup",
        |conn| made_key::look(conn, order.master_key),
    );
    let (read, key) = filled.map_err(|error| of_scratch(error, order.scratch))?;
    Ok(Verified { header: read.header, summary: read.summary, key })
}

/// A disk that fails is that of the folder, not that of the server's data.
fn of_scratch(error: BackupError, scratch: &Scratch) -> BackupError {
    match &error {
        BackupError::Store(store) if store.is_of_disk() => BackupError::Refused(format!(
            "the database of the backup cannot be written into {}: {store}; make room there, or name another folder with \
             --scratch",
            scratch.path().parent().unwrap_or(scratch.path()).display()
        )),
        _ => error,
    }
}
