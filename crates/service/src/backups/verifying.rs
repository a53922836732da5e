//! Looking whether a backup can be restored: by doing so.

use std::path::Path;

use claviger_archive::{Header, Summary, age::Unlock};
use claviger_store::Database;

use super::{
    error::BackupError,
    files::Files,
    made_key::{self, KeyState},
    pace::Pace,
    place::Place,
    reading::Reading,
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
    /// A folder with room for the database; what is put there is removed.
    pub scratch: &'a Path,
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
    let told = BackupError::file(format!("cannot use the folder {}", order.scratch.display()));
    let folder =
        tempfile::Builder::new().prefix("claviger-verify-").tempdir_in(order.scratch).map_err(told)?;
    let database = Database::Sqlite(folder.path().join("claviger.db"));
    let reading = Reading {
        place: order.place,
        name: order.name,
        unlock: order.unlock,
        now: order.now,
        without: &[],
        pace: order.pace,
        progress: order.progress,
    };
    let (read, key) = reading.fill_database(
        &database,
        || Ok(Files::Nowhere),
        "a look at a backup",
        |conn| made_key::look(conn, order.master_key),
    )?;
    Ok(Verified { header: read.header, summary: read.summary, key })
}
