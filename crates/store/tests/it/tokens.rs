//! Tokens of the token system, values that log in once, and links to a new password.

use std::sync::Arc;

use claviger_store::{
    licenses::{self, NewLicenses},
    password_resets::{self, Reset},
    tokens::{self, LICENSE, Owner, Token, USER},
    user_bans::{self, Lift, UserBan},
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_token_is_found_as_given,
    the_first_token_of_a_user_stays,
    a_token_is_refused_along_with_its_user_or_license,
    tokens_belong_to_one_app,
    a_login_value_is_used_once,
    one_of_many_uses_a_login_value,
    a_login_value_is_for_one_user_and_a_while,
    a_link_is_valid_for_a_while,
    links_are_counted_by_user,
    all_links_of_a_user_go_at_once,
    what_ended_is_deleted,
];

fn token(token: &str, kind: &str, assigned: &str) -> Token {
    Token { token: token.into(), kind: kind.into(), assigned: assigned.into(), banned: None, hash: None }
}

/// Gives a license or a user of this number a token; who has the number is not looked at.
async fn give(t: &Fixture, app: i64, id: i64, new: Token) {
    t.write(move |conn| {
        tokens::insert(conn, app, &new.token, Owner { kind: &new.kind, id, name: &new.assigned })
    })
    .await;
}

async fn find(t: &Fixture, app: i64, text: &'static str) -> Option<Token> {
    t.write(move |conn| tokens::lock(conn, app, text)).await
}

async fn banned(t: &Fixture, app: i64, text: &'static str) -> Option<String> {
    find(t, app, text).await.expect("a token").banned
}

async fn a_token_is_found_as_given(t: Fixture) {
    let app = t.app().await;
    let [first, second] = [token("t1", LICENSE, "KEY"), token("t2", USER, "Ann")];
    give(&t, app, 1, first.clone()).await;
    give(&t, app, 1, second.clone()).await;
    assert_eq!(find(&t, app, "t1").await, Some(first.clone()));
    assert_eq!(find(&t, app, "T1").await, None);
    assert_eq!(t.read(move |conn| tokens::all(conn, app, 10)).await, [first.clone(), second]);
    assert_eq!(t.read(move |conn| tokens::all(conn, app, 1)).await, [first]);
}

async fn the_first_token_of_a_user_stays(t: Fixture) {
    let app = t.app().await;
    give(&t, app, 1, token("t1", USER, "Ann")).await;
    give(&t, app, 1, token("t2", USER, "Ann")).await;
    // A user may be called as a key is, or as somebody was who is gone.
    give(&t, app, 1, token("t3", LICENSE, "Ann")).await;
    give(&t, app, 2, token("t4", USER, "Bob")).await;
    give(&t, app, 3, token("t5", USER, "Bob")).await;
    let all = t.read(move |conn| tokens::all(conn, app, 10)).await;
    assert_eq!(all.iter().map(|token| token.token.as_str()).collect::<Vec<_>>()[..2], ["t3", "t1"]);
    assert_eq!(all.len(), 4);
}

async fn a_token_is_refused_along_with_its_user_or_license(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let license = t
        .write(move |conn| {
            let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
            licenses::insert(conn, app, "KEY", &new)
        })
        .await
        .expect("a license");
    give(&t, app, ann, token("t1", USER, "Ann")).await;
    give(&t, app, bob, token("t2", USER, "Bob")).await;
    give(&t, app, license, token("t3", LICENSE, "KEY")).await;
    let ban = UserBan { license: None, reason: "user".into(), banned_at: NOW, by_program: Some(false) };
    t.write(move |conn| user_bans::put(conn, app, ann, &ban)).await;
    assert_eq!(banned(&t, app, "t1").await.as_deref(), Some("user"));
    assert_eq!([banned(&t, app, "t2").await, banned(&t, app, "t3").await], [None, None]);
    t.write(move |conn| licenses::ban(conn, app, license, "")).await;
    assert_eq!(banned(&t, app, "t3").await.as_deref(), Some(""));
    // What is said of the token itself comes first, and outlives the other.
    t.write(move |conn| tokens::set_banned(conn, app, "t1", Some("token"))).await;
    assert_eq!(banned(&t, app, "t1").await.as_deref(), Some("token"));
    t.write(move |conn| user_bans::lift(conn, app, ann, Lift::All)).await;
    t.write(move |conn| licenses::unban(conn, app, license)).await;
    assert_eq!(banned(&t, app, "t1").await.as_deref(), Some("token"));
    assert_eq!(banned(&t, app, "t3").await, None);
    t.write(move |conn| tokens::set_banned(conn, app, "t1", None)).await;
    assert_eq!(banned(&t, app, "t1").await, None);
}

async fn tokens_belong_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    give(&t, app, 1, token("t1", USER, "Ann")).await;
    assert_eq!(find(&t, other, "t1").await, None);
    give(&t, other, 1, token("t1", USER, "Bob")).await;
    t.write(move |conn| tokens::set_banned(conn, other, "t1", Some("why"))).await;
    assert_eq!(find(&t, app, "t1").await, Some(token("t1", USER, "Ann")));
}

async fn add_login(t: &Fixture, app: i64, hash: &'static [u8], user: i64) {
    t.write(move |conn| tokens::add_login(conn, app, hash, user, NOW + 60)).await;
}

async fn take(t: &Fixture, app: i64, hash: &'static [u8], user: i64, now: i64) -> bool {
    t.write(move |conn| tokens::take_login(conn, app, hash, user, now)).await
}

async fn a_login_value_is_used_once(t: Fixture) {
    let app = t.app().await;
    add_login(&t, app, b"one", 1).await;
    add_login(&t, app, b"two", 1).await;
    assert!(take(&t, app, b"one", 1, NOW).await);
    assert!(!take(&t, app, b"one", 1, NOW).await);
    assert!(take(&t, app, b"two", 1, NOW).await);
    assert!(!take(&t, app, b"three", 1, NOW).await);
}

async fn one_of_many_uses_a_login_value(t: Fixture) {
    let app = t.app().await;
    add_login(&t, app, b"one", 1).await;
    let t = Arc::new(t);
    let tasks = (0..30).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { take(&t, app, b"one", 1, NOW).await })
    });
    let outcomes = join_all(tasks).await;
    assert_eq!(outcomes.into_iter().filter(|won| *won.as_ref().expect("no panic")).count(), 1);
}

async fn a_login_value_is_for_one_user_and_a_while(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add_login(&t, app, b"one", 1).await;
    assert!(!take(&t, app, b"one", 2, NOW).await);
    assert!(!take(&t, other, b"one", 1, NOW).await);
    assert!(!take(&t, app, b"one", 1, NOW + 60).await);
    assert!(take(&t, app, b"one", 1, NOW + 59).await);
}

async fn add_link(t: &Fixture, hash: &'static [u8], reset: Reset, created: i64) {
    t.write(move |conn| password_resets::insert(conn, hash, reset, created, created + 60)).await;
}

async fn link(t: &Fixture, hash: &'static [u8], now: i64) -> Option<Reset> {
    t.write(move |conn| password_resets::lock(conn, hash, now)).await
}

async fn a_link_is_valid_for_a_while(t: Fixture) {
    let ann = Reset { app: t.app().await, user: 1 };
    add_link(&t, b"one", ann, NOW).await;
    add_link(&t, b"two", ann, NOW).await;
    assert_eq!(link(&t, b"one", NOW + 59).await, Some(ann));
    assert_eq!(link(&t, b"one", NOW + 60).await, None);
    assert_eq!(link(&t, b"One", NOW).await, None);
    t.write(move |conn| password_resets::delete(conn, b"one")).await;
    assert_eq!(link(&t, b"one", NOW).await, None);
    assert_eq!(link(&t, b"two", NOW).await, Some(ann));
}

async fn links_are_counted_by_user(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [Reset { app, user: 1 }, Reset { app, user: 2 }];
    add_link(&t, b"one", ann, NOW).await;
    add_link(&t, b"two", ann, NOW + 5).await;
    let made = async |reset, since| t.read(move |conn| password_resets::made_since(conn, reset, since)).await;
    assert_eq!(made(ann, NOW - 1).await, 2);
    assert_eq!(made(ann, NOW).await, 1);
    assert_eq!(made(bob, NOW - 1).await, 0);
    assert_eq!(made(Reset { app: app + 1, user: 1 }, NOW - 1).await, 0);
}

async fn all_links_of_a_user_go_at_once(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [Reset { app, user: 1 }, Reset { app, user: 2 }];
    for (hash, reset) in [(b"one", ann), (b"two", ann), (b"six", bob)] {
        add_link(&t, hash, reset, NOW).await;
    }
    t.write(move |conn| password_resets::delete_of_user(conn, ann)).await;
    assert_eq!(link(&t, b"one", NOW).await, None);
    assert_eq!(link(&t, b"two", NOW).await, None);
    assert_eq!(link(&t, b"six", NOW).await, Some(bob));
}

async fn what_ended_is_deleted(t: Fixture) {
    let ann = Reset { app: t.app().await, user: 1 };
    add_link(&t, b"old", ann, NOW - 60).await;
    add_link(&t, b"new", ann, NOW).await;
    add_login(&t, ann.app, b"login", 1).await;
    assert_eq!(t.write(move |conn| password_resets::delete_expired(conn, NOW)).await, 1);
    assert_eq!(link(&t, b"new", NOW).await, Some(ann));
    assert_eq!(t.write(move |conn| password_resets::delete_expired(conn, NOW + 60)).await, 2);
    assert_eq!(t.write(move |conn| password_resets::delete_expired(conn, NOW + 60)).await, 0);
}
