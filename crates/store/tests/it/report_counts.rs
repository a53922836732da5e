//! Counts by day, and when subscriptions end.

use claviger_domain::{Month, Subscription, Term};
use claviger_store::{
    Conn, Store, StoreError, files,
    report_counts::{self, Count, DAY, Kind, NAMES_MAX, OTHER},
    user_subscriptions::{self, Ends},
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    counts_add_up_by_day,
    returns_are_counted_by_month,
    names_are_bounded,
    nodes_count_at_once,
    old_counts_go,
    downloads_are_kept_as_long_as_their_file,
    ends_are_counted_in_slices,
];

const TODAY: i64 = NOW - NOW % DAY;

async fn add(t: &Fixture, app: i64, at: i64, kind: Kind, name: &str, count: i64) {
    let name = name.to_owned();
    t.write(move |conn| report_counts::add(conn, app, at, (kind, &name), count)).await;
}

async fn since(t: &Fixture, app: i64, kind: Kind, from: i64) -> Vec<(i64, String, i64)> {
    let counts = t.read(move |conn| report_counts::since(conn, app, kind, from)).await;
    counts.into_iter().map(|Count { day, name, count }| (day - TODAY, name, count)).collect()
}

async fn downloads_are_kept_as_long_as_their_file(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for (of, file, count) in [(app, "one", 2), (app, "two", 3), (other, "one", 4)] {
        add(&t, of, TODAY, Kind::Download, file, count).await;
        add(&t, of, TODAY, Kind::DownloadEver, file, count).await;
    }
    add(&t, app, TODAY + DAY, Kind::DownloadEver, "one", 5).await;
    t.write(|conn| report_counts::trim(conn, TODAY + 9 * DAY)).await;
    let ever = async |app| since(&t, app, Kind::DownloadEver, 0).await;
    assert_eq!(since(&t, app, Kind::Download, 0).await, []);
    assert_eq!(ever(app).await, [(-TODAY, "one".into(), 7), (-TODAY, "two".into(), 3)]);
    t.write(move |conn| files::delete(conn, app, "one")).await;
    assert_eq!(ever(app).await, [(-TODAY, "two".into(), 3)]);
    t.write(move |conn| files::clear(conn, app)).await;
    assert_eq!((ever(app).await, ever(other).await), (vec![], vec![(-TODAY, "one".into(), 4)]));
    // More files than versions of strangers are counted apart.
    for number in 0..NAMES_MAX + 9 {
        add(&t, app, TODAY, Kind::Download, &number.to_string(), 1).await;
    }
    assert_eq!(since(&t, app, Kind::Download, 0).await.len() as i64, NAMES_MAX + 9);
}

async fn counts_add_up_by_day(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, TODAY, Kind::Registered, "", 1).await;
    add(&t, app, TODAY + DAY - 1, Kind::Registered, "", 2).await;
    add(&t, app, TODAY + DAY, Kind::Registered, "", 4).await;
    add(&t, app, TODAY, Kind::Api, "1.2", 8).await;
    add(&t, app, TODAY, Kind::Api, "1.3\0", 16).await;
    add(&t, other, TODAY, Kind::Api, "1.2", 32).await;
    let none = String::new;
    assert_eq!(since(&t, app, Kind::Registered, TODAY).await, [(0, none(), 3), (DAY, none(), 4)]);
    assert_eq!(since(&t, app, Kind::Registered, TODAY + DAY).await, [(DAY, none(), 4)]);
    assert_eq!(since(&t, app, Kind::Api, 0).await, [(0, "1.2".into(), 8), (0, "1.3".into(), 16)]);
    assert_eq!(since(&t, app, Kind::Renewed, 0).await, []);
}

async fn returns_are_counted_by_month(t: Fixture) {
    let app = t.app().await;
    let month = Month::of(NOW);
    add(&t, app, month.began(), Kind::Returned, "2023-01", 1).await;
    add(&t, app, month.plus(1).began() - 1, Kind::Returned, "2023-01", 2).await;
    add(&t, app, month.plus(1).began(), Kind::Returned, "2023-01", 4).await;
    let days: Vec<i64> =
        since(&t, app, Kind::Returned, 0).await.into_iter().map(|(day, ..)| day + TODAY).collect();
    assert_eq!(days, [month.began(), month.plus(1).began()]);
}

async fn names_are_bounded(t: Fixture) {
    let app = t.app().await;
    for number in 0..NAMES_MAX + 5 {
        add(&t, app, NOW, Kind::Outdated, &format!("v{number}"), 1).await;
    }
    add(&t, app, NOW, Kind::Outdated, "v0", 1).await;
    let counts = since(&t, app, Kind::Outdated, 0).await;
    assert_eq!(counts.len() as i64, NAMES_MAX + 1);
    let of = |name: &str| counts.iter().find(|(_, of, _)| of == name).map(|(.., count)| *count);
    assert_eq!((of(OTHER), of("v0"), of("v1")), (Some(5), Some(2), Some(1)));
}

async fn nodes_count_at_once(t: Fixture) {
    let app = t.app().await;
    let second = t.second().await;
    let add = async |store: &Store| {
        let write = move |conn: &mut Conn<'_>| report_counts::add(conn, app, NOW, (Kind::Activated, ""), 1);
        store.db().write::<_, StoreError, _>(write).await
    };
    let all: Vec<_> = (0..20).map(|at| add(if at % 2 == 0 { &t.store } else { &second })).collect();
    for added in join_all(all).await {
        added.expect("a count");
    }
    assert_eq!(since(&t, app, Kind::Activated, 0).await, [(0, String::new(), 20)]);
}

async fn old_counts_go(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for at in [app, other] {
        for day in 0..3 {
            add(&t, at, TODAY + day * DAY, Kind::Renewed, "", 1).await;
        }
    }
    assert_eq!(t.write(move |conn| report_counts::trim(conn, TODAY + DAY)).await, 2);
    assert_eq!(since(&t, app, Kind::Renewed, 0).await.len(), 2);
    assert_eq!(since(&t, other, Kind::Renewed, 0).await.len(), 2);
}

async fn ends_are_counted_in_slices(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let today = NOW / DAY;
    let mut users = Vec::new();
    for number in 0..10 {
        let user = t.user(app, &format!("user{number}")).await;
        users.push(user);
        let days = 1 + number % 3;
        t.write(move |conn| {
            let state = Subscription::new(Term::For(days * DAY), NOW, number == 9);
            user_subscriptions::give(conn, app, user, "default", state, None)
        })
        .await;
    }
    // One that never ends, and another application's.
    let forever = users[0];
    t.write(move |conn| {
        let state = Subscription::new(Term::For(1000 * DAY), NOW, false);
        user_subscriptions::give(conn, app, forever, "lasting", state, None)
    })
    .await;
    let stranger = t.user(other, "stranger").await;
    t.write(move |conn| {
        let state = Subscription::new(Term::For(DAY), NOW, false);
        user_subscriptions::give(conn, other, stranger, "default", state, None)
    })
    .await;
    let ends = async |after, rows| -> Ends {
        t.read(move |conn| user_subscriptions::ends(conn, app, after, rows, NOW, NOW + 366 * DAY)).await
    };
    // User 9 is paused along with the application.
    let expected = vec![(today + 1, 3), (today + 2, 3), (today + 3, 3)];
    assert_eq!(ends(0, 1000).await, Ends { days: expected.clone(), next: None });
    let (mut after, mut sum, mut slices) = (Some(0), std::collections::BTreeMap::new(), 0);
    while let Some(from) = after {
        let slice = ends(from, 3).await;
        for (day, count) in slice.days {
            *sum.entry(day).or_insert(0) += count;
        }
        (after, slices) = (slice.next, slices + 1);
    }
    assert_eq!(sum.into_iter().collect::<Vec<_>>(), expected);
    assert!((2..=5).contains(&slices), "{slices}");
}
