//! What SQLite keeps beside a database, where the database is not. SQLite takes it for a remnant and deletes it as soon as
//! anybody opens the database, to read it too: the data that it holds would be gone.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::{Result, StoreError};

/// Refuses a database that is not there, or is empty, while something of it lies beside it. Touches nothing.
pub(crate) fn refuse(database: &Path) -> Result<()> {
    let path = place_of(database);
    // What is beside it first: a database that is just being made has its first page before it has a log.
    let [log, journal] = [beside(&path, "-wal"), beside(&path, "-journal")];
    let (has_log, has_journal) = (length(&log) > 0, length(&journal) > 0);
    let stray = match fs::metadata(&path) {
        Ok(found) if found.len() > 0 => return Ok(()),
        _ if has_log => log,
        // One that is just being made has a journal of nothing.
        Ok(_) if has_journal && pages_before(&journal) > 0 => journal,
        Err(_) if has_journal => journal,
        _ => return Ok(()),
    };
    Err(StoreError::Configuration(format!(
        "{stray} holds data of a database that is not in {path}, and opening that would delete it: move it back beside its \
         database, under the same name, or away; nothing was changed",
        stray = stray.display(),
        path = database.display()
    )))
}

/// The file itself: SQLite looks beside it where the path is a link, also one that leads to nothing.
fn place_of(database: &Path) -> PathBuf {
    let beside = |target: PathBuf| database.parent().map_or(target.clone(), |folder| folder.join(&target));
    fs::canonicalize(database)
        .or_else(|_| fs::read_link(database).map(beside))
        .unwrap_or_else(|_| database.to_owned())
}

/// A file that SQLite keeps beside a database, by the end of its name.
pub(crate) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

/// Pages that the database had when a journal was begun, as its head tells.
fn pages_before(journal: &Path) -> u32 {
    let mut head = [0; 20];
    match File::open(journal).and_then(|mut file| file.read_exact(&mut head)) {
        Ok(()) => u32::from_be_bytes([head[16], head[17], head[18], head[19]]),
        Err(_) => 0,
    }
}

/// Whether a database file has no table, and its log is not beside it: most likely a copy without the log, in which all
/// was. As long as there is a log, only SQLite knows what is in the database.
pub(crate) fn is_without_its_log(database: &Path) -> bool {
    /// Where the first page, behind the head of the file, tells its kind and how many rows the schema has.
    const PAGE: usize = 100;
    let path = place_of(database);
    let mut head = [0; PAGE + 5];
    !beside(&path, "-wal").exists()
        && File::open(&path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
        && head.starts_with(b"SQLite format 3\0")
        && head[PAGE] == 0x0D
        && head[PAGE + 3..PAGE + 5] == [0, 0]
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rusqlite::Connection;

    use super::*;

    #[test]
    fn what_lies_beside_nothing_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let database = path("claviger.db");
        refuse(&database).unwrap();
        for end in ["-wal", "-journal"] {
            let stray = beside(&database, end);
            fs::write(&stray, [1; 100]).unwrap();
            symlink(&database, path("link.db")).unwrap();
            for empty in [false, true] {
                if empty {
                    fs::write(&database, "").unwrap();
                }
                for asked in [&database, &path("link.db")] {
                    let refused = refuse(asked).unwrap_err().to_string();
                    assert!(refused.starts_with(&stray.display().to_string()), "{refused}");
                    assert!(refused.contains("move it back beside its database"), "{refused}");
                }
            }
            fs::write(&database, "something").unwrap();
            refuse(&database).unwrap();
            for gone in [&database, &stray, &path("link.db")] {
                fs::remove_file(gone).unwrap();
            }
        }
    }

    #[test]
    fn one_that_is_being_made_is_no_stray() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("claviger.db");
        fs::write(&database, "").unwrap();
        // The head of a journal of a database that had no page.
        fs::write(beside(&database, "-journal"), [0; 512]).unwrap();
        refuse(&database).unwrap();
        fs::write(beside(&database, "-wal"), "").unwrap();
        refuse(&database).unwrap();
    }

    #[test]
    fn a_file_without_tables_is_told_from_one_with_some() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("claviger.db");
        assert!(!is_without_its_log(&database));
        let connection = Connection::open(&database).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE one (id INTEGER)").unwrap();
        // All is in the log still.
        assert!(!is_without_its_log(&database));
        let copy = folder.path().join("copy.db");
        fs::copy(&database, &copy).unwrap();
        assert!(is_without_its_log(&copy));
        drop(connection);
        assert!(!is_without_its_log(&database));
    }
}
