//! Requests that come at once are done together, and each gets its own answer.

use std::sync::Arc;

use claviger_store::{
    apps,
    sessions::{Lookup, NewSession},
};
use futures_util::{FutureExt, future::join_all};

use crate::support::{Fixture, NOW, both, new_session, next_id};

both![
    five_hundred_creations_at_once,
    each_look_up_gets_its_own_answer,
    creations_for_living_and_dead_apps_mix,
    a_creation_goes_on_without_its_caller,
    a_created_session_is_found_by_the_next_request,
    a_dead_batch_does_not_stop_the_next,
];

async fn five_hundred_creations_at_once(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..500).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { t.session(app, NOW + 60).await })
    });
    let mut ids: Vec<_> = join_all(tasks).await.into_iter().map(|id| id.expect("no panic")).collect();
    ids.sort_unstable();
    assert!(t.scan_ids(app).await.iter().eq(ids.iter().map(claviger_domain::SessionId::as_str)));
}

async fn each_look_up_gets_its_own_answer(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let mut expected = Vec::new();
    for number in 0..300 {
        let new = NewSession { expires: NOW + number % 3, ip: format!("ip {number}"), ..new_session(app) };
        let (id, ip) = (new.id, new.ip.clone());
        expected.push((app, id, (number % 3 > 0).then_some(ip)));
        expected.push((other, id, None));
        expected.push((app, next_id(), None));
        assert!(t.create(new).await);
    }
    // Twice the same in one batch is nothing special.
    expected.extend_from_within(..30);
    let found = join_all(expected.iter().map(|&(app, id, _)| t.find(app, id))).await;
    for (found, (_, _, ip)) in found.into_iter().zip(expected) {
        assert_eq!(found.map(|session| session.ip), ip);
    }
}

async fn creations_for_living_and_dead_apps_mix(t: Fixture) {
    let [living, also_living, dead] = [t.app().await, t.app().await, t.app().await];
    t.write(move |conn| apps::delete(conn, dead)).await;
    let new: Vec<_> = (0..300).map(|number| new_session([living, dead, also_living][number % 3])).collect();
    let created = join_all(new.iter().cloned().map(|new| t.create(new))).await;
    for (new, created) in new.iter().zip(created) {
        assert_eq!(created, new.app != dead);
        assert_eq!(t.lives(new.app, new.id).await, new.app != dead);
    }
    assert_eq!(t.rows(dead).await, 0);
}

async fn a_creation_goes_on_without_its_caller(t: Fixture) {
    let app = t.app().await;
    let new = new_session(app);
    let id = new.id;
    // Polled once: handed in, and then left.
    t.create(new).now_or_never();
    while !t.lives(app, id).await {
        tokio::task::yield_now().await;
    }
}

async fn a_created_session_is_found_by_the_next_request(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..64).map(|_| {
        let t = t.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                let id = t.session(app, NOW + 60).await;
                assert!(t.lives(app, id).await);
                assert!(t.end(app, id).await);
                assert!(!t.lives(app, id).await);
            }
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    assert_eq!(t.rows(app).await, 0);
}

async fn a_dead_batch_does_not_stop_the_next(t: Fixture) {
    let app = t.app().await;
    let new = new_session(app);
    assert!(t.create(new.clone()).await);
    for _ in 0..10 {
        t.store.sessions().create(new.clone()).await.expect_err("the id is taken");
    }
    // A table that is gone for a while, as a broken database is.
    t.place.execute("ALTER TABLE session_generations RENAME TO away");
    for _ in 0..10 {
        t.store.sessions().create(new_session(app)).await.expect_err("no table");
        let lookup = Lookup { app, id: new.id, now: NOW, variable: None };
        t.store.sessions().find(lookup).await.expect_err("no table");
    }
    t.place.execute("ALTER TABLE away RENAME TO session_generations");
    assert!(t.lives(app, new.id).await);
    assert_eq!(t.sessions(app, 50).await.len(), 50);
}
