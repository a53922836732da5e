//! Many at once: nothing is lost, nobody takes others down, and no session is half dead.

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use claviger_store::{
    Result, StoreError, licenses, params,
    sessions::{Lookup, shared},
    subscriptions, users,
};
use futures_util::{FutureExt, future::join_all};

use crate::support::{Fixture, NOW, both, new_session};

both![
    five_hundred_changes_at_once,
    a_failing_change_is_undone_alone,
    a_panicking_change_is_undone_alone,
    a_panicking_reading_takes_nobody_down,
    a_refused_statement_fails_its_change_alone,
    a_change_goes_on_without_its_caller,
    too_many_waiting_changes_are_refused_and_the_others_done,
    serial_numbers_are_drawn_once,
    of_two_ends_one_succeeds,
    of_two_end_alls_one_succeeds,
    sessions_around_end_all_are_dead_before_and_alive_after,
    end_all_answers_after_the_creations_it_ended,
    end_all_waits_for_no_caller_who_went_away,
    no_sign_in_survives_the_end_of_its_session,
    sweeping_beside_the_living_takes_none_of_them,
    two_nodes_lose_nothing,
    a_reading_sees_what_was_written_before,
];

fn no() -> StoreError {
    StoreError::Configuration("no".into())
}

async fn names(t: &Fixture, app: i64) -> Vec<String> {
    let mut names = t.read(move |conn| subscriptions::of_level(conn, app, "1")).await;
    names.sort_unstable();
    names
}

async fn five_hundred_changes_at_once(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..500).map(|number| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| subscriptions::insert(conn, app, &format!("{number:03}"), "1")).await
        })
    });
    assert!(join_all(tasks).await.into_iter().all(|added| added.expect("no panic")));
    assert!(names(&t, app).await.into_iter().eq((0..500).map(|number| format!("{number:03}"))));
}

/// Every fifth of many changes goes wrong after it has written, each in the way of `wrong`.
async fn every_fifth_goes_wrong(t: Fixture, wrong: fn() -> Result<()>) -> Vec<StoreError> {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..200).map(|number| {
        let t = t.clone();
        let change = move |conn: &mut claviger_store::Conn<'_>| {
            assert!(subscriptions::insert(conn, app, &format!("{number:03}"), "1")?);
            if number % 5 == 0 { wrong() } else { Ok(()) }
        };
        tokio::spawn(async move { t.store.db().write(change).await })
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(|task| task.expect("no panic")).collect();
    let kept = (0..200).filter(|number| number % 5 > 0).map(|number| format!("{number:03}"));
    assert!(names(&t, app).await.into_iter().eq(kept));
    let (good, bad): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (160, 40));
    // And all goes on as before.
    t.session(app, NOW + 60).await;
    assert!(t.write(move |conn| subscriptions::insert(conn, app, "last", "1")).await);
    bad.into_iter().filter_map(Result::err).collect()
}

async fn a_failing_change_is_undone_alone(t: Fixture) {
    let errors = every_fifth_goes_wrong(t, || Err(no())).await;
    assert!(errors.iter().all(|error| matches!(error, StoreError::Configuration(text) if text == "no")));
}

async fn a_panicking_change_is_undone_alone(t: Fixture) {
    let errors = every_fifth_goes_wrong(t, || panic!("on purpose")).await;
    assert!(errors.iter().all(|error| matches!(error, StoreError::Panicked)));
}

async fn a_panicking_reading_takes_nobody_down(t: Fixture) {
    let app = t.app().await;
    for _ in 0..12 {
        let panicked = t.store.db().read::<(), StoreError, _>(move |conn| {
            subscriptions::of_level(conn, app, "1")?;
            panic!("on purpose")
        });
        assert!(matches!(panicked.await, Err(StoreError::Panicked)));
    }
    assert!(t.write(move |conn| subscriptions::insert(conn, app, "gold", "1")).await);
    for _ in 0..12 {
        assert_eq!(names(&t, app).await, ["gold"]);
    }
}

async fn a_refused_statement_fails_its_change_alone(t: Fixture) {
    let app = t.app().await;
    let changes = (0..100).map(|number| {
        let name = format!("{number:03}");
        t.store.db().write(move |conn| {
            assert!(subscriptions::insert(conn, app, &name, "1")?);
            if number % 2 == 0 {
                // The primary key says no.
                let sql = "INSERT INTO subscriptions (app, name, level) VALUES ($1, $2, '1')";
                conn.execute(sql, params![app, &name])?;
            }
            Ok::<_, StoreError>(())
        })
    });
    let outcomes = join_all(changes).await;
    assert!(outcomes.iter().enumerate().all(|(number, outcome)| outcome.is_err() == (number % 2 == 0)));
    assert_eq!(names(&t, app).await.len(), 50);
}

async fn a_change_goes_on_without_its_caller(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| subscriptions::insert(conn, app, "gold", "1")).now_or_never();
    while names(&t, app).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

async fn too_many_waiting_changes_are_refused_and_the_others_done(t: Fixture) {
    let app = t.app().await;
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    // Keeps the writer busy, or all the connections.
    let mut waiting: Vec<_> = (0..6)
        .map(|_| {
            let gate = gate.clone();
            let wait = move |_: &mut claviger_store::Conn<'_>| -> Result<i64> {
                let (open, changed) = &*gate;
                let open = open.lock().expect("no panic");
                drop(changed.wait_while(open, |open| !*open).expect("no panic"));
                Ok(0)
            };
            t.store.db().write(wait).boxed()
        })
        .collect();
    let refused = loop {
        assert!(waiting.len() < 100_000, "nothing is refused");
        let mut next = t.store.db().write(move |conn| conn.next_serials(app, "things", 1)).boxed();
        if let Some(outcome) = (&mut next).now_or_never() {
            break outcome;
        }
        if waiting.len() == 6 {
            assert!(waiting.iter_mut().all(|change| change.now_or_never().is_none()));
        }
        waiting.push(next);
    };
    assert!(matches!(refused, Err(StoreError::Overloaded)), "{refused:?}");
    *gate.0.lock().expect("no panic") = true;
    gate.1.notify_all();
    let last = waiting.len() as i64 - 6;
    let drawn: BTreeSet<_> =
        join_all(waiting).await.into_iter().map(|number| number.expect("a number")).collect();
    assert!(drawn.into_iter().eq(0..=last), "each of them is done, and once");
}

async fn serial_numbers_are_drawn_once(t: Fixture) {
    let app = t.app().await;
    let draws = (0..100).map(|number| t.write(move |conn| conn.next_serials(app, "things", 1 + number % 4)));
    let firsts = join_all(draws).await;
    let mut drawn: Vec<i64> =
        firsts.into_iter().zip(0..).flat_map(|(first, number)| first..=first + number % 4).collect();
    drawn.sort_unstable();
    assert!(drawn.into_iter().eq(1..=250));
}

async fn of_two_ends_one_succeeds(t: Fixture) {
    let app = t.app().await;
    let second = Arc::new(t.second().await);
    for id in t.sessions(app, 40).await {
        let end = async |store: &claviger_store::Store| {
            store.db().write(move |conn| shared::end(conn, app, &id, NOW)).await.expect("ending")
        };
        let outcomes = join_all([&t.store, &t.store, &*second, &t.store, &*second].map(end)).await;
        assert_eq!(outcomes.into_iter().filter(|&ended| ended).count(), 1);
    }
}

async fn of_two_end_alls_one_succeeds(t: Fixture) {
    let app = t.app().await;
    for _ in 0..20 {
        t.sessions(app, 3).await;
        let outcomes = join_all((0..5).map(|_| t.end_all(app))).await;
        assert_eq!(outcomes.into_iter().filter(|&ended| ended).count(), 1);
    }
}

async fn sessions_around_end_all_are_dead_before_and_alive_after(t: Fixture) {
    const TASKS: usize = 32;
    let app = t.app().await;
    let t = Arc::new(t);
    for _ in 0..15 {
        let ended = Arc::new(AtomicBool::new(false));
        let created = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let (t, ended, created) = (t.clone(), ended.clone(), created.clone());
                tokio::spawn(async move {
                    let mut sessions = Vec::new();
                    let mut afterwards = 0;
                    while afterwards < 3 {
                        let begun_after = ended.load(Ordering::SeqCst);
                        let id = t.session(app, NOW + 60).await;
                        created.fetch_add(1, Ordering::SeqCst);
                        sessions.push((id, begun_after));
                        afterwards += usize::from(begun_after);
                    }
                    sessions
                })
            })
            .collect();
        while created.load(Ordering::SeqCst) < 4 * TASKS {
            tokio::task::yield_now().await;
        }
        let before: Vec<String> = t.scan_ids(app).await;
        assert!(t.end_all(app).await);
        ended.store(true, Ordering::SeqCst);
        for task in tasks {
            let sessions = task.await.expect("no panic");
            // Many at a time: one by one they would take most of the test's time.
            let lived = join_all(sessions.iter().map(|(id, _)| t.lives(app, *id))).await;
            let ended = join_all(sessions.iter().map(|(id, _)| t.end(app, *id))).await;
            for (((id, begun_after), lives), ended) in sessions.into_iter().zip(lived).zip(ended) {
                // Between the two it may be either.
                assert!(!begun_after || lives, "begun after the end of all, and dead");
                assert!(!lives || !before.iter().any(|old| old == id.as_str()), "an old session lives");
                assert_eq!(ended, lives, "a session is half dead");
            }
        }
    }
}

async fn end_all_answers_after_the_creations_it_ended(t: Fixture) {
    let app = t.app().await;
    let new = new_session(app);
    let id = new.id;
    // On disk, and its caller not told yet.
    let mut creating = pin!(t.create(new));
    assert!(creating.as_mut().now_or_never().is_none());
    while !t.lives(app, id).await {
        tokio::task::yield_now().await;
    }
    let mut ending = pin!(t.end_all(app));
    while t.lives(app, id).await {
        assert!(ending.as_mut().now_or_never().is_none());
    }
    assert!(ending.as_mut().now_or_never().is_none());
    assert!(creating.await);
    assert!(ending.await);
    assert!(!t.lives(app, id).await);
    assert!(t.create(new_session(app)).await);
}

async fn end_all_waits_for_no_caller_who_went_away(t: Fixture) {
    let app = t.app().await;
    let new = new_session(app);
    let id = new.id;
    {
        let mut creating = pin!(t.create(new));
        assert!(creating.as_mut().now_or_never().is_none());
    }
    while !t.lives(app, id).await {
        tokio::task::yield_now().await;
    }
    assert!(t.end_all(app).await);
    assert!(!t.lives(app, id).await);
}

async fn no_sign_in_survives_the_end_of_its_session(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    for id in t.sessions(app, 40).await {
        let (signed_in, ended) = tokio::join!(t.sign_in(app, id, user, "Ann"), t.end(app, id));
        assert!(ended);
        let _ = signed_in;
        assert!(!t.lives(app, id).await);
        assert!(!t.sign_in(app, id, user, "Ann").await);
    }
    assert_eq!(t.rows(app).await, 0);
}

async fn sweeping_beside_the_living_takes_none_of_them(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let done = Arc::new(AtomicBool::new(false));
    let sweeper = tokio::spawn({
        let (t, done) = (t.clone(), done.clone());
        async move {
            let mut removed = 0;
            loop {
                // Asked before the search, so that the last search sees everything.
                let last = done.load(Ordering::SeqCst);
                let before = crate::support::next_id();
                let run = t.read(move |conn| shared::find_dead(conn, app, &before, NOW, 7)).await;
                match run {
                    Some(run) => removed += t.write(move |conn| shared::remove_dead(conn, &run)).await,
                    None if last => return removed,
                    None => tokio::task::yield_now().await,
                }
            }
        }
    });
    let (mut live, mut dead) = (Vec::new(), 0);
    for _ in 0..10 {
        dead += live.len() as u64;
        live = t.sessions(app, 30).await;
        join_all((0..5).map(|_| t.session(app, NOW))).await;
        dead += 5;
        if dead < 200 {
            assert!(t.end_all(app).await);
        } else {
            break;
        }
    }
    done.store(true, Ordering::SeqCst);
    assert_eq!(sweeper.await.expect("no panic"), dead);
    assert_eq!(t.rows(app).await, live.len() as i64);
    for id in live {
        assert!(t.lives(app, id).await);
    }
}

async fn two_nodes_lose_nothing(t: Fixture) {
    let app = t.app().await;
    let other = t.second().await;
    let stores = [t.store.clone(), other];
    let tasks = (0..60).map(|number| {
        let store = stores[number % 2].clone();
        tokio::spawn(async move {
            let new = new_session(app);
            let id = new.id;
            let user = format!("user {number}");
            assert!(store.sessions().create(new).await?);
            let change = move |conn: &mut claviger_store::Conn<'_>| {
                let new = users::NewUser {
                    username: &user,
                    password: None,
                    hwids: None,
                    email_hash: None,
                    ip: None,
                    owner: "seller",
                    made_with: None,
                    by_license: None,
                    any_device: false,
                    created: NOW,
                    last_login: None,
                };
                let number = users::insert(conn, app, &new)?.expect("a free name");
                shared::sign_in(conn, app, &id, number, &user, NOW)
            };
            assert!(store.db().write::<_, StoreError, _>(change).await?);
            store.sessions().find(Lookup { app, id, now: NOW, variable: None }).await
        })
    });
    let mut numbers = Vec::new();
    for found in join_all(tasks).await {
        let found = found.expect("no panic").expect("the database").expect("a session");
        numbers.push(found.user.expect("a user").id);
    }
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=60));
    assert_eq!(t.read(move |conn| shared::online(conn, app, NOW, 100)).await.len(), 60);
}

async fn a_reading_sees_what_was_written_before(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..20).map(|task| {
        let t = t.clone();
        tokio::spawn(async move {
            for number in 0..10 {
                let key = Arc::new(format!("{task}-{number}"));
                let written = key.clone();
                let insert = move |conn: &mut claviger_store::Conn<'_>| {
                    let new = licenses::NewLicenses {
                        duration: 1,
                        level: "1",
                        note: None,
                        genby: "seller",
                        gendate: NOW,
                    };
                    licenses::insert(conn, app, &written, &new)
                };
                assert!(t.write(insert).await.is_some());
                assert!(t.read(move |conn| licenses::spelling(conn, app, &key)).await.is_some());
            }
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
}
