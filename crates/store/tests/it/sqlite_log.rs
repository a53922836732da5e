//! The write-ahead log of SQLite beside readers that take long.

use std::{fs, sync::mpsc, time::Duration};

use claviger_store::{Conn, Database, Store, StoreError, variables};

use crate::support::NOW;

const MIB: u64 = 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_reader_made_the_log_grow_is_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (database, log) = (folder.path().join("claviger.db"), folder.path().join("claviger.db-wal"));
    let store = Store::open(Database::Sqlite(database), NOW).await.expect("a database");
    let size = || fs::metadata(&log).map_or(0, |log| log.len());
    let (reading, begun) = mpsc::channel();
    let (done, end) = mpsc::channel::<()>();
    let holding = {
        let store = store.clone();
        let hold = move |conn: &mut Conn<'_>| {
            let count = variables::count(conn, 7)?;
            let _ = reading.send(());
            // Until the sender is dropped.
            let _ = end.recv();
            Ok::<_, StoreError>(count)
        };
        tokio::spawn(async move { store.read_apart(hold).await })
    };
    begun.recv().expect("the reader has begun");
    for number in 0..40 {
        let add = move |conn: &mut Conn<'_>| {
            let (name, value) = (number.to_string(), "x".repeat(MIB as usize));
            conn.execute(
                "INSERT INTO variables (app, name, value, authed) VALUES ($1, $2, $3, 0)",
                claviger_store::params![7, &name, &value],
            )
        };
        store.db().write::<_, StoreError, _>(add).await.expect("a change");
    }
    assert!(size() > 40 * MIB, "the reader needs all of it");
    drop(done);
    assert_eq!(holding.await.expect("no panic").expect("a count"), 0);
    let cut = async {
        // Nobody writes any more.
        while size() > 24 * MIB {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), cut).await.expect("the log is cut");
}
