//! The customers' panel: what it offers, who is signed in, which files there are.

use claviger_store::{
    Range,
    files::{self, File},
    panel::{
        downloads::{self, Offered},
        settings::{self, Kept, Logo},
        sign_ins::{self, NewSignIn, Since},
    },
    users,
};

use crate::support::{Fixture, NOW, both};

both![
    settings_are_kept_and_counted,
    sign_ins_live_in_their_application,
    old_sign_ins_go_first,
    users_take_their_sign_ins_along,
    files_take_their_offers_along
];

const ALL: Since = Since { seen: 0, began: 0 };

fn new(n: u8) -> NewSignIn {
    NewSignIn { hash: [n; 32], proof: [9; 32], ip: "192.0.2.1".into(), user_agent: "Browser".into() }
}

async fn settings_are_kept_and_counted(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert_eq!(t.read(move |conn| settings::get(conn, app)).await, None);
    // Without a panel there is nothing to put a logo on.
    let logo = Logo { bytes: vec![0, 1, 255], kind: "image/png".into() };
    let early = logo.clone();
    t.write(move |conn| settings::set_logo(conn, app, Some(&early))).await;
    assert_eq!(t.read(move |conn| settings::logo(conn, app)).await, None);
    for text in ["{}", "{\"on\":true}"] {
        t.write(move |conn| settings::set(conn, app, text)).await;
    }
    let kept = |has_logo, revision| Kept { settings: "{\"on\":true}".into(), has_logo, revision };
    assert_eq!(t.read(move |conn| settings::get(conn, app)).await, Some(kept(false, 2)));
    let picture = logo.clone();
    t.write(move |conn| settings::set_logo(conn, app, Some(&picture))).await;
    assert_eq!(t.read(move |conn| settings::get(conn, app)).await, Some(kept(true, 3)));
    assert_eq!(t.read(move |conn| settings::logo(conn, app)).await, Some(logo));
    t.write(move |conn| settings::set_logo(conn, app, None)).await;
    assert_eq!(t.read(move |conn| settings::get(conn, app)).await, Some(kept(false, 4)));
    assert_eq!(t.read(move |conn| settings::get(conn, other)).await, None);
}

async fn sign_ins_live_in_their_application(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = t.write(move |conn| sign_ins::insert(conn, app, 7, &new(1), NOW)).await;
    let found = t.read(move |conn| sign_ins::by_hash(conn, app, &[1; 32], ALL)).await.expect("a sign-in");
    assert_eq!((found.id, found.user, found.began, found.seen), (id, 7, NOW, NOW));
    assert_eq!((found.ip.as_str(), found.user_agent.as_str()), ("192.0.2.1", "Browser"));
    assert_eq!(t.read(move |conn| sign_ins::by_hash(conn, other, &[1; 32], ALL)).await, None);
    assert_eq!(t.read(move |conn| sign_ins::by_id(conn, other, id, ALL)).await, None);
    assert!(!t.write(move |conn| sign_ins::delete(conn, app, 8, id)).await, "another user's");
    t.write(move |conn| sign_ins::set_seen(conn, app, id, NOW + 60)).await;
    t.write(move |conn| sign_ins::set_seen(conn, app, id, NOW + 30)).await;
    for (seen, began, lives) in
        [(NOW + 59, NOW - 1, true), (NOW + 60, NOW - 1, false), (NOW + 59, NOW, false)]
    {
        let since = Since { seen, began };
        let found = t.read(move |conn| sign_ins::by_hash(conn, app, &[1; 32], since)).await;
        assert_eq!(found.is_some(), lives, "{since:?}");
        assert_eq!(t.read(move |conn| sign_ins::by_id(conn, app, id, since)).await.is_some(), lives);
    }
    t.write(move |conn| sign_ins::renew(conn, app, id, &[2; 32], &[3; 32])).await;
    assert_eq!(t.read(move |conn| sign_ins::by_hash(conn, app, &[1; 32], ALL)).await, None);
    let found = t.read(move |conn| sign_ins::by_hash(conn, app, &[2; 32], ALL)).await.expect("a sign-in");
    assert_eq!(found.proof, [3; 32]);
    assert!(!t.read(move |conn| sign_ins::any_dead(conn, NOW + 59)).await);
    assert!(t.read(move |conn| sign_ins::any_dead(conn, NOW + 60)).await);
    assert_eq!(t.write(move |conn| sign_ins::delete_dead(conn, NOW + 60, 10)).await, 1);
    assert_eq!(t.write(move |conn| sign_ins::delete_dead(conn, NOW + 60, 10)).await, 0);
}

async fn old_sign_ins_go_first(t: Fixture) {
    let app = t.app().await;
    for n in 0..25_u8 {
        t.write(move |conn| sign_ins::insert(conn, app, 7, &new(n), NOW + i64::from(n))).await;
    }
    t.write(move |conn| sign_ins::insert(conn, app, 8, &new(99), NOW)).await;
    let kept = t.read(move |conn| sign_ins::of_user(conn, app, 7, ALL)).await;
    assert_eq!(kept.iter().map(|one| one.seen - NOW).collect::<Vec<_>>(), (5..25).rev().collect::<Vec<_>>());
    let own = kept[3].id;
    assert_eq!(t.write(move |conn| sign_ins::delete_all(conn, app, 7, Some(own))).await, 19);
    assert_eq!(t.write(move |conn| sign_ins::delete_all(conn, app, 7, None)).await, 1);
    assert_eq!(t.read(move |conn| sign_ins::of_user(conn, app, 8, ALL)).await.len(), 1);
}

async fn users_take_their_sign_ins_along(t: Fixture) {
    let app = t.app().await;
    for user in [7, 8] {
        t.write(move |conn| sign_ins::insert(conn, app, user, &new(user as u8), NOW)).await;
    }
    t.write(move |conn| users::delete_range(conn, app, Range::one(7))).await;
    assert_eq!(t.read(move |conn| sign_ins::by_hash(conn, app, &[7; 32], ALL)).await, None);
    assert!(t.read(move |conn| sign_ins::by_hash(conn, app, &[8; 32], ALL)).await.is_some());
}

async fn files_take_their_offers_along(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        for id in ["a", "b"] {
            let file =
                File { id: id.into(), name: id.into(), url: None, size: 1, uploaded: NOW, authed: true };
            assert!(t.write(move |conn| files::insert(conn, app, &file)).await);
        }
    }
    let offered =
        |file: &str, subscription: &str| Offered { file: file.into(), subscription: subscription.into() };
    let gold = ["gold".to_owned(), "gold".to_owned(), "silver".to_owned()];
    t.write(move |conn| downloads::set(conn, app, "b", &gold)).await;
    t.write(move |conn| downloads::set(conn, app, "a", &[String::new()])).await;
    t.write(move |conn| downloads::set(conn, app, "gone", &[String::new()])).await;
    t.write(move |conn| downloads::set(conn, other, "a", &["gold".to_owned()])).await;
    let all = t.read(move |conn| downloads::all(conn, app)).await;
    assert_eq!(all, [offered("a", ""), offered("b", "gold"), offered("b", "silver")]);
    t.write(move |conn| downloads::set(conn, app, "b", &[])).await;
    assert_eq!(t.read(move |conn| downloads::all(conn, app)).await, [offered("a", "")]);
    assert!(t.write(move |conn| files::delete(conn, app, "a")).await);
    let file = File { id: "a".into(), name: "a".into(), url: None, size: 1, uploaded: NOW, authed: true };
    assert!(t.write(move |conn| files::insert(conn, app, &file)).await);
    assert!(t.read(move |conn| downloads::all(conn, app)).await.is_empty(), "another file of the name");
    assert_eq!(t.read(move |conn| downloads::all(conn, other)).await, [offered("a", "gold")]);
    t.write(move |conn| files::clear(conn, other)).await;
    assert!(t.read(move |conn| downloads::all(conn, other)).await.is_empty());
}
