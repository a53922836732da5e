//! End users and their subscriptions.

use std::sync::Arc;

use claviger_domain::Subscription;
use claviger_store::{
    Conn, Result, params, subscriptions,
    user_subscriptions::{self, UserSubscription},
    users::{self, NewUser, Totp, User},
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_user_is_found_as_registered,
    a_name_is_unique_whatever_its_case,
    names_of_other_apps_are_free,
    one_of_many_gets_a_name,
    a_locked_user_is_changed_by_one_at_a_time,
    a_login_is_noted,
    a_password_can_be_set,
    subscriptions_come_oldest_first_with_their_level,
    users_are_counted_by_app,
];

fn insert(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<Option<i64>> {
    let new = NewUser {
        username,
        password: Some("hash"),
        hwids: Some("one\ntwo"),
        email_hash: Some("mail"),
        ip: Some("192.0.2.1"),
        owner: "seller",
        made_with: None,
        by_license: None,
        any_device: false,
        created: NOW,
        last_login: Some(NOW),
    };
    users::insert(conn, app, &new)
}

async fn by_name(t: &Fixture, app: i64, name: &'static str) -> Option<User> {
    t.read(move |conn| users::by_name(conn, app, name)).await
}

async fn a_user_is_found_as_registered(t: Fixture) {
    let app = t.app().await;
    let id = t.write(move |conn| insert(conn, app, "Ann O'Neil \"Σ\"")).await.expect("a free name");
    let registered = User {
        id,
        username: "Ann O'Neil \"Σ\"".into(),
        password: Some("hash".into()),
        hwids: Some("one\ntwo".into()),
        created: NOW,
        banned: None,
        email_hash: Some("mail".into()),
        ip: Some("192.0.2.1".into()),
        last_login: Some(NOW),
        owner: "seller".into(),
        by_license: None,
        any_device: false,
        cooldown: None,
        totp: Totp::default(),
    };
    assert_eq!(by_name(&t, app, "ANN O'NEIL \"σ\"").await, Some(registered));
    assert_eq!(by_name(&t, app, "Ann").await, None);
    assert_eq!(by_name(&t, app, "").await, None);
}

async fn a_name_is_unique_whatever_its_case(t: Fixture) {
    let app = t.app().await;
    let first = t.write(move |conn| insert(conn, app, "Änne")).await.expect("a free name");
    for name in ["Änne", "änne", "ÄNNE"] {
        assert_eq!(t.write(move |conn| insert(conn, app, name)).await, None, "{name}");
    }
    let second = t.write(move |conn| insert(conn, app, "Anne")).await.expect("a free name");
    assert!(first < second);
    assert_eq!(by_name(&t, app, "änne").await.map(|user| user.username), Some("Änne".into()));
}

async fn names_of_other_apps_are_free(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert!(t.write(move |conn| insert(conn, app, "Ann")).await.is_some());
    assert_eq!(by_name(&t, other, "Ann").await, None);
    assert!(t.write(move |conn| insert(conn, other, "Ann")).await.is_some());
}

async fn one_of_many_gets_a_name(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..60).map(|number| {
        let t = t.clone();
        let name = ["Ann", "ANN", "ann"][number % 3];
        tokio::spawn(async move { t.write(move |conn| insert(conn, app, name)).await })
    });
    let ids: Vec<i64> = join_all(tasks).await.into_iter().filter_map(|id| id.expect("no panic")).collect();
    let [id] = ids[..] else { panic!("{} users of one name", ids.len()) };
    assert_eq!(by_name(&t, app, "Ann").await.map(|user| user.id), Some(id));
    assert_eq!(t.read(move |conn| users::count(conn, app)).await, 1);
}

async fn a_locked_user_is_changed_by_one_at_a_time(t: Fixture) {
    let app = t.app().await;
    let id = t.user(app, "Ann").await;
    assert_eq!(t.write(move |conn| users::lock_by_name(conn, app, "Bob")).await, None);
    let t = Arc::new(t);
    let tasks = (0..30).map(|number| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| {
                let user = users::lock_by_name(conn, app, "ANN")?.expect("a user");
                let hwids = format!("{}{number}\n", user.hwids.unwrap_or_default());
                users::logged_in(conn, app, id, Some(""), Some(&hwids), NOW)
            })
            .await;
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    let hwids = by_name(&t, app, "Ann").await.and_then(|user| user.hwids).expect("devices");
    let mut bound: Vec<i64> = hwids.lines().map(|line| line.parse().expect("a number")).collect();
    bound.sort_unstable();
    assert!(bound.into_iter().eq(0..30), "no change is lost");
}

async fn a_login_is_noted(t: Fixture) {
    let app = t.app().await;
    let id = t.write(move |conn| insert(conn, app, "Ann")).await.expect("a free name");
    let other = t.write(move |conn| insert(conn, app, "Bob")).await.expect("a free name");
    t.write(move |conn| users::logged_in(conn, app, id, Some("2001:db8::1"), None, NOW + 4)).await;
    // The last address that was known stays.
    t.write(move |conn| users::logged_in(conn, app, id, None, None, NOW + 5)).await;
    assert_eq!(by_name(&t, app, "Ann").await.expect("a user").hwids, None);
    assert_eq!(by_name(&t, app, "Bob").await.expect("a user").hwids.as_deref(), Some("one\ntwo"));
    let sql = "SELECT id, ip, last_login FROM users WHERE app = $1 ORDER BY id";
    let rows = t.read(move |conn| conn.query(sql, params![app])).await;
    let read = |row: &claviger_store::Row| -> Result<(i64, String, i64)> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    };
    let rows: Vec<_> = rows.iter().map(|row| read(row).expect("three columns")).collect();
    assert_eq!(rows, [(id, "2001:db8::1".into(), NOW + 5), (other, "192.0.2.1".into(), NOW)]);
}

async fn a_password_can_be_set(t: Fixture) {
    let app = t.app().await;
    let [ann, _bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    assert_eq!(by_name(&t, app, "Ann").await.expect("a user").password, None);
    t.write(move |conn| users::set_password(conn, app, ann, Some("new hash"))).await;
    assert_eq!(by_name(&t, app, "Ann").await.expect("a user").password.as_deref(), Some("new hash"));
    assert_eq!(by_name(&t, app, "Bob").await.expect("a user").password, None);
}

async fn subscriptions_come_oldest_first_with_their_level(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        assert!(subscriptions::insert(conn, app, "gold", "2")?);
        user_subscriptions::give(conn, app, ann, "gold", Subscription::Until(NOW + 60), Some("KEY"))?;
        user_subscriptions::give(conn, app, bob, "gold", Subscription::Until(NOW + 60), None)?;
        user_subscriptions::give(conn, app, ann, "gone", Subscription::Until(NOW - 60), None)?;
        conn.execute(
            "UPDATE user_subscriptions SET paused = 1 WHERE app = $1 AND subscription = 'gone'",
            params![app],
        )
    })
    .await;
    let found = t.read(move |conn| user_subscriptions::of_user(conn, app, ann)).await;
    let gold = UserSubscription {
        id: 1,
        subscription: "gold".into(),
        level: Some("2".into()),
        expires: NOW + 60,
        license_key: Some("KEY".into()),
        paused: false,
        by_app: false,
    };
    let gone = UserSubscription {
        id: 3,
        subscription: "gone".into(),
        level: None,
        expires: NOW - 60,
        license_key: None,
        paused: true,
        by_app: false,
    };
    assert_eq!(found, [gold, gone]);
    assert_eq!(t.read(move |conn| user_subscriptions::of_user(conn, app, bob)).await.len(), 1);
    assert!(t.read(move |conn| user_subscriptions::of_user(conn, app + 1, ann)).await.is_empty());
}

async fn users_are_counted_by_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for name in ["Ann", "Bob", "Cid"] {
        t.user(app, name).await;
    }
    assert_eq!(t.read(move |conn| users::count(conn, app)).await, 3);
    assert_eq!(t.read(move |conn| users::count(conn, other)).await, 0);
}
