//! Uploaded files on their way out of a backup. They are written beside the uploads, and put among them when all of the
//! backup was read: what is there already is never removed, nor replaced.

use std::{
    collections::HashSet,
    fs::{self, DirEntry, File},
    io::{self, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
};

use claviger_archive::{ArchiveError, FileEntry};
use claviger_files::{Lock, create_private, create_private_folder, lock_folder, sync_folder};

use super::error::BackupError;
use crate::shared::file_store::is_id;

/// The folder, in that of the uploads, of files that are not yet among them.
const STAGE: &str = ".restore";
/// In it: files are being put among the uploads, so some may be there from a try that was killed.
const PLACING: &str = "placing";
/// Bytes that are compared at once.
const PIECE: usize = 64 * 1024;

/// Where files go.
pub(super) struct Files {
    /// Those that came until now: none may come twice.
    seen: HashSet<(i64, String)>,
    /// The folder of uploads; `None`: their content is only looked at.
    uploads: Option<Uploads>,
}

/// The folder of uploads, which nobody else restores into meanwhile.
pub(super) struct Uploads {
    dir: PathBuf,
    open: Option<(File, PathBuf)>,
    /// Held on the folder itself.
    _lock: Lock,
}

impl Files {
    /// Nowhere: their content is only looked at.
    pub(super) fn nowhere() -> Self {
        Self { seen: HashSet::new(), uploads: None }
    }

    /// A folder that has no uploads, but for those that an earlier try put there.
    pub(super) fn of_folder(dir: &Path) -> Result<Self, BackupError> {
        let told = || BackupError::file(format!("cannot use the folder of files {}", dir.display()));
        create_private_folder(dir).map_err(told())?;
        let Some(lock) = lock_folder(dir).map_err(told())? else {
            return Err(BackupError::Refused(format!(
                "another restore writes to the folder of files {}: wait for its end",
                dir.display()
            )));
        };
        let stage = dir.join(STAGE);
        if !stage.join(PLACING).exists() && !apps_in(dir).map_err(told())?.is_empty() {
            return Err(BackupError::Refused(format!(
                "the folder of files {} has uploads already, and nothing is overwritten: move them away",
                dir.display()
            )));
        }
        if fs::symlink_metadata(&stage).is_ok_and(|found| !found.is_dir()) {
            return Err(BackupError::Refused(format!(
                "{} is no folder, and leads who restores elsewhere: move it away",
                stage.display()
            )));
        }
        create_private_folder(&stage).map_err(told())?;
        for left in apps_in(&stage).map_err(told())? {
            fs::remove_dir_all(left.path()).map_err(told())?;
        }
        let uploads = Uploads { dir: dir.into(), open: None, _lock: lock };
        Ok(Self { uploads: Some(uploads), ..Self::nowhere() })
    }

    pub(super) fn begin(&mut self, entry: &FileEntry) -> Result<(), BackupError> {
        if !is_id(&entry.id) || entry.app <= 0 {
            return Err(ArchiveError::Damaged("a file has an impossible name").into());
        }
        if !self.seen.insert((entry.app, entry.id.clone())) {
            return Err(ArchiveError::Damaged("a file is in it twice").into());
        }
        let Some(uploads) = &mut self.uploads else { return Ok(()) };
        let folder = uploads.stage().join(entry.app.to_string());
        let path = folder.join(&entry.id);
        let told = || BackupError::file(format!("cannot write {}", path.display()));
        create_private_folder(&folder).map_err(told())?;
        uploads.open = Some((create_private(&path).map_err(told())?, path));
        Ok(())
    }

    pub(super) fn data(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        let Some(Uploads { open: Some((file, path)), .. }) = &mut self.uploads else { return Ok(()) };
        file.write_all(bytes).map_err(BackupError::file(format!("cannot write {}", path.display())))
    }

    pub(super) fn end(&mut self) -> Result<(), BackupError> {
        let Some(uploads) = &mut self.uploads else { return Ok(()) };
        let Some((file, path)) = uploads.open.take() else { return Ok(()) };
        file.sync_all().map_err(BackupError::file(format!("cannot write {}", path.display())))
    }

    /// All of them were read: they become uploads.
    pub(super) fn place(&self) -> Result<(), BackupError> {
        self.uploads.as_ref().map_or(Ok(()), Uploads::place)
    }

    /// The database is whole, too.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let Some(uploads) = self.uploads else { return Ok(()) };
        let stage = uploads.stage();
        fs::remove_dir_all(&stage).map_err(BackupError::file(format!("cannot remove {}", stage.display())))
    }
}

impl Uploads {
    fn stage(&self) -> PathBuf {
        self.dir.join(STAGE)
    }

    fn place(&self) -> Result<(), BackupError> {
        let told =
            || BackupError::file(format!("cannot write to the folder of files {}", self.dir.display()));
        let stage = self.stage();
        File::create(stage.join(PLACING)).and_then(|mark| mark.sync_all()).map_err(told())?;
        sync_folder(&stage).map_err(told())?;
        for app in apps_in(&stage).map_err(told())? {
            let folder = self.dir.join(app.file_name());
            create_private_folder(&folder).map_err(told())?;
            for file in fs::read_dir(app.path()).map_err(told())? {
                let file = file.map_err(told())?.path();
                let place = folder.join(file.file_name().unwrap_or_default());
                if !place.exists() {
                    fs::rename(&file, &place).map_err(told())?;
                } else if !is_same(&file, &place).map_err(told())? {
                    return Err(BackupError::Refused(format!(
                        "{} is another file than the one of the backup, and nothing is overwritten: move it away",
                        place.display()
                    )));
                }
            }
            sync_folder(&folder).map_err(told())?;
        }
        sync_folder(&self.dir).map_err(told())
    }
}

/// The folders of applications' files.
fn apps_in(dir: &Path) -> io::Result<Vec<DirEntry>> {
    let of_app = |entry: &DirEntry| {
        let name = entry.file_name();
        name.to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    };
    fs::read_dir(dir)?.filter(|entry| entry.as_ref().map_or(true, of_app)).collect()
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut here, mut there) = (Vec::with_capacity(PIECE), Vec::with_capacity(PIECE));
    loop {
        here.clear();
        there.clear();
        one.by_ref().take(PIECE as u64).read_to_end(&mut here)?;
        other.by_ref().take(PIECE as u64).read_to_end(&mut there)?;
        if here != there || here.is_empty() {
            return Ok(here == there);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str) -> FileEntry {
        FileEntry { app: 1, id: id.into() }
    }

    fn restore(dir: &Path, id: &str, content: &[u8]) -> Result<Files, BackupError> {
        let mut files = Files::of_folder(dir)?;
        files.begin(&entry(id))?;
        files.data(content)?;
        files.end()?;
        files.place()?;
        Ok(files)
    }

    #[test]
    fn a_try_that_was_killed_takes_nothing_away() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("files");
        // Killed before anything was put among the uploads: these come in between.
        drop(Files::of_folder(&dir).unwrap());
        fs::create_dir(dir.join("1")).unwrap();
        fs::write(dir.join("1/222222"), "mine").unwrap();
        let refused = restore(&dir, "111111", b"text").err().unwrap().to_string();
        assert!(refused.contains("has uploads already"), "{refused}");
        assert_eq!(fs::read(dir.join("1/222222")).unwrap(), b"mine");
    }

    #[test]
    fn what_was_put_there_already_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("files");
        // Killed before the database was whole.
        drop(restore(&dir, "111111", b"text").unwrap());
        let refused = restore(&dir, "111111", b"else").err().unwrap().to_string();
        assert!(refused.contains("is another file than the one of the backup"), "{refused}");
        assert_eq!(fs::read(dir.join("1/111111")).unwrap(), b"text");
        restore(&dir, "111111", b"text").unwrap().finish().unwrap();
        assert!(!dir.join(STAGE).exists());
        assert!(restore(&dir, "111111", b"text").is_err());
    }

    #[test]
    fn a_link_leads_nobody_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let [dir, other] = ["files", "other"].map(|name| folder.path().join(name));
        fs::create_dir_all(other.join("1")).unwrap();
        fs::create_dir(&dir).unwrap();
        std::os::unix::fs::symlink(&other, dir.join(STAGE)).unwrap();
        let refused = Files::of_folder(&dir).err().unwrap().to_string();
        assert!(refused.contains("is no folder, and leads"), "{refused}");
        assert!(other.join("1").exists());
    }

    #[test]
    fn a_file_comes_once() {
        let folder = tempfile::tempdir().unwrap();
        for mut files in [Files::nowhere(), Files::of_folder(folder.path()).unwrap()] {
            for name in ["111111", "222222"] {
                files.begin(&entry(name)).unwrap();
                files.end().unwrap();
            }
            let refused = files.begin(&entry("111111")).unwrap_err().to_string();
            assert_eq!(refused, "the backup is damaged: a file is in it twice");
        }
    }

    #[test]
    fn one_restores_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Files::of_folder(folder.path()).unwrap();
        let refused = Files::of_folder(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("another restore writes to"), "{refused}");
        drop(first);
        Files::of_folder(folder.path()).unwrap();
    }
}
