//! The database goes away for a moment, or is busy with somebody else.

use claviger_store::{StoreError, sessions::Lookup, subscriptions};
use futures_util::{FutureExt, future::join_all};

use crate::support::{Fixture, NOW, Place, new_session};

/// Uses every connection of the store.
async fn warm_up(t: &Fixture, app: i64) {
    join_all((0..20).map(|_| t.session(app, NOW + 60))).await;
    // Each of the connections for everything else waits until all six are taken.
    let barrier = std::sync::Arc::new(std::sync::Barrier::new(6));
    let all = (0..6).map(|_| {
        let barrier = barrier.clone();
        t.read(move |conn| {
            conn.query("SELECT 1", &[])?;
            barrier.wait();
            Ok(())
        })
    });
    join_all(all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_server_fails_no_later_request() {
    let t = Fixture::open(Place::postgres()).await;
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    for round in 0..3 {
        warm_up(&t, app).await;
        t.place.cut_connections();
        assert!(t.lives(app, id).await);
        assert!(t.create(new_session(app)).await);
        for number in 0..10 {
            let name = format!("{round} {number}");
            assert!(t.write(move |conn| subscriptions::insert(conn, app, &name, "1")).await);
        }
        warm_up(&t, app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_the_middle_fails_one_change() {
    let t = Fixture::open(Place::postgres()).await;
    let app = t.app().await;
    for _ in 0..8 {
        let cut = t.store.db().write(move |conn| {
            assert!(subscriptions::insert(conn, app, "gold", "1")?);
            conn.query("SELECT pg_terminate_backend(pg_backend_pid())", &[])?;
            Ok::<_, StoreError>(())
        });
        let error = cut.await.expect_err("the connection is cut");
        assert!(matches!(error, StoreError::Postgres(_)), "{error:?}");
        assert!(t.read(move |conn| subscriptions::of_level(conn, app, "1")).await.is_empty());
    }
    assert!(t.write(move |conn| subscriptions::insert(conn, app, "gold", "1")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_server_is_an_error() {
    // Nothing listens on port 1.
    let nowhere = claviger_store::Database::Postgres("postgres://nobody@127.0.0.1:1/nothing".into());
    let refused = claviger_store::Store::open(nowhere, NOW).await.err().expect("an error");
    assert!(refused.to_string().starts_with("PostgreSQL: "), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_database_is_an_error_not_a_wait() {
    let t = Fixture::open(Place::postgres()).await;
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    let Fixture { store, place } = t;
    drop(place);
    store.sessions().find(Lookup { app, id, now: NOW, variable: None }).await.expect_err("no database");
    store.sessions().create(new_session(app)).await.expect_err("no database");
    store.db().write(|conn| conn.execute("SELECT 1", &[])).await.expect_err("no database");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_on_the_file_is_waited_for() {
    let t = Fixture::open(Place::sqlite()).await;
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    let claviger_store::Database::Sqlite(path) = t.place.database() else { panic!("a file") };
    let other = rusqlite::Connection::open(path).expect("the file");
    other.execute_batch("BEGIN IMMEDIATE; UPDATE catalog SET version = version + 1").expect("a change");
    let mut waiting = std::pin::pin!(t.create(new_session(app)));
    assert!(waiting.as_mut().now_or_never().is_none());
    // Readers need not wait.
    assert!(t.lives(app, id).await);
    assert_eq!(t.count(app).await, 1);
    other.execute_batch("COMMIT").expect("the end of the change");
    assert!(waiting.await);
    assert_eq!(t.count(app).await, 2);
}
