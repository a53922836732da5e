//! Sessions begin and end.

use claviger_store::{
    apps,
    sessions::{LiveSession, NewSession, shared},
};

use crate::support::{Fixture, NOW, both, new_session, next_id};

both![
    a_created_session_is_found_as_it_was_given,
    a_session_belongs_to_one_app,
    an_unknown_session_is_not_found,
    a_session_is_dead_from_its_last_second_on,
    the_same_id_twice_is_refused_and_the_first_stays,
    the_same_id_may_live_in_two_apps,
    no_session_begins_without_an_app,
    deleting_an_app_ends_its_sessions,
    an_ended_session_is_dead,
    a_session_ends_only_in_its_app,
    an_expired_session_cannot_be_ended,
    end_all_ends_the_sessions_of_one_app,
    end_all_without_live_sessions_changes_nothing,
    end_all_of_an_unknown_app_says_no,
    sessions_after_end_all_live,
    raising_the_generation_needs_no_live_session,
    an_undone_end_all_ends_nothing,
    a_session_ended_on_one_node_is_dead_on_the_other,
    sessions_survive_a_restart,
];

async fn a_created_session_is_found_as_it_was_given(t: Fixture) {
    let app = t.app().await;
    for (api, enckey) in [(10, None), (12, Some("nonce".to_owned()))] {
        let new = NewSession { api, enckey: enckey.clone(), ip: "2001:db8::1".into(), ..new_session(app) };
        let (id, expires) = (new.id, new.expires);
        assert!(t.create(new).await);
        let live = LiveSession { expires, api, ip: "2001:db8::1".into(), enckey, user: None, variable: None };
        assert_eq!(t.find(app, id).await, Some(live));
    }
}

async fn a_session_belongs_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = t.session(app, NOW + 60).await;
    assert!(t.lives(app, id).await);
    assert!(!t.lives(other, id).await);
    assert!(!t.lives(other + 1, id).await);
}

async fn an_unknown_session_is_not_found(t: Fixture) {
    let app = t.app().await;
    t.session(app, NOW + 60).await;
    assert!(!t.lives(app, next_id()).await);
}

async fn a_session_is_dead_from_its_last_second_on(t: Fixture) {
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    assert!(t.find_at(app, id, NOW + 59).await.is_some());
    assert!(t.find_at(app, id, NOW + 60).await.is_none());
    assert!(t.find_at(app, id, i64::MAX).await.is_none());
}

async fn the_same_id_twice_is_refused_and_the_first_stays(t: Fixture) {
    let app = t.app().await;
    let first = NewSession { ip: "192.0.2.1".into(), ..new_session(app) };
    let second = NewSession { ip: "192.0.2.2".into(), ..first.clone() };
    let id = first.id;
    assert!(t.create(first).await);
    t.store.sessions().create(second).await.expect_err("the id is taken");
    assert_eq!(t.find(app, id).await.expect("the first").ip, "192.0.2.1");
    assert!(t.create(new_session(app)).await);
}

async fn the_same_id_may_live_in_two_apps(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let first = new_session(app);
    let id = first.id;
    assert!(t.create(NewSession { app: other, ..first.clone() }).await);
    assert!(t.create(first).await);
    assert!(t.end(app, id).await);
    assert!(t.lives(other, id).await);
}

async fn no_session_begins_without_an_app(t: Fixture) {
    let app = t.app().await;
    let new = new_session(app + 1);
    let id = new.id;
    assert!(!t.create(new).await);
    assert!(!t.lives(app + 1, id).await);
    assert_eq!(t.rows(app + 1).await, 0);
}

async fn deleting_an_app_ends_its_sessions(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [id, spared] = [t.session(app, NOW + 60).await, t.session(other, NOW + 60).await];
    t.write(move |conn| apps::delete(conn, app)).await;
    assert!(!t.lives(app, id).await);
    assert_eq!(t.count(app).await, 0);
    assert!(!t.create(new_session(app)).await);
    assert!(!t.end(app, id).await);
    assert!(!t.end_all(app).await);
    assert!(t.scan_ids(app).await.is_empty());
    assert!(t.lives(other, spared).await);
}

async fn an_ended_session_is_dead(t: Fixture) {
    let app = t.app().await;
    let [id, spared] = [t.session(app, NOW + 60).await, t.session(app, NOW + 60).await];
    assert!(t.end(app, id).await);
    assert!(!t.lives(app, id).await);
    assert!(!t.end(app, id).await);
    assert!(t.lives(app, spared).await);
    assert_eq!(t.scan_ids(app).await, [spared.as_str()]);
}

async fn a_session_ends_only_in_its_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = t.session(app, NOW + 60).await;
    assert!(!t.end(other, id).await);
    assert!(!t.end(app, next_id()).await);
    assert!(t.lives(app, id).await);
}

async fn an_expired_session_cannot_be_ended(t: Fixture) {
    let app = t.app().await;
    let [just, long] = [t.session(app, NOW).await, t.session(app, NOW - 3600).await];
    assert!(!t.end(app, just).await);
    assert!(!t.end(app, long).await);
}

async fn end_all_ends_the_sessions_of_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let (ids, spared) = (t.sessions(app, 20).await, t.sessions(other, 3).await);
    assert!(t.end_all(app).await);
    for id in ids {
        assert!(!t.lives(app, id).await);
        assert!(!t.end(app, id).await);
    }
    assert_eq!(t.count(app).await, 0);
    assert!(t.scan_ids(app).await.is_empty());
    for id in spared {
        assert!(t.lives(other, id).await);
    }
}

async fn end_all_without_live_sessions_changes_nothing(t: Fixture) {
    let app = t.app().await;
    assert!(!t.end_all(app).await, "none at all");
    t.session(app, NOW).await;
    t.session(app, NOW - 3600).await;
    assert!(!t.end_all(app).await, "only expired ones");
    let id = t.session(app, NOW + 60).await;
    assert!(t.end(app, id).await);
    assert!(!t.end_all(app).await, "the last one was ended");
    t.session(app, NOW + 60).await;
    assert!(t.end_all(app).await);
    assert!(!t.end_all(app).await, "just done");
}

async fn end_all_of_an_unknown_app_says_no(t: Fixture) {
    assert!(!t.end_all(4711).await);
}

async fn sessions_after_end_all_live(t: Fixture) {
    let app = t.app().await;
    for _ in 0..5 {
        let old = t.session(app, NOW + 60).await;
        assert!(t.end_all(app).await);
        let new = t.session(app, NOW + 60).await;
        assert!(!t.lives(app, old).await);
        assert!(t.lives(app, new).await);
        assert_eq!(t.scan_ids(app).await, [new.as_str()]);
    }
}

async fn raising_the_generation_needs_no_live_session(t: Fixture) {
    let app = t.app().await;
    let expired = t.session(app, NOW).await;
    t.write(move |conn| shared::raise_generation(conn, app)).await;
    // Not even for a node whose clock is behind.
    assert!(t.find_at(app, expired, NOW - 60).await.is_none());
}

async fn an_undone_end_all_ends_nothing(t: Fixture) {
    let app = t.app().await;
    let id = t.session(app, NOW + 60).await;
    let undone = t.store.db().write(move |conn| {
        assert!(shared::end_all(conn, app, NOW)?);
        Err::<(), _>(claviger_store::StoreError::Configuration("second thoughts".into()))
    });
    undone.await.expect_err("second thoughts");
    assert!(t.lives(app, id).await);
}

async fn a_session_ended_on_one_node_is_dead_on_the_other(t: Fixture) {
    let app = t.app().await;
    let second = Fixture { store: t.second().await, place: t.place };
    let first = t.store;
    for _ in 0..20 {
        let id = second.session(app, NOW + 60).await;
        let lookup = claviger_store::sessions::Lookup { app, id, now: NOW, variable: None };
        assert!(first.sessions().find(lookup).await.expect("finding").is_some());
        assert!(first.db().write(move |conn| shared::end(conn, app, &id, NOW)).await.expect("ending"));
        assert!(!second.lives(app, id).await);
    }
}

async fn sessions_survive_a_restart(t: Fixture) {
    let app = t.app().await;
    let [id, ended] = [t.session(app, NOW + 60).await, t.session(app, NOW + 60).await];
    assert!(t.end(app, ended).await);
    let Fixture { store, place } = t;
    drop(store);
    let t = Fixture::open(place).await;
    assert!(t.lives(app, id).await);
    assert!(!t.lives(app, ended).await);
}
