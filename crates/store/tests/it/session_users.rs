//! Who is signed in to a session.

use claviger_domain::Subscription;
use claviger_store::{
    params,
    sessions::{Scan, SessionUser, shared},
    user_subscriptions,
};

use crate::support::{Fixture, NOW, both, next_id, walk};

both![
    a_sign_in_is_seen_at_once,
    a_later_sign_in_replaces_the_earlier,
    nobody_signs_in_to_a_dead_session,
    users_of_other_apps_do_not_count,
    a_ban_is_seen_at_once,
    only_a_running_subscription_counts,
    a_deleted_user_is_signed_in_no_more,
    end_of_user_spares_one_session,
    end_of_user_leaves_others_alone,
    a_user_has_live_sessions_with_addresses,
    only_those_that_live_are_ended,
    count_leaves_out_the_dead,
    online_names_each_user_once_in_order,
];

fn signed_in(id: i64, credential: &str) -> Option<SessionUser> {
    Some(SessionUser { id, credential: credential.into(), banned: None, subscribed: false })
}

async fn a_sign_in_is_seen_at_once(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let id = t.session(app, NOW + 60).await;
    let before = t.find(app, id).await.expect("a session");
    assert_eq!(before.user, None);
    // The name at sign-in is kept, whatever the user is called.
    assert!(t.sign_in(app, id, user, "ANN").await);
    let after = t.find(app, id).await.expect("a session");
    assert_eq!(after.user, signed_in(user, "ANN"));
    assert_eq!(after.expires, before.expires);
    let seen = t.scan(walk(app)).await;
    assert_eq!(seen[0].credential.as_deref(), Some("ANN"));
}

async fn a_later_sign_in_replaces_the_earlier(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let id = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, id, ann, "Ann").await);
    assert!(t.sign_in(app, id, bob, "Bob").await);
    assert_eq!(t.find(app, id).await.expect("a session").user, signed_in(bob, "Bob"));
}

async fn nobody_signs_in_to_a_dead_session(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let user = t.user(app, "Ann").await;
    let [expired, ended, foreign] =
        [t.session(app, NOW).await, t.session(app, NOW + 60).await, t.session(other, NOW + 60).await];
    assert!(t.end(app, ended).await);
    for id in [expired, ended, foreign, next_id()] {
        assert!(!t.sign_in(app, id, user, "Ann").await);
    }
    let killed = t.session(app, NOW + 60).await;
    assert!(t.end_all(app).await);
    assert!(!t.sign_in(app, killed, user, "Ann").await);
    assert_eq!(t.find(other, foreign).await.expect("a session").user, None);
}

async fn users_of_other_apps_do_not_count(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [here, there] = [t.user(app, "Ann").await, t.user(other, "Bob").await];
    assert_eq!(here, there, "numbers are an application's own");
    t.write(move |conn| {
        user_subscriptions::give(conn, other, there, "gold", Subscription::Until(NOW + 60), None)
    })
    .await;
    t.write(move |conn| ban(conn, other, there, "cheater")).await;
    let id = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, id, here, "Ann").await);
    assert_eq!(t.find(app, id).await.expect("a session").user, signed_in(here, "Ann"));
}

fn ban(conn: &mut claviger_store::Conn<'_>, app: i64, user: i64, reason: &str) -> claviger_store::Result<()> {
    conn.execute("UPDATE users SET banned = $3 WHERE app = $1 AND id = $2", params![app, user, reason])?;
    Ok(())
}

async fn a_ban_is_seen_at_once(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let id = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, id, user, "Ann").await);
    t.write(move |conn| ban(conn, app, user, "")).await;
    let found = t.find(app, id).await.and_then(|session| session.user).expect("a user");
    assert_eq!(found.banned.as_deref(), Some(""), "a ban without a reason is one");
}

async fn only_a_running_subscription_counts(t: Fixture) {
    let app = t.app().await;
    for (expires, paused, counts) in
        [(NOW + 1, false, true), (NOW, false, false), (NOW - 60, false, false), (NOW + 60, true, false)]
    {
        let name = next_id();
        let user = t.user(app, name.as_str()).await;
        t.write(move |conn| {
            user_subscriptions::give(conn, app, user, "gold", Subscription::Until(expires), Some("KEY"))?;
            let sql = "UPDATE user_subscriptions SET paused = $3 WHERE app = $1 AND user_id = $2";
            conn.execute(sql, params![app, user, paused])
        })
        .await;
        let id = t.session(app, NOW + 60).await;
        assert!(t.sign_in(app, id, user, name.as_str()).await);
        let found = t.find(app, id).await.and_then(|session| session.user).expect("a user");
        assert_eq!(found.subscribed, counts, "until {} paused {paused}", expires - NOW);
    }
    // One that runs is enough.
    let user = t.user(app, "Ann").await;
    for expires in [NOW - 60, NOW + 60] {
        t.write(move |conn| {
            user_subscriptions::give(conn, app, user, "gold", Subscription::Until(expires), None)
        })
        .await;
    }
    let id = t.session(app, NOW + 600).await;
    assert!(t.sign_in(app, id, user, "Ann").await);
    for (now, counts) in [(NOW, true), (NOW + 59, true), (NOW + 60, false)] {
        let found = t.find_at(app, id, now).await.and_then(|session| session.user).expect("a user");
        assert_eq!(found.subscribed, counts);
    }
}

async fn a_deleted_user_is_signed_in_no_more(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let id = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, id, user, "Ann").await);
    t.write(move |conn| conn.execute("DELETE FROM users WHERE app = $1 AND id = $2", params![app, user]))
        .await;
    assert_eq!(t.find(app, id).await.expect("a session").user, None);
}

async fn end_of_user_spares_one_session(t: Fixture) {
    let app = t.app().await;
    let user = t.user(app, "Ann").await;
    let ids = t.sessions(app, 4).await;
    for &id in &ids {
        assert!(t.sign_in(app, id, user, "Ann").await);
    }
    let spared = ids[2];
    assert_eq!(t.write(move |conn| shared::end_of_user(conn, app, user, Some(&spared))).await, 3);
    for &id in &ids {
        assert_eq!(t.lives(app, id).await, id == spared);
    }
    assert_eq!(t.write(move |conn| shared::end_of_user(conn, app, user, None)).await, 1);
    assert_eq!(t.write(move |conn| shared::end_of_user(conn, app, user, None)).await, 0);
    assert!(!t.lives(app, spared).await);
}

async fn end_of_user_leaves_others_alone(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let there = t.user(other, "Ann").await;
    let anonymous = t.session(app, NOW + 60).await;
    let mut ids = Vec::new();
    for (app, user) in [(app, ann), (app, bob), (other, there)] {
        let id = t.session(app, NOW + 60).await;
        assert!(t.sign_in(app, id, user, "name").await);
        ids.push((app, id));
    }
    assert_eq!(t.write(move |conn| shared::end_of_user(conn, app, ann, None)).await, 1);
    let [(_, of_ann), (_, of_bob), (_, elsewhere)] = ids[..] else { panic!("three sessions") };
    assert!(!t.lives(app, of_ann).await);
    assert!(t.lives(app, of_bob).await);
    assert!(t.lives(app, anonymous).await);
    assert!(t.lives(other, elsewhere).await);
}

async fn a_user_has_live_sessions_with_addresses(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    assert_eq!(t.user(other, "Ann").await, ann);
    let of = async |user| t.read(move |conn| shared::of_user(conn, app, user, NOW)).await;
    assert_eq!(of(ann).await, []);
    let dead = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, dead, ann, "Ann").await);
    assert!(t.end_all(app).await);
    let ids = [t.session(app, NOW + 1).await, t.session(app, NOW + 60).await];
    for (app, id, user) in [
        (app, ids[0], ann),
        (app, ids[1], ann),
        (app, t.session(app, NOW + 60).await, bob),
        (other, t.session(other, NOW + 60).await, ann),
    ] {
        assert!(t.sign_in(app, id, user, "x").await);
    }
    t.session(app, NOW + 60).await;
    let mut found = of(ann).await;
    found.sort();
    assert_eq!(found, ids.map(|id| (id, "203.0.113.7".to_owned())));
    let later = t.read(move |conn| shared::of_user(conn, app, ann, NOW + 1)).await;
    assert_eq!(later, [(ids[1], "203.0.113.7".to_owned())]);
}

async fn only_those_that_live_are_ended(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let end = async |ids: Vec<_>| t.write(move |conn| shared::end_each(conn, app, &ids, NOW)).await;
    assert_eq!(end(Vec::new()).await, 0);
    let old = t.sessions(app, 2).await;
    assert!(t.end_all(app).await);
    let (spared, expired, foreign) =
        (t.session(app, NOW + 60).await, t.session(app, NOW).await, t.session(other, NOW + 60).await);
    for count in [1, 99, 100, 101, 250] {
        let mut ids = t.sessions(app, count).await;
        ids.extend([old[0], expired, foreign, next_id()]);
        assert_eq!(end(ids.clone()).await, count as u64);
        assert_eq!(end(ids).await, 0);
        assert_eq!(t.scan_ids(app).await, [spared.as_str()]);
    }
    assert!(t.lives(other, foreign).await);
}

async fn count_leaves_out_the_dead(t: Fixture) {
    let app = t.app().await;
    assert_eq!(t.count(app).await, 0);
    t.sessions(app, 3).await;
    assert!(t.end_all(app).await);
    t.session(app, NOW).await;
    let ended = t.session(app, NOW + 60).await;
    assert!(t.end(app, ended).await);
    t.sessions(app, 5).await;
    assert_eq!(t.count(app).await, 5);
    assert_eq!(t.rows(app).await, 9);
    assert_eq!(t.count(app + 1).await, 0);
}

async fn online_names_each_user_once_in_order(t: Fixture) {
    let app = t.app().await;
    let online = async |limit| {
        let online = t.read(move |conn| shared::online(conn, app, NOW, limit)).await;
        assert!(online.iter().all(|user| !user.by_license));
        online.into_iter().map(|user| user.name).collect::<Vec<_>>()
    };
    assert!(online(10).await.is_empty());
    for (name, sessions) in [("cid", 1), ("ann", 3), ("bob", 2)] {
        let user = t.user(app, name).await;
        for id in t.sessions(app, sessions).await {
            assert!(t.sign_in(app, id, user, name).await);
        }
    }
    let find = move |conn: &mut claviger_store::Conn<'_>| claviger_store::users::by_name(conn, app, "ann");
    let ann = t.read(find).await.expect("a user").id;
    t.sessions(app, 2).await;
    let dan = t.user(app, "dan").await;
    let ended = t.session(app, NOW + 60).await;
    assert!(t.sign_in(app, ended, dan, "dan").await);
    assert!(t.end(app, ended).await);
    assert_eq!(online(10).await, ["ann", "bob", "cid"]);
    assert_eq!(online(2).await, ["ann", "bob"]);
    assert!(online(0).await.is_empty());
    assert_eq!(t.scan(Scan { user: Some(ann), ..walk(app) }).await.len(), 3);
    assert!(t.end_all(app).await);
    assert!(online(10).await.is_empty());
}
