//! Where backups are: a folder, or an object store.

use std::{
    fmt,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use claviger_archive::{Opened, Protection};
use claviger_outgoing::ObjectOptions;

use super::{
    error::BackupError,
    folder::Folder,
    names,
    object_shelf::ObjectShelf,
    shelf::{Condition, Found, Shelf, Stored, Unfinished},
};

/// Why a backup is not the newest one, whatever its name says.
const LATER: &str = "it is dated later than now";

/// Why a backup is none of this server's.
const PLAIN: &str = "it is not encrypted, as those of this server are";

/// A place where backups are.
#[derive(Clone)]
pub struct Place {
    shelf: Arc<dyn Shelf>,
    label: String,
    encrypted_only: bool,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.label).finish()
    }
}

impl Place {
    /// A folder; it is made with the first backup.
    pub fn folder(path: PathBuf) -> Self {
        let label = path.display().to_string();
        Self { shelf: Arc::new(Folder::new(path)), label, encrypted_only: false }
    }

    /// A bucket of an object store, or a part of it.
    ///
    /// # Errors
    /// When the options make no sense.
    pub fn objects(options: &ObjectOptions) -> Result<Self, BackupError> {
        let label = format!("s3://{}/{} at {}", options.bucket, options.prefix, options.endpoint);
        Ok(Self { shelf: Arc::new(ObjectShelf::new(options)?), label, encrypted_only: false })
    }

    /// The same place, in whose list those that are not encrypted are such as cannot be read: this server makes none, so
    /// that whoever may write there, and no more, has put them there.
    #[must_use]
    pub fn encrypted_only(self) -> Self {
        Self { encrypted_only: true, ..self }
    }

    /// What it is called, without secrets.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The folder, if it is one.
    pub fn as_folder(&self) -> Option<&Path> {
        self.shelf.folder()
    }

    /// Whether it is a folder that is not there: none was made yet, or it is not mounted or called otherwise.
    pub fn is_missing(&self) -> bool {
        self.shelf.folder().is_some_and(|folder| !folder.exists())
    }

    /// All backups, the newest first.
    ///
    /// # Errors
    /// When the place cannot be read.
    pub fn list(&self) -> Result<Vec<Stored>, BackupError> {
        let mut all = self.shelf.list()?;
        for stored in all.iter_mut().filter(|stored| self.encrypted_only && stored.is_whole()) {
            match self.is_encrypted(&stored.name) {
                Ok(true) => {}
                Ok(false) => stored.condition = Condition::Unreadable(PLAIN.into()),
                Err(error) => stored.condition = Condition::Unreadable(error.to_string()),
            }
        }
        all.sort_by(|one, other| other.name.cmp(&one.name));
        Ok(all)
    }

    /// The backup of this name, or the newest whole one that is not dated later than `now`, a Unix second. Where a name is
    /// told, no other backup is looked at.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: Option<&str>, now: i64) -> Result<Found, BackupError> {
        let (label, mut passed_over) = (&self.label, Vec::new());
        if self.is_missing() {
            return Err(BackupError::Refused(format!(
                "there is no folder {label}: see whether the place of backups is right, and its disk mounted"
            )));
        }
        if let Some(name) = name {
            let none = || BackupError::Refused(format!("there is no backup {name} in {label}"));
            let stored = self.shelf.find(name)?.ok_or_else(none)?;
            return Ok(Found { stored, passed_over });
        }
        for stored in self.list()? {
            let why = match &stored.condition {
                Condition::Unreadable(why) => format!("it cannot be read: {why}"),
                _ if stored.is_ahead(now) => LATER.to_owned(),
                Condition::CutOff => "its end is missing".to_owned(),
                Condition::Whole => return Ok(Found { stored, passed_over }),
            };
            passed_over.push((stored, why));
        }
        let ahead = passed_over.iter().find(|(stored, why)| stored.is_whole() && why == LATER);
        let ahead = ahead.map_or(String::new(), |(stored, _)| {
            format!(
                " but those that are dated later than now, such as {}: see whether the clock here is right, or name the one \
                 that is meant",
                stored.name
            )
        });
        Err(BackupError::Refused(format!("there is no whole backup in {label}{ahead}")))
    }

    /// Looks whether a backup could be written; nothing is left of that.
    ///
    /// # Errors
    /// When it could not.
    pub fn try_out(&self) -> Result<(), BackupError> {
        // No backup is of that second, so this one meets none.
        self.shelf.try_out(&names::of(0))
    }

    /// Deletes a backup.
    ///
    /// # Errors
    /// When it cannot be deleted, or the name is no backup's.
    pub fn delete(&self, name: &str) -> Result<(), BackupError> {
        checked(name)?;
        self.shelf.delete(name)
    }

    /// Removes what this process has begun to write there and did not finish, where it is about to end. Another thread may
    /// still write.
    pub fn give_up(&self) {
        self.shelf.give_up();
    }

    fn is_encrypted(&self, name: &str) -> Result<bool, BackupError> {
        Ok(Opened::new(self.open(name)?)?.protection() == Protection::Age)
    }

    pub(super) fn begin(&self, name: &str) -> Result<Box<dyn Unfinished>, BackupError> {
        self.shelf.begin(name)
    }

    pub(super) fn open(&self, name: &str) -> Result<Box<dyn Read + Send>, BackupError> {
        checked(name)?;
        self.shelf.open(name)
    }

    pub(super) fn clear(&self) -> Result<(), BackupError> {
        self.shelf.clear()
    }
}

/// Names are put into paths.
fn checked(name: &str) -> Result<(), BackupError> {
    let known = names::second(name).is_some();
    if known { Ok(()) } else { Err(BackupError::Refused(format!("`{name}` is no name of a backup"))) }
}
