//! One fills a database file at a time.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use claviger_files::open_private;

use crate::{Result, StoreError, db::sqlite};

/// As long as this is kept, nobody else fills the file. It ends with the process, however that ends.
pub(super) struct Hold {
    /// A file beside the database, whose locks are SQLite's own.
    path: PathBuf,
    lock: File,
}

impl Hold {
    /// Keeps others from filling a file, which need not be there yet.
    ///
    /// # Errors
    /// When somebody fills it, or nothing can be written beside it.
    pub(super) fn of(database: &Path) -> Result<Self> {
        let fault = |error| sqlite::unwritable(database, &error);
        let mut path = fs::canonicalize(database).unwrap_or_else(|_| database.into()).into_os_string();
        path.push("-filling");
        let path = PathBuf::from(path);
        loop {
            let lock = open_private(&path).map_err(fault)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::Error(error)) => return Err(fault(error)),
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Configuration(format!(
                        "{} is being filled by another program: wait for its end",
                        database.display()
                    )));
                }
            }
            let hold = Self { path: path.clone(), lock };
            // Whoever held it may have removed it since it was opened.
            if hold.is_there().map_err(fault)? {
                return Ok(hold);
            }
        }
    }

    /// Whether the file that is locked is the one that others find.
    fn is_there(&self) -> io::Result<bool> {
        let locked = self.lock.metadata()?;
        match fs::metadata(&self.path) {
            Ok(found) => Ok((found.dev(), found.ino()) == (locked.dev(), locked.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // While it is locked still: whoever comes next makes another one.
        if self.is_there().unwrap_or(false) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claviger.db");
        // What a killed one left is in nobody's way.
        fs::write(folder.path().join("claviger.db-filling"), "").unwrap();
        for _ in 0..2 {
            let hold = Hold::of(&path).unwrap();
            let refused = Hold::of(&path).err().unwrap().to_string();
            assert!(refused.contains("claviger.db is being filled by another program"), "{refused}");
            Hold::of(&folder.path().join("other.db")).unwrap();
            drop(hold);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn it_is_known_by_any_path() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["claviger.db", "link.db"].map(|name| folder.path().join(name));
        fs::write(&path, "").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let _hold = Hold::of(&path).unwrap();
        assert!(Hold::of(&link).is_err());
    }
}
