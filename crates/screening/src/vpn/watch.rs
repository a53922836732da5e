//! A list that follows its files.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use super::VpnList;
use crate::ScreeningError;

/// A [`VpnList`] that is read again when its files have changed.
pub struct VpnWatch {
    list: PathBuf,
    asn_table: Option<PathBuf>,
    /// Held for as long as it takes to copy the pointer, never while files are read.
    current: RwLock<Arc<VpnList>>,
    /// What the files were like when they were last looked at; held while they are read.
    seen: Mutex<[Stamp; 2]>,
}

/// What tells one version of a file from the next; `None` when it cannot be told.
type Stamp = Option<(SystemTime, u64)>;

impl VpnWatch {
    /// Reads the list as [`VpnList::load`] does. Blocks.
    ///
    /// # Errors
    /// Those of [`VpnList::load`].
    pub fn open(list: impl Into<PathBuf>, asn_table: Option<PathBuf>) -> Result<Self, ScreeningError> {
        let list = list.into();
        let seen = stamps(&list, asn_table.as_deref());
        let current = VpnList::load(&list, asn_table.as_deref())?;
        Ok(Self { list, asn_table, current: RwLock::new(Arc::new(current)), seen: Mutex::new(seen) })
    }

    /// The list as it is now.
    pub fn current(&self) -> Arc<VpnList> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether `address` is on the list as it is now.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).contains(address)
    }

    /// Reads the list again if a file has another time or length than before; returns whether it did. Blocks; for a
    /// thread of its own. A file that changes while it is read is left for the next call.
    ///
    /// # Errors
    /// Those of [`VpnList::load`]; the list stays what it was. A wrong file is told once, one that the system refuses
    /// at each call.
    pub fn reload_if_changed(&self) -> Result<bool, ScreeningError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = || stamps(&self.list, self.asn_table.as_deref());
        let now = stamps();
        if now == *seen {
            return Ok(false);
        }
        let loaded = VpnList::load(&self.list, self.asn_table.as_deref());
        if stamps() != now {
            return Ok(false);
        }
        // Rights, say, may be mended without a change to the file: it is tried again.
        if !matches!(loaded, Err(ScreeningError::File { .. })) {
            *seen = now;
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded?);
        Ok(true)
    }
}

fn stamps(list: &Path, asn_table: Option<&Path>) -> [Stamp; 2] {
    [stamp(list), asn_table.and_then(stamp)]
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    /// Writes a file that was changed `age` seconds after the epoch, so that no test waits for a clock.
    fn write(path: &Path, text: &str, age: u64) {
        fs::write(path, text).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(age)).unwrap();
    }

    fn has(watch: &VpnWatch, address: &str) -> bool {
        let address = address.parse().unwrap();
        assert_eq!(watch.contains(address), watch.current().contains(address));
        watch.contains(address)
    }

    #[test]
    fn follows_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let (list, table) = (folder.path().join("vpn.txt"), folder.path().join("table.tsv"));
        write(&list, "192.0.2.1\nAS7\n", 1);
        write(&table, "1.0.0.0\t1.0.0.255\t7\n", 1);
        let watch = VpnWatch::open(&list, Some(table.clone())).unwrap();
        assert!(has(&watch, "192.0.2.1") && has(&watch, "1.0.0.1"));
        assert!(!watch.reload_if_changed().unwrap());
        write(&list, "192.0.2.2\nAS7\n", 2);
        assert!(watch.reload_if_changed().unwrap());
        assert!(!watch.reload_if_changed().unwrap());
        assert!(!has(&watch, "192.0.2.1") && has(&watch, "192.0.2.2"));
        write(&table, "2.0.0.0\t2.0.0.255\t7\n", 2);
        assert!(watch.reload_if_changed().unwrap());
        assert!(!has(&watch, "1.0.0.1") && has(&watch, "2.0.0.1"));
    }

    #[test]
    fn keeps_the_list_when_the_next_one_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("vpn.txt");
        write(&list, "192.0.2.1", 1);
        let watch = VpnWatch::open(&list, None).unwrap();
        write(&list, "nonsense", 2);
        let error = watch.reload_if_changed().unwrap_err().to_string();
        assert!(error.contains("vpn.txt, line 1: `nonsense` is no entry"), "{error}");
        assert!(!watch.reload_if_changed().unwrap());
        assert!(has(&watch, "192.0.2.1"));
        fs::remove_file(&list).unwrap();
        for _ in 0..2 {
            assert!(matches!(watch.reload_if_changed(), Err(ScreeningError::File { .. })));
        }
        assert!(has(&watch, "192.0.2.1"));
        write(&list, "192.0.2.3", 3);
        assert!(watch.reload_if_changed().unwrap());
        assert!(has(&watch, "192.0.2.3") && !has(&watch, "192.0.2.1"));
    }

    #[test]
    fn a_pipe_in_place_of_a_file_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("vpn.txt");
        write(&list, "192.0.2.1", 1);
        let watch = VpnWatch::open(&list, None).unwrap();
        fs::remove_file(&list).unwrap();
        mkfifoat(CWD, &list, Mode::from_raw_mode(0o600)).unwrap();
        let error = watch.reload_if_changed().unwrap_err().to_string();
        assert!(error.contains("it is no regular file"), "{error}");
        assert!(has(&watch, "192.0.2.1"));
    }

    #[test]
    fn does_not_open_without_a_list() {
        assert!(matches!(VpnWatch::open("/nonexistent/vpn.txt", None), Err(ScreeningError::File { .. })));
    }
}
