//! Walks over live sessions.

use std::{ops::ControlFlow, sync::mpsc};

use claviger_store::{
    SessionStore,
    sessions::{NewSession, Scan, shared},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::support::{Fixture, NOW, both, new_session, next_id, seen, walk};

both![
    a_walk_goes_from_the_oldest_to_the_newest,
    a_walk_leaves_out_the_dead,
    a_walk_tells_what_a_list_shows,
    a_walk_goes_on_after_a_session,
    a_walk_ends_when_told,
    a_walk_can_be_filtered,
    a_walk_meets_ten_thousand_sessions_once_each,
    pages_of_any_size_make_the_whole,
    a_walk_sees_one_moment,
];

async fn a_walk_goes_from_the_oldest_to_the_newest(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.scan_ids(app).await.is_empty());
    let [first, second, third] = [next_id(), next_id(), next_id()];
    for id in [second, third, first] {
        assert!(t.create(NewSession { id, ..new_session(app) }).await);
    }
    t.sessions(other, 3).await;
    assert_eq!(t.scan_ids(app).await, [first.as_str(), second.as_str(), third.as_str()]);
}

async fn a_walk_leaves_out_the_dead(t: Fixture) {
    let app = t.app().await;
    t.sessions(app, 3).await;
    assert!(t.end_all(app).await);
    t.session(app, NOW).await;
    let live = t.session(app, NOW + 1).await;
    assert_eq!(t.scan_ids(app).await, [live.as_str()]);
    assert!(t.scan(Scan { now: NOW + 1, ..walk(app) }).await.is_empty());
}

async fn a_walk_tells_what_a_list_shows(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let anonymous = NewSession { ip: String::new(), ..new_session(app) };
    let (anonymous_id, id) = (anonymous.id, next_id());
    assert!(t.create(anonymous).await);
    let new = NewSession { id, expires: NOW + 7, ip: "2001:db8::1".into(), ..new_session(app) };
    assert!(t.create(new).await);
    assert!(t.sign_in(app, id, user, "Ann").await);
    let found = t.scan(walk(app)).await;
    let fields = |index: usize| {
        let row = &found[index];
        (row.id.as_str(), row.expires, row.ip.as_str(), row.credential.as_deref())
    };
    assert_eq!(found.len(), 2);
    assert_eq!(fields(0), (anonymous_id.as_str(), NOW + 60, "", None));
    assert_eq!(fields(1), (id.as_str(), NOW + 7, "2001:db8::1", Some("Ann")));
}

async fn a_walk_goes_on_after_a_session(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 5).await;
    for index in 0..5 {
        let rest = t.scan(Scan { after: Some(ids[index]), ..walk(app) }).await;
        assert_eq!(rest.len(), 4 - index);
        assert!(rest.iter().zip(&ids[index + 1..]).all(|(row, id)| row.id == id.as_str()));
    }
    // Also when that session has died meanwhile.
    assert!(t.end(app, ids[1]).await);
    assert_eq!(t.scan(Scan { after: Some(ids[1]), ..walk(app) }).await.len(), 3);
}

async fn a_walk_ends_when_told(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 10).await;
    for limit in [1, 4, 10] {
        let met = page(t.store.shared_sessions(), walk(app), limit).await;
        assert!(met.iter().eq(ids[..limit].iter().map(claviger_domain::SessionId::as_str)));
    }
    // The store is as usable as before.
    assert_eq!(t.scan_ids(app).await.len(), 10);
}

/// The ids that a walk meets until the visitor breaks at the row `limit`.
async fn page(sessions: std::sync::Arc<dyn SessionStore>, scan: Scan, limit: usize) -> Vec<String> {
    tokio::task::spawn_blocking(move || page_now(&*sessions, &scan, limit)).await.expect("no panic")
}

fn page_now(sessions: &dyn SessionStore, scan: &Scan, limit: usize) -> Vec<String> {
    let mut met = Vec::new();
    let mut visitor = |row: claviger_store::sessions::ScanRow<'_>| {
        assert!(met.len() < limit, "visited after the break");
        met.push(row.id.to_owned());
        if met.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    sessions.scan(scan, &mut visitor).expect("a walk");
    met
}

async fn a_walk_can_be_filtered(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let ids = t.sessions(app, 5).await;
    for (id, user, name) in [(ids[1], ann, "Ann"), (ids[2], bob, "Bob"), (ids[4], ann, "Ann")] {
        assert!(t.sign_in(app, id, user, name).await);
    }
    let places = async |user, validated| {
        let met = t.scan(Scan { user, validated, ..walk(app) }).await;
        let place = |id: &str| ids.iter().position(|known| known.as_str() == id).expect("a known id");
        met.iter().map(|row| place(&row.id)).collect::<Vec<_>>()
    };
    assert_eq!(places(None, None).await, [0, 1, 2, 3, 4]);
    assert_eq!(places(None, Some(true)).await, [1, 2, 4]);
    assert_eq!(places(None, Some(false)).await, [0, 3]);
    assert_eq!(places(Some(ann), None).await, [1, 4]);
    assert_eq!(places(Some(ann), Some(true)).await, [1, 4]);
    assert!(places(Some(ann), Some(false)).await.is_empty());
    assert!(places(Some(0), None).await.is_empty(), "nobody has this number");
    let rest = Scan { after: Some(ids[1]), validated: Some(true), ..walk(app) };
    assert_eq!(t.scan(rest).await.len(), 2);
}

async fn a_walk_meets_ten_thousand_sessions_once_each(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 10_000).await;
    let met = t.scan_ids(app).await;
    assert_eq!(met.len(), ids.len());
    assert!(met.iter().zip(&ids).all(|(met, id)| met == id.as_str()));
    assert_eq!(t.count(app).await, 10_000);
}

async fn pages_of_any_size_make_the_whole(t: Fixture) {
    let app = t.app().await;
    let ids = t.sessions(app, 40).await;
    let sessions = t.store.shared_sessions();
    let run = move || {
        // A case opens a connection a page.
        let mut runner =
            TestRunner::new(Config { cases: 16, failure_persistence: None, ..Config::default() });
        runner.run(&prop::collection::vec(1usize..60, 1..12), |sizes| {
            let mut met: Vec<String> = Vec::new();
            for limit in sizes.iter().copied().cycle() {
                let after = met.last().and_then(|last| claviger_domain::SessionId::parse(last));
                let more = page_now(&*sessions, &Scan { after, ..walk(app) }, limit);
                let last = more.len() < limit;
                met.extend(more);
                if last {
                    break;
                }
            }
            prop_assert!(met.iter().eq(ids.iter().map(claviger_domain::SessionId::as_str)));
            Ok(())
        })
    };
    tokio::task::spawn_blocking(run).await.expect("no panic").expect("all cases");
}

async fn a_walk_sees_one_moment(t: Fixture) {
    let app = t.app().await;
    // More than one fetch of rows.
    let ids = t.sessions(app, 2500).await;
    let user = t.user(app, "Ann").await;
    let (met_first, first_met) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let sessions = t.store.shared_sessions();
    let walker = tokio::task::spawn_blocking(move || -> claviger_store::Result<_> {
        let mut met_first = Some(met_first);
        let mut met = Vec::new();
        sessions.scan(&walk(app), &mut |row| {
            met.push(seen(row));
            if let Some(met_first) = met_first.take() {
                met_first.send(()).expect("somebody waits");
                may_go_on.recv().expect("the word to go on");
            }
            ControlFlow::Continue(())
        })?;
        Ok(met)
    });
    first_met.await.expect("a session");
    // Meanwhile others write, and need not wait for the walk.
    let (ended, signed_in) = (ids[2400], ids[2300]);
    assert!(t.end(app, ended).await);
    assert!(t.sign_in(app, signed_in, user, "Ann").await);
    let late = t.session(app, NOW + 60).await;
    assert!(t.end_all(app).await);
    t.sessions(app, 3).await;
    t.write(move |conn| shared::raise_generation(conn, app)).await;
    go_on.send(()).expect("the walker waits");
    let met = walker.await.expect("no panic").expect("a walk");
    assert!(met.iter().map(|row| row.id.as_str()).eq(ids.iter().map(claviger_domain::SessionId::as_str)));
    assert!(met.iter().all(|row| row.credential.is_none() && row.id != late.as_str()));
    assert!(t.scan_ids(app).await.is_empty());
}
