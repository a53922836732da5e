//! Data that are damaged, or whose key is missing: told at the start, with advice, and nothing is written over.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::support::server::claviger;
use crate::support::{Cli, Server, eventually};

const PAGE: usize = 4096;

/// A server that has stopped, with all of its database in one file.
fn stopped() -> Server {
    let mut server = Server::start();
    server.app.init("1.2");
    server.process.stop("TERM");
    let database = Connection::open(server.data().join("claviger.db")).expect("the database");
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    drop(database);
    server
}

/// The start, the doctor and a command refuse, in a line that says what to do, and change neither file.
fn is_refused(server: &Server, told: &[&str]) {
    let files = ["claviger.db", "master.key"].map(|name| server.data().join(name));
    let read = || files.each_ref().map(|path| fs::read(path).ok());
    let before = read();
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["owner", "list"]] {
        let outcome = server.cli.run(args);
        assert_eq!(outcome.code, Some(1), "{args:?}: {outcome:?}");
        let line = outcome.stderr.lines().last().expect("a line");
        assert!(
            line.starts_with("claviger: ") && told.iter().all(|text| line.contains(text)),
            "{args:?}: {line}"
        );
        assert!(read() == before, "{args:?} changed a file");
    }
    let doctor = server.cli.run(&["doctor", "--listen", "127.0.0.1:0"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(told.iter().all(|text| doctor.stdout.contains(text)), "{doctor:?}");
    assert!(read() == before, "doctor changed a file");
}

#[test]
fn a_damaged_database_is_told_of_and_left_alone() {
    let server = stopped();
    let path = server.data().join("claviger.db");
    let whole = fs::read(&path).expect("the database");
    assert!(whole.len() > 10 * PAGE);
    let damages: [(&str, Vec<u8>); 4] = [
        ("no header", [&[0xAA; 100][..], &whole[100..]].concat()),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("garbage behind the first page", [&whole[..PAGE], &vec![0xAA; whole.len() - PAGE]].concat()),
        ("something else", b"<html>not a database</html>".repeat(500)),
    ];
    for (what, bytes) in damages {
        fs::write(&path, bytes).expect("a damaged file");
        println!("{what}");
        is_refused(&server, &["damaged", "restore a backup"]);
    }
    fs::write(&path, b"").expect("an empty file");
    is_refused(&server, &["is empty", "Put a backup there"]);
    assert_eq!(fs::metadata(&path).expect("the file").len(), 0);
    // The backup is all that it takes.
    fs::write(&path, whole).expect("the file as it was");
    assert_eq!(server.cli.run(&["owner", "list"]).code, Some(0));
}

#[test]
fn damage_that_comes_later_is_told_in_the_log() {
    let server = Server::start();
    let path = server.data().join("claviger.db");
    let session = server.app.init("1.2");
    let database = Connection::open(&path).expect("the database");
    database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    let length = fs::metadata(&path).expect("the file").len();
    let mut file = File::options().write(true).open(&path).expect("the file");
    file.seek(SeekFrom::Start(PAGE as u64)).expect("a place");
    file.write_all(&vec![0xAA; usize::try_from(length).expect("a size") - PAGE]).expect("the damage");
    eventually("the log to tell", || {
        // Whatever it has in memory still it may tell; what it reads anew is refused.
        server.app.seller("type=fetchallkeys");
        server.app.post("1.1", &server.app.params("init", &[("ver", &server.app.version)]));
        let log = server.process.stderr();
        (log.contains("the database file is damaged") && log.contains("restore a backup")).then_some(())
    });
    let alive = crate::support::http::request(&server.app.address, "GET", "/healthz", &[], b"");
    assert_eq!(alive.status, 200);
    drop(session);
}

/// What is in a data folder, but for locks and what SQLite makes anew.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_file());
    let mut all: Vec<_> = files.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect();
    all.sort();
    all
}

#[test]
fn a_log_without_its_database_is_told_of_and_left_alone() {
    let mut server = Server::start();
    let backups = server.folder().join("backups");
    let place = ["--place", backups.to_str().expect("UTF-8")];
    server.cli.ok(&["backup", "create", place[0], place[1]]);
    server.process.crash();
    let [path, log] = ["claviger.db", "claviger.db-wal"].map(|name| server.data().join(name));
    assert!(fs::metadata(&log).expect("the log").len() > 0);
    let elsewhere = server.folder().join("elsewhere.db");
    fs::copy(&path, &elsewhere).expect("a copy");
    fs::copy(&log, server.folder().join("elsewhere.db-wal")).expect("a copy");
    let kept = server.folder().join("kept.db");
    fs::rename(&path, &kept).expect("the database is moved");
    let move_to = [
        "migrate-store",
        "--from",
        elsewhere.to_str().expect("UTF-8"),
        "--to",
        path.to_str().expect("UTF-8"),
    ];
    let restore = ["backup", "restore", place[0], place[1]];
    for empty in [false, true] {
        if empty {
            fs::write(&path, "").expect("an empty file");
        }
        let before = content(&server.data());
        for args in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["owner", "list"],
            &["upgrade", "--check"],
            &restore,
            &["doctor", "--listen", "127.0.0.1:0"],
        ] {
            let outcome = server.cli.run(args);
            assert_eq!(outcome.code, Some(1), "{args:?}: {outcome:?}");
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(
                told.contains("claviger.db-wal holds data of a database that is not in"),
                "{args:?}: {told}"
            );
            assert!(content(&server.data()) == before, "{args:?} changed something");
        }
        for args in [&move_to, &["migrate-store", "--from", move_to[4], "--to", move_to[2]]] {
            let output = claviger().args(args).output().expect("the program starts");
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(told.contains("move it back beside its database"), "{args:?}: {told}");
            assert!(content(&server.data()) == before, "{args:?} changed something");
        }
        assert!(!server.data().join("files").exists(), "the restore made nothing");
    }
    fs::rename(&kept, &path).expect("the database is moved back");
    assert!(server.cli.ok(&["owner", "list"]).contains("demo"));
}

#[test]
fn what_is_stopped_is_whole_in_one_file() {
    let mut server = Server::start();
    server.process.stop("TERM");
    let log = server.data().join("claviger.db-wal");
    assert!(!log.exists(), "{}", server.process.stderr());
    // A command is the last one to close it, too.
    server.cli.ok(&["owner", "create", "another"]);
    assert!(!log.exists());
    server.cli.fails(&["owner", "create", "another"]);
    assert!(!log.exists());
    let copy = server.folder().join("copy");
    fs::create_dir(&copy).expect("a folder");
    for name in ["claviger.db", "master.key"] {
        fs::copy(server.data().join(name), copy.join(name)).expect("a copy");
    }
    let listed = Cli::new(&copy, None).ok(&["owner", "list"]);
    assert!(listed.contains("demo") && listed.contains("another"), "{listed}");
    server.cli.ok(&["doctor", "--listen", "127.0.0.1:0"]);
    assert!(!log.exists());
}

#[test]
fn a_copy_without_its_log_is_told_of_and_left_alone() {
    let server = stopped();
    let other = server.folder().join("other.db");
    let database = Connection::open(&other).expect("a database");
    database.pragma_update(None, "journal_mode", "WAL").expect("a log");
    database.execute_batch("CREATE TABLE one (id INTEGER)").expect("a table, in the log");
    let path = server.data().join("claviger.db");
    let whole = fs::read(&path).expect("the database");
    fs::copy(&other, &path).expect("a copy without the log");
    is_refused(&server, &["has no tables, but was in use", "claviger.db-wal"]);
    assert!(!server.data().join("claviger.db-wal").exists());
    fs::write(&path, whole).expect("the file as it was");
    assert!(server.cli.ok(&["owner", "list"]).contains("demo"));
}

/// Changes the key, and puts it back.
fn with_key(path: &Path, change: impl FnOnce(&Path), check: impl FnOnce()) {
    let key = fs::read(path).expect("the key");
    change(path);
    check();
    let _ = fs::remove_file(path);
    fs::write(path, key).expect("the key as it was");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
}

#[test]
fn a_master_key_that_does_not_fit_is_told_of_and_left_alone() {
    let server = stopped();
    let key = server.data().join("master.key");
    with_key(
        &key,
        |path| fs::remove_file(path).expect("gone"),
        || {
            is_refused(&server, &["master key", "is not there", "backup"]);
            assert!(!key.exists());
        },
    );
    for (wrong, told) in [
        ("0123", ["is no master key", "Restore it from your backup"]),
        ("not hexadecimal", ["is no master key", "Restore it from your backup"]),
        ("", ["is empty", "restore it from your backup"]),
    ] {
        with_key(
            &key,
            |path| {
                fs::write(path, wrong).expect("another key");
            },
            || is_refused(&server, &told),
        );
    }
    let other = "5a".repeat(32);
    with_key(
        &key,
        |path| {
            File::options()
                .write(true)
                .open(path)
                .expect("the key")
                .write_all_at(other.as_bytes(), 0)
                .expect("it");
        },
        || is_refused(&server, &["is not the one that this database was set up with"]),
    );
    with_key(
        &key,
        |path| fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("a mode"),
        || is_refused(&server, &["can be read by other users", "chmod 600"]),
    );
    // Root reads it all the same.
    let unreadable = |path: &Path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("a mode");
    };
    with_key(&key, unreadable, || {
        if File::open(&key).is_err() {
            is_refused(&server, &["cannot be used", "permissions"]);
        }
    });
    assert_eq!(server.cli.run(&["owner", "list"]).code, Some(0));
}
