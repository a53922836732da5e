//! Backups in a folder.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process,
    time::SystemTime,
};

use claviger_archive::{TAIL_LEN, Tail};
use claviger_files::{create_private, create_private_folder, folder_of, sync_folder};
use rustix::fs::Access;

use super::{
    error::BackupError,
    names,
    shelf::{Condition, GIVEN_UP, Shelf, Stored, Unfinished},
};
use crate::shared::file_store::unless_missing;

/// Ends the names of what is being written.
const UNFINISHED: &str = ".unfinished";
/// Bytes that are written at once.
const PIECE: usize = 256 * 1024;

pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    fn told(&self, what: &str) -> impl FnOnce(io::Error) -> BackupError {
        BackupError::file(format!("{what} {}", self.0.display()))
    }

    /// A file for a backup of this name, with `id` in the name that it has meanwhile.
    fn sheet(&self, name: &str, id: &str) -> Result<Sheet, BackupError> {
        let path = self.0.join(name);
        let unfinished = self.0.join(format!("{name}.{id}{UNFINISHED}"));
        if path.exists() {
            return Err(there_already(&path));
        }
        let file = create_private(&unfinished).map_err(self.told("cannot write a backup into"))?;
        Ok(Sheet { file: BufWriter::with_capacity(PIECE, file), unfinished, path, kept: false })
    }
}

impl Shelf for Folder {
    fn list(&self) -> Result<Vec<Stored>, BackupError> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(self.told("cannot read the folder"))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(self.told("cannot read the folder"))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            found.extend(self.find(&name)?);
        }
        Ok(found)
    }

    fn find(&self, name: &str) -> Result<Option<Stored>, BackupError> {
        let Some(made) = names::second(name) else { return Ok(None) };
        let (bytes, condition) = match look(&self.0.join(name)) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            // Somebody else cleared it away meanwhile, or it leads nowhere.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => (0, Condition::Unreadable(error.to_string())),
        };
        Ok(Some(Stored { name: name.into(), made, bytes, condition }))
    }

    fn folder(&self) -> Option<&Path> {
        Some(&self.0)
    }

    fn try_out(&self, name: &str) -> Result<(), BackupError> {
        if self.0.is_dir() {
            return self.sheet(name, &process::id().to_string()).map(drop);
        }
        let path = std::path::absolute(&self.0).map_err(self.told("there is no such folder:"))?;
        let above = path.ancestors().find(|above| above.exists()).unwrap_or(Path::new("/"));
        rustix::fs::access(above, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(io::Error::from)
            .and_then(|()| if above.is_dir() { Ok(()) } else { Err(ErrorKind::NotADirectory.into()) })
            .map_err(self.told("cannot make the folder"))
    }

    fn begin(&self, name: &str) -> Result<Box<dyn Unfinished>, BackupError> {
        create_private_folder(&self.0).map_err(self.told("cannot make the folder"))?;
        if let Err(error) = self.clear() {
            tracing::warn!(%error, "what was left of a backup is not removed");
        }
        // What a crash left in the same second is in nobody's way.
        Ok(Box::new(self.sheet(name, &process::id().to_string())?))
    }

    fn open(&self, name: &str) -> Result<Box<dyn Read + Send>, BackupError> {
        let path = self.0.join(name);
        let file = File::open(&path).map_err(BackupError::file(format!("cannot open {}", path.display())))?;
        Ok(Box::new(BufReader::with_capacity(PIECE, file)))
    }

    fn delete(&self, name: &str) -> Result<(), BackupError> {
        let path = self.0.join(name);
        unless_missing(fs::remove_file(&path))
            .map_err(BackupError::file(format!("cannot delete {}", path.display())))
    }

    fn give_up(&self) {
        let ours = format!(".{}{UNFINISHED}", process::id());
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let begun = name.to_str().and_then(|name| name.strip_suffix(&ours));
            if begun.is_some_and(|name| names::second(name).is_some()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn clear(&self) -> Result<(), BackupError> {
        let Ok(entries) = fs::read_dir(&self.0) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let ours = name.to_str().and_then(|name| name.strip_suffix(UNFINISHED));
            let ours =
                ours.and_then(|name| names::second(name.rsplit_once('.').map_or(name, |(name, _)| name)));
            let touched = entry.metadata().and_then(|found| found.modified());
            let old =
                touched.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > GIVEN_UP));
            if ours.is_some() && old {
                unless_missing(fs::remove_file(entry.path())).map_err(self.told("cannot clear"))?;
            }
        }
        Ok(())
    }
}

/// The length of a file, and whether it ends as a backup of this length does; `None`: it is no file at all.
fn look(path: &Path) -> io::Result<Option<(u64, Condition)>> {
    // Before it is opened: a pipe would wait for somebody who writes.
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Ok(None);
    }
    let bytes = found.len();
    let condition = match ends_as_one(path, bytes) {
        Ok(true) => Condition::Whole,
        Ok(false) => Condition::CutOff,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(error),
        Err(error) => Condition::Unreadable(error.to_string()),
    };
    Ok(Some((bytes, condition)))
}

fn ends_as_one(path: &Path, bytes: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(at) = bytes.checked_sub(TAIL_LEN as u64) else { return Ok(false) };
    file.seek(SeekFrom::Start(at))?;
    let mut tail = [0; TAIL_LEN];
    file.read_exact(&mut tail)?;
    Ok(Tail::parse(&tail).is_some_and(|tail| tail.length == bytes))
}

/// Another backup was made in the same second.
fn there_already(path: &Path) -> BackupError {
    BackupError::Refused(format!("there is a backup {} already: try again in a second", path.display()))
}

/// A file under another name until it is whole.
struct Sheet {
    file: BufWriter<File>,
    unfinished: PathBuf,
    path: PathBuf,
    kept: bool,
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Unfinished for Sheet {
    fn keep(mut self: Box<Self>, _: u64) -> Result<(), BackupError> {
        let told = || BackupError::file(format!("cannot write {}", self.path.display()));
        let synced = told();
        let renamed = told();
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(synced)?;
        match fs::hard_link(&self.unfinished, &self.path) {
            Ok(()) => fs::remove_file(&self.unfinished).map_err(renamed)?,
            Err(_) if self.path.exists() => return Err(there_already(&self.path)),
            // There are file systems without links.
            Err(_) => fs::rename(&self.unfinished, &self.path).map_err(renamed)?,
        }
        self.kept = true;
        // The name too must be there after a power failure.
        sync_folder(folder_of(&self.path)).map_err(BackupError::file("cannot sync the folder"))
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NAME: &str = "claviger-20260102T030405Z.backup";

    #[test]
    fn what_is_not_kept_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Folder::new(folder.path().join("backups"));
        assert_eq!(shelf.list().unwrap(), []);
        let mut begun = shelf.begin(NAME).unwrap();
        begun.write_all(b"half").unwrap();
        begun.flush().unwrap();
        assert_eq!(shelf.list().unwrap(), []);
        drop(begun);
        assert_eq!(fs::read_dir(folder.path().join("backups")).unwrap().count(), 0);
        let mut begun = shelf.begin(NAME).unwrap();
        begun.write_all(b"something else").unwrap();
        begun.keep(14).unwrap();
        let condition = Condition::CutOff;
        let stored = Stored { name: NAME.into(), made: 1_767_323_045, bytes: 14, condition };
        assert_eq!(shelf.list().unwrap(), [stored]);
        assert!(shelf.begin(NAME).is_err(), "none is overwritten");
        shelf.delete(NAME).unwrap();
        assert_eq!(shelf.list().unwrap(), []);
        // Somebody else cleared away at the same time.
        shelf.delete(NAME).unwrap();
    }

    #[test]
    fn of_two_that_are_made_in_one_second_the_first_stays() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Folder::new(folder.path().into());
        let [mut first, mut second] = ["first", "second"].map(|id| {
            let mut sheet = shelf.sheet(NAME, id).unwrap();
            sheet.write_all(id.as_bytes()).unwrap();
            sheet
        });
        first.flush().unwrap();
        second.flush().unwrap();
        Box::new(first).keep(5).unwrap();
        let refused = Box::new(second).keep(6).unwrap_err().to_string();
        assert!(refused.contains("already: try again in a second"), "{refused}");
        assert_eq!(fs::read(folder.path().join(NAME)).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Folder::new(folder.path().into());
        fs::create_dir(folder.path().join(NAME)).unwrap();
        let other = folder.path().join("claviger-20260103T030405Z.backup");
        std::os::unix::fs::symlink("nowhere", other).unwrap();
        assert_eq!(shelf.list().unwrap(), []);
    }

    #[test]
    fn trying_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some/backups");
        let shelf = Folder::new(path.clone());
        shelf.try_out(NAME).unwrap();
        assert!(!folder.path().join("some").exists());
        fs::write(folder.path().join("some"), "in the way").unwrap();
        shelf.try_out(NAME).unwrap_err();
        fs::remove_file(folder.path().join("some")).unwrap();
        fs::create_dir_all(&path).unwrap();
        shelf.try_out(NAME).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn what_a_crash_left_is_removed_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Folder::new(folder.path().into());
        let names = [
            format!("{NAME}.1{UNFINISHED}"),
            format!("claviger-20260103T030405Z.backup.1{UNFINISHED}"),
            "mine".into(),
        ];
        for name in &names {
            fs::write(folder.path().join(name), b"half").unwrap();
        }
        let long_ago = SystemTime::now() - GIVEN_UP - Duration::from_secs(60);
        for name in [&names[0], &names[2]] {
            File::options()
                .write(true)
                .open(folder.path().join(name))
                .unwrap()
                .set_modified(long_ago)
                .unwrap();
        }
        // A look changes nothing; the next backup clears.
        shelf.try_out(NAME).unwrap();
        assert!(folder.path().join(&names[0]).exists());
        let begun = shelf.begin("claviger-20260104T030405Z.backup").unwrap();
        let left = names.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, true, true]);
        // One's own goes at once, nobody else's.
        shelf.give_up();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        drop(begun);
    }
}
