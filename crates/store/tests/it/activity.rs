//! Counts by minute and by hour.

use claviger_store::{
    activity::{self, Counted, Guesses, HOUR, Happened, MINUTE},
    apps,
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    counts_add_up,
    live_sessions_are_noted,
    nodes_add_at_once,
    old_counts_go,
    a_deleted_application_has_none
];

/// The start of an hour.
const START: i64 = NOW - NOW % HOUR;

async fn add(t: &Fixture, app: i64, at: i64, inits: i64) {
    let guesses = Guesses { passwords: 4 * inits, licenses: 5 * inits, codes: 6 * inits, paused: 7 * inits };
    let happened = Happened { inits, sign_ins: 2 * inits, refusals: 3 * inits, guesses };
    t.write(move |conn| activity::add(conn, app, at, happened)).await;
}

async fn counts(t: &Fixture, app: i64, step: i64) -> Vec<(i64, i64, Option<i64>)> {
    let rows = t.read(move |conn| activity::between(conn, app, step, START, START + 2 * HOUR)).await;
    rows.into_iter()
        .map(|Counted { began, happened, live }| {
            let Happened { inits, sign_ins, refusals, guesses } = happened;
            assert_eq!((sign_ins, refusals), (2 * inits, 3 * inits));
            let Guesses { passwords, licenses, codes, paused } = guesses;
            let times = [4, 5, 6, 7].map(|times| times * inits);
            assert_eq!([passwords, licenses, codes, paused], times);
            assert_eq!(guesses.failed(), 15 * inits);
            (began - START, inits, live)
        })
        .collect()
}

async fn counts_add_up(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for (at, inits) in [(0, 1), (59, 10), (60, 100), (3599, 1000), (3600, 10_000), (-1, 5), (2 * HOUR, 5)] {
        add(&t, app, START + at, inits).await;
    }
    add(&t, other, START, 7).await;
    let minutes = [(0, 11, None), (60, 100, None), (3540, 1000, None), (3600, 10_000, None)];
    assert_eq!(counts(&t, app, MINUTE).await, minutes);
    assert_eq!(counts(&t, app, HOUR).await, [(0, 1111, None), (3600, 10_000, None)]);
    assert_eq!(counts(&t, other, MINUTE).await, [(0, 7, None)]);
}

async fn live_sessions_are_noted(t: Fixture) {
    let app = t.app().await;
    add(&t, app, START, 1).await;
    let last = async |since| t.read(move |conn| activity::last_live(conn, app, since)).await;
    assert_eq!(last(0).await, None);
    for (at, live) in [(0, 5), (30, 4), (61, 9), (125, 3)] {
        t.write(move |conn| activity::note_live(conn, app, START + at, live)).await;
    }
    add(&t, app, START, 1).await;
    assert_eq!(counts(&t, app, MINUTE).await, [(0, 2, Some(4)), (60, 0, Some(9)), (120, 0, Some(3))]);
    assert_eq!(counts(&t, app, HOUR).await, [(0, 2, Some(9))]);
    assert_eq!(last(START + 120).await, Some((3, START + 120)));
    assert_eq!(last(START + 121).await, None);
}

async fn nodes_add_at_once(t: Fixture) {
    let apps = [t.app().await, t.app().await];
    let nodes = [t.second().await, t.second().await];
    let add = |number: usize| {
        nodes[number % 2].db().write::<_, claviger_store::StoreError, _>(move |conn| {
            for app in apps {
                let guesses = Guesses { passwords: 4, licenses: 5, codes: 6, paused: 7 };
                let happened = Happened { inits: 1, sign_ins: 2, refusals: 3, guesses };
                activity::add(conn, app, START, happened)?;
            }
            Ok(())
        })
    };
    for added in join_all((0..50).map(add)).await {
        added.expect("both are added");
    }
    for app in apps {
        assert_eq!(counts(&t, app, MINUTE).await, [(0, 50, None)]);
    }
}

async fn old_counts_go(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for at in [0, 60, 3600, 3660] {
        add(&t, app, START + at, 1).await;
    }
    add(&t, other, START, 1).await;
    let gone = t.write(move |conn| activity::trim(conn, app, START + 3600, START + 3600)).await;
    assert_eq!(gone, 3, "two minutes and an hour");
    assert_eq!(counts(&t, app, MINUTE).await, [(3600, 1, None), (3660, 1, None)]);
    assert_eq!(counts(&t, app, HOUR).await, [(3600, 2, None)]);
    assert_eq!(counts(&t, other, MINUTE).await.len(), 1);
}

async fn a_deleted_application_has_none(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        add(&t, app, START, 1).await;
    }
    t.write(move |conn| apps::delete(conn, app)).await;
    // A node had something to add still.
    add(&t, app, START, 1).await;
    assert_eq!(t.read(|conn| activity::next_app(conn, 0)).await, Some(app.min(other)));
    t.write(move |conn| activity::trim(conn, app, 0, 0)).await;
    assert!(counts(&t, app, MINUTE).await.is_empty());
    assert_eq!(t.read(|conn| activity::next_app(conn, 0)).await, Some(other));
    assert_eq!(t.read(move |conn| activity::next_app(conn, other)).await, None);
}
