//! Dead sessions are found and removed, live ones never.

use std::collections::BTreeSet;

use claviger_domain::SessionId;
use claviger_store::{apps, sessions::shared};

use crate::support::{Fixture, NOW, both, new_session, next_id};

both![
    next_app_names_each_app_with_sessions,
    nothing_dead_is_found_among_the_living,
    stale_generations_go_first_and_in_slices,
    several_stale_generations_go_one_by_one,
    expired_sessions_go,
    young_sessions_are_not_looked_at,
    sessions_of_a_deleted_app_go,
    a_run_found_before_end_all_removes_no_live_session,
    a_run_is_removed_once,
    ids_between_the_dead_are_spared,
];

/// Later than every id so far.
fn any_age() -> SessionId {
    next_id()
}

/// Sweeps an app in slices; the sizes of the slices.
async fn sweep(t: &Fixture, app: i64, limit: i64) -> Vec<u64> {
    let before = any_age();
    let mut slices = Vec::new();
    while let Some(run) = t.read(move |conn| shared::find_dead(conn, app, &before, NOW, limit)).await {
        slices.push(t.write(move |conn| shared::remove_dead(conn, &run)).await);
    }
    slices
}

async fn next_app_names_each_app_with_sessions(t: Fixture) {
    let next = async |after| t.read(move |conn| shared::next_app(conn, after)).await;
    assert_eq!(next(0).await, None);
    let [first, _empty, second, deleted] = [t.app().await, t.app().await, t.app().await, t.app().await];
    for app in [first, second, deleted] {
        t.session(app, NOW + 60).await;
    }
    assert!(t.end_all(second).await);
    t.write(move |conn| apps::delete(conn, deleted)).await;
    assert_eq!(next(0).await, Some(first));
    assert_eq!(next(first).await, Some(second), "dead sessions count");
    assert_eq!(next(second).await, Some(deleted));
    assert_eq!(next(deleted).await, None);
}

async fn nothing_dead_is_found_among_the_living(t: Fixture) {
    let app = t.app().await;
    t.sessions(app, 10).await;
    assert!(sweep(&t, app, 100).await.is_empty());
    assert!(sweep(&t, app + 1, 100).await.is_empty());
    assert_eq!(t.count(app).await, 10);
}

async fn stale_generations_go_first_and_in_slices(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    t.sessions(app, 25).await;
    assert!(t.end_all(app).await);
    let (live, elsewhere) = (t.sessions(app, 3).await, t.sessions(other, 3).await);
    assert_eq!(sweep(&t, app, 10).await, [10, 10, 5]);
    assert_eq!(t.rows(app).await, 3);
    assert_eq!(t.scan_ids(app).await.len(), 3);
    for (app, id) in live.into_iter().map(|id| (app, id)).chain(elsewhere.into_iter().map(|id| (other, id))) {
        assert!(t.lives(app, id).await);
    }
}

async fn several_stale_generations_go_one_by_one(t: Fixture) {
    let app = t.app().await;
    for count in [3, 1, 4] {
        t.sessions(app, count).await;
        assert!(t.end_all(app).await);
    }
    t.sessions(app, 2).await;
    assert_eq!(sweep(&t, app, 100).await, [3, 1, 4]);
    assert_eq!(t.rows(app).await, 2);
}

async fn expired_sessions_go(t: Fixture) {
    let app = t.app().await;
    let mut live = BTreeSet::new();
    for number in 0..30 {
        let expires = [NOW - 3600, NOW, NOW + 1][number % 3];
        let id = t.session(app, expires).await;
        if expires > NOW {
            live.insert(id);
        }
    }
    assert_eq!(sweep(&t, app, 8).await, [8, 8, 4]);
    assert_eq!(t.rows(app).await, 10);
    for id in live {
        assert!(t.lives(app, id).await);
    }
}

async fn young_sessions_are_not_looked_at(t: Fixture) {
    let app = t.app().await;
    let old = t.session(app, NOW).await;
    let before = next_id();
    let young = t.session(app, NOW).await;
    let find =
        move || move |conn: &mut claviger_store::Conn<'_>| shared::find_dead(conn, app, &before, NOW, 100);
    let run = t.read(find()).await.expect("the old one");
    assert_eq!(t.write(move |conn| shared::remove_dead(conn, &run)).await, 1);
    assert_eq!(t.read(find()).await, None);
    assert!(t.find_at(app, old, NOW - 1).await.is_none());
    assert!(t.find_at(app, young, NOW - 1).await.is_some());
    // Of older generations everything goes, whatever its age.
    t.write(move |conn| shared::raise_generation(conn, app)).await;
    assert!(t.read(find()).await.is_some());
}

async fn sessions_of_a_deleted_app_go(t: Fixture) {
    let app = t.app().await;
    t.sessions(app, 7).await;
    t.write(move |conn| shared::raise_generation(conn, app)).await;
    t.sessions(app, 5).await;
    t.write(move |conn| apps::delete(conn, app)).await;
    assert_eq!(sweep(&t, app, 4).await, [4, 3, 4, 1]);
    assert_eq!(t.rows(app).await, 0);
    assert_eq!(t.read(|conn| shared::next_app(conn, 0)).await, None);
}

async fn a_run_found_before_end_all_removes_no_live_session(t: Fixture) {
    let app = t.app().await;
    let before = any_age();
    let expired = t.session(app, NOW - 1).await;
    let late = next_id();
    let run =
        t.read(move |conn| shared::find_dead(conn, app, &late, NOW, 100)).await.expect("the expired one");
    assert!(before < expired);
    let live = t.session(app, NOW + 60).await;
    assert!(t.end_all(app).await);
    // The same id again, now alive: the run speaks of another generation.
    let again = claviger_store::sessions::NewSession { id: expired, ..new_session(app) };
    assert!(t.create(again).await);
    assert_eq!(t.write(move |conn| shared::remove_dead(conn, &run)).await, 1);
    assert!(t.lives(app, expired).await);
    assert!(!t.lives(app, live).await);
}

async fn a_run_is_removed_once(t: Fixture) {
    let app = t.app().await;
    t.sessions(app, 5).await;
    assert!(t.end_all(app).await);
    let before = any_age();
    let run = t.read(move |conn| shared::find_dead(conn, app, &before, NOW, 3)).await.expect("dead ones");
    let again = run.clone();
    assert_eq!(t.write(move |conn| shared::remove_dead(conn, &run)).await, 3);
    assert_eq!(t.write(move |conn| shared::remove_dead(conn, &again)).await, 0);
}

async fn ids_between_the_dead_are_spared(t: Fixture) {
    let app = t.app().await;
    let [first, middle, last] = [next_id(), next_id(), next_id()];
    for (id, expires) in [(first, NOW), (last, NOW)] {
        assert!(t.create(claviger_store::sessions::NewSession { id, expires, ..new_session(app) }).await);
    }
    let before = any_age();
    let run = t.read(move |conn| shared::find_dead(conn, app, &before, NOW, 100)).await.expect("dead ones");
    assert!(t.create(claviger_store::sessions::NewSession { id: middle, ..new_session(app) }).await);
    assert_eq!(t.write(move |conn| shared::remove_dead(conn, &run)).await, 2);
    assert!(t.lives(app, middle).await);
    assert_eq!(t.rows(app).await, 1);
}
