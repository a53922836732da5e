//! The disk is full, read-only, or held by somebody else.

use std::fs;

use rusqlite::Connection;

use crate::support::disk::{OnSmallDisk, after, unshare};
use crate::support::server::{Process, claviger_under};
use crate::support::{ALL_VERSIONS, Server, eventually, form, http::request};

#[test]
fn a_full_disk_stops_changes_only_and_only_as_long_as_it_is_full() {
    let small = OnSmallDisk::start();
    let app = &small.server.app;
    let sessions = ALL_VERSIONS.map(|version| app.init(version));
    let browser = small.server.browser();
    small.fill();
    let began = || {
        let body = form(&app.params("init", &[("ver", &app.version)]));
        request(&app.address, "POST", "/api/1.1/", &[crate::support::app::FORM], body.as_bytes())
    };
    // What is left of the last file goes first.
    let refused = eventually("a change to be refused", || {
        let reply = began();
        (reply.status != 200).then_some(reply)
    });
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")), "{refused:?}");
    assert_eq!(refused.text(), r#"{"success":false,"message":"The server is busy. Try again in a moment."}"#);
    for _ in 0..20 {
        let changed = app.seller("type=addsub&name=gold&level=2");
        assert_eq!((changed.status, changed.header("retry-after")), (503, Some("2")), "{changed:?}");
    }
    for session in &sessions {
        session.is_unvalidated();
    }
    assert_eq!(app.seller("type=fetchallkeys").status, 200);
    assert_eq!(browser.get("/dashboard/demo-app/sessions").status, 200);
    let log = small.server.process.stderr();
    assert!(log.contains("a group of changes was not saved") && log.contains("of the data folder"), "{log}");
    assert!(log.matches("requests get 503 for now").count() <= 2, "{log}");

    small.free();
    eventually("changes to go on", || (began().status == 200).then_some(()));
    for (session, version) in sessions.iter().zip(ALL_VERSIONS) {
        session.is_unvalidated();
        app.init(version);
    }
    assert_eq!(app.seller("type=addsub&name=gold&level=2").status, 200);
    let database = Connection::open(small.database()).expect("the database");
    let found: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
    assert_eq!(found, "ok");
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let way = unshare();
    let wrapper = match &way {
        Some(way) => {
            let data = data.display();
            after(way, &format!("mount --bind '{data}' '{data}' && mount -o remount,bind,ro '{data}'"))
        }
        None => after(&[], &format!("chmod 500 '{}'", data.display())),
    };
    let mut command = claviger_under(&wrapper);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
    let mut process = Process::spawn(command, folder.path());
    assert_eq!(process.wait().code(), Some(1));
    let said = process.stderr();
    let line = said.lines().last().expect("a line");
    assert!(line.starts_with("claviger: the database ") && line.contains("cannot be written"), "{said}");
    assert!(line.contains("mounted read-only"), "{said}");
    assert_eq!(fs::read_dir(&data).expect("the folder").count(), 0);
}

#[test]
fn a_database_that_another_program_holds_is_waited_for_and_told_of() {
    let server = Server::start();
    let mut other = Connection::open(server.data().join("claviger.db")).expect("the database");
    other.busy_timeout(std::time::Duration::from_secs(20)).expect("a time limit");
    let held = other.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).expect("the lock");
    let app = server.app.clone();
    let waiting = std::thread::spawn(move || app.init("1.2"));
    eventually("the log to tell", || {
        server.process.stderr().contains("another program holds the database").then_some(())
    });
    held.rollback().expect("the end");
    waiting.join().expect("a session").is_unvalidated();
}
