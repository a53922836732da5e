//! The schema is made once and never taken back.

use claviger_store::{Database, Store, StoreError, owners};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, Place, both};

both![
    opening_again_changes_nothing,
    a_newer_schema_is_refused,
    a_refused_database_is_left_as_it_was,
    many_may_open_an_open_database,
];

async fn migrations(t: &Fixture) -> Vec<(i64, String, i64)> {
    let sql = "SELECT version, name, applied FROM schema_migrations ORDER BY version";
    let rows = t.read(move |conn| conn.query(sql, &[])).await;
    let read = |row: &claviger_store::Row| -> claviger_store::Result<_> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    };
    rows.iter().map(|row| read(row).expect("three columns")).collect()
}

async fn opening_again_changes_nothing(t: Fixture) {
    t.owner("Ann").await;
    let before = migrations(&t).await;
    assert!(!before.is_empty());
    assert!((1..).zip(&before).all(|(number, row)| row.0 == number && row.2 == NOW));
    let Fixture { store, place } = t;
    drop(store);
    let again = Store::open(place.database(), NOW + 3600).await.expect("an open store");
    let t = Fixture { store: again, place };
    assert_eq!(migrations(&t).await, before);
    assert_eq!(t.read(owners::all).await.len(), 1);
}

async fn a_newer_schema_is_refused(t: Fixture) {
    let known = migrations(&t).await.len();
    t.place.execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)");
    let refused = Store::open(t.place.database(), NOW).await.err().expect("a refusal");
    assert!(matches!(refused, StoreError::Newer { found: 9999, .. }), "{refused:?}");
    let sentence = format!(
        "the database was made by a newer Claviger (schema 9999; this program knows {known}). \
         Start that version, or restore a backup from before its first start"
    );
    assert_eq!(refused.to_string(), sentence);
}

async fn a_refused_database_is_left_as_it_was(t: Fixture) {
    t.place.execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)");
    let before = migrations(&t).await;
    Store::open(t.place.database(), NOW + 3600).await.err().expect("a refusal");
    assert_eq!(migrations(&t).await, before);
}

async fn many_may_open_an_open_database(t: Fixture) {
    t.owner("Ann").await;
    for store in join_all((0..4).map(|_| t.second())).await {
        assert_eq!(store.db().read(owners::all).await.expect("a reading").len(), 1);
    }
}

/// Several programs start at once on a database that is empty still.
async fn open_at_once(place: Place) {
    let opened = join_all((0..6).map(|_| {
        let database = place.database();
        tokio::spawn(async move { Store::open(database, NOW).await })
    }))
    .await;
    let stores: Vec<_> = opened.into_iter().map(|store| store.expect("no panic").expect("a store")).collect();
    let t = Fixture { store: stores[0].clone(), place };
    let rows = migrations(&t).await;
    assert!((1..).zip(&rows).all(|(number, row)| row.0 == number));
    let app = t.app().await;
    t.session(app, NOW + 60).await;
    drop(stores);
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_first_opens_sqlite() {
    for _ in 0..5 {
        open_at_once(Place::sqlite()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_first_opens_postgres() {
    for _ in 0..3 {
        open_at_once(Place::postgres()).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let t = Fixture::open(Place::sqlite()).await;
    t.owner("Ann").await;
    let Place::Sqlite(folder) = &t.place else { panic!("a folder") };
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert!(files.len() > 1, "there is a log beside the file");
    for file in files {
        let file = file.expect("a file");
        let mode = file.metadata().expect("a mode").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("text");
    std::fs::write(&file, "not a database\n".repeat(1000)).expect("a file");
    let refused = Store::open(Database::Sqlite(file), NOW).await.err().expect("a refusal");
    assert!(refused.to_string().starts_with("SQLite: "), "{refused}");
    let missing = folder.path().join("no such folder/claviger.db");
    Store::open(Database::Sqlite(missing), NOW).await.err().expect("a refusal");
    let refused = Store::open(Database::Postgres("postgres://host:port/".into()), NOW).await;
    let refused = refused.err().expect("a refusal");
    assert!(matches!(refused, StoreError::Configuration(_)), "{refused:?}");
    assert!(refused.to_string().starts_with("the PostgreSQL address is malformed: "), "{refused}");
}
