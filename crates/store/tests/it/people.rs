//! People: sign-ins, their log, factors, passkeys and links.

use std::sync::Arc;

use claviger_domain::PersonId;
use claviger_store::people::{
    credentials,
    factors::{self, Totp},
    forget,
    identities::{self, Claim, NewIdentity},
    invitations::{self, Invitation},
    log::{self, Entry},
    passkeys::{self, Passkey},
    profile::{self, Profile},
    sign_ins::{self, NewSignIn, Since},
    used,
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_sign_in_is_found_while_it_lives,
    the_sign_ins_seen_last_are_kept,
    ending_sign_ins_is_for_their_person,
    a_log_keeps_the_newest,
    a_profile_is_made_when_it_is_needed,
    a_name_finds_the_person_and_the_password,
    a_recovery_code_is_taken_once,
    a_passkey_belongs_to_one_person,
    an_identity_belongs_to_one_person,
    what_authenticators_know_a_person_by_stays,
    a_form_is_used_once,
    a_link_is_taken_once,
    a_new_link_makes_the_old_one_void,
    nothing_is_left_of_whoever_is_forgotten,
];

const ANN: PersonId = PersonId::Owner(1);
const MAX: PersonId = PersonId::Account(1);
const ALL: Since = Since { seen: 0, began: 0 };

fn new_sign_in(person: PersonId, hash: u8) -> NewSignIn {
    NewSignIn {
        hash: [hash; 32],
        person,
        ip: "2001:db8::1".into(),
        user_agent: "<b>'\u{202e}".into(),
        factors: "password".into(),
    }
}

async fn sign_in(t: &Fixture, person: PersonId, hash: u8, now: i64) -> i64 {
    t.write(move |conn| sign_ins::insert(conn, &new_sign_in(person, hash), now)).await
}

async fn a_sign_in_is_found_while_it_lives(t: Fixture) {
    let id = sign_in(&t, ANN, 1, NOW).await;
    let find = async |hash: u8, since| t.read(move |conn| sign_ins::by_hash(conn, &[hash; 32], since)).await;
    let found = find(1, ALL).await.expect("a sign-in");
    assert_eq!((found.id, found.person, found.began, found.proved), (id, ANN, NOW, NOW));
    assert_eq!((found.ip.as_str(), found.user_agent.as_str()), ("2001:db8::1", "<b>'\u{202e}"));
    assert!(find(2, ALL).await.is_none());
    t.write(move |conn| sign_ins::set_seen(conn, id, NOW + 60)).await;
    t.write(move |conn| sign_ins::set_seen(conn, id, NOW + 30)).await;
    assert!(find(1, Since { seen: NOW + 59, began: NOW - 1 }).await.is_some());
    assert!(find(1, Since { seen: NOW + 60, began: NOW - 1 }).await.is_none());
    assert!(find(1, Since { seen: 0, began: NOW }).await.is_none());
    assert!(t.write(move |conn| sign_ins::set_proved(conn, id, NOW + 9)).await);
    let by_id = async |person| t.read(move |conn| sign_ins::by_id(conn, person, id, ALL)).await;
    assert_eq!(by_id(ANN).await.map(|found| found.proved), Some(NOW + 9));
    assert_eq!(by_id(MAX).await, None);
    let dead = Since { seen: NOW + 60, began: 0 };
    assert_eq!(t.write(move |conn| sign_ins::delete_dead(conn, dead)).await, 1);
}

async fn the_sign_ins_seen_last_are_kept(t: Fixture) {
    for number in 0..60 {
        sign_in(&t, ANN, number, NOW + i64::from(number)).await;
    }
    sign_in(&t, MAX, 200, NOW).await;
    // One that begins when others were seen later stays too.
    sign_in(&t, ANN, 99, NOW - 1000).await;
    let kept = t.read(|conn| sign_ins::of_person(conn, ANN, ALL)).await;
    assert_eq!(kept.len(), 51);
    assert_eq!((kept[0].began, kept[49].began, kept[50].began), (NOW + 59, NOW + 10, NOW - 1000));
    assert_eq!(t.read(|conn| sign_ins::of_person(conn, MAX, ALL)).await.len(), 1);
}

async fn ending_sign_ins_is_for_their_person(t: Fixture) {
    let (first, second) = (sign_in(&t, ANN, 1, NOW).await, sign_in(&t, ANN, 2, NOW).await);
    sign_in(&t, MAX, 3, NOW).await;
    sign_in(&t, PersonId::Owner(2), 4, NOW).await;
    assert!(!t.write(move |conn| sign_ins::delete(conn, MAX, first)).await);
    assert!(t.write(move |conn| sign_ins::delete(conn, ANN, first)).await);
    assert!(!t.write(move |conn| sign_ins::delete(conn, ANN, first)).await);
    assert_eq!(t.write(move |conn| sign_ins::delete_all(conn, ANN, Some(second))).await, 0);
    assert_eq!(t.write(move |conn| sign_ins::delete_all(conn, ANN, None)).await, 1);
    assert_eq!(t.read(|conn| sign_ins::of_person(conn, MAX, ALL)).await.len(), 1);
}

async fn a_log_keeps_the_newest(t: Fixture) {
    for number in 0..8 {
        let entry = Entry {
            event: format!("event {number}"),
            detail: String::new(),
            ip: "unknown".into(),
            user_agent: String::new(),
        };
        t.write(move |conn| log::insert(conn, ANN, &entry, NOW + number, 5)).await;
    }
    let page = async |before, limit| -> Vec<(i64, String)> {
        let page = t.read(move |conn| log::page(conn, ANN, before, limit)).await;
        page.into_iter().map(|(id, _, entry)| (id, entry.event)).collect()
    };
    assert_eq!(page(None, 2).await, [(8, "event 7".into()), (7, "event 6".into())]);
    assert_eq!(page(Some(5), 9).await, [(4, "event 3".into())]);
    assert!(t.read(|conn| log::page(conn, MAX, None, 9)).await.is_empty());
}

async fn a_profile_is_made_when_it_is_needed(t: Fixture) {
    let get = async || t.read(|conn| profile::get(conn, ANN)).await;
    assert_eq!(get().await, Profile::default());
    t.write(|conn| profile::set_last_app(conn, ANN, 7)).await;
    t.write(|conn| profile::set_looks(conn, ANN, "dark", Some("Europe/Berlin"))).await;
    t.write(|conn| profile::set_ip(conn, ANN, Some("192.0.2.1"))).await;
    t.write(|conn| profile::lock(conn, ANN)).await;
    let profile = get().await;
    assert_eq!((profile.theme.as_str(), profile.last_app), ("dark", Some(7)));
    assert_eq!(profile.ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(t.read(|conn| profile::get(conn, MAX)).await, Profile::default());
}

async fn a_name_finds_the_person_and_the_password(t: Fixture) {
    let id = t.owner("Ann O'Neil").await;
    let find = async |name: &'static str| t.read(move |conn| credentials::by_name(conn, name)).await;
    let found = find("ANN o'neil").await.expect("an owner");
    assert_eq!(
        (found.person, found.name.as_str(), found.password),
        (PersonId::Owner(id), "Ann O'Neil", None)
    );
    assert_eq!(find("Ann").await, None);
    t.write(move |conn| credentials::set_password(conn, PersonId::Owner(id), "hash")).await;
    let held = t.write(move |conn| credentials::lock(conn, PersonId::Owner(id))).await.expect("an owner");
    assert_eq!(held.password.as_deref(), Some("hash"));
    assert_eq!(t.write(move |conn| credentials::lock(conn, PersonId::Account(id))).await, None);
}

async fn a_recovery_code_is_taken_once(t: Fixture) {
    t.write(|conn| profile::lock(conn, ANN)).await;
    let totp = Totp { secret: Some(vec![0, 255]), pending: None, step: Some(9) };
    let set = totp.clone();
    t.write(move |conn| factors::set_totp(conn, ANN, &set)).await;
    assert_eq!(t.read(|conn| factors::totp(conn, ANN)).await, totp);
    assert_eq!(t.read(|conn| factors::totp(conn, MAX)).await, Totp::default());
    t.write(|conn| factors::set_recovery_codes(conn, ANN, &["a".into(), "b".into()])).await;
    let t = Arc::new(t);
    let tasks = (0..8).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { t.write(|conn| factors::take_recovery_code(conn, ANN, "a")).await })
    });
    let taken = join_all(tasks).await.into_iter().filter(|taken| *taken.as_ref().expect("no panic")).count();
    assert_eq!(taken, 1);
    assert!(!t.write(|conn| factors::take_recovery_code(conn, MAX, "b")).await);
    assert_eq!(t.read(|conn| factors::recovery_codes_left(conn, ANN)).await, 1);
    t.write(|conn| factors::set_recovery_codes(conn, ANN, &["c".into()])).await;
    assert!(!t.write(|conn| factors::take_recovery_code(conn, ANN, "b")).await);
}

fn new_passkey(person: PersonId, credential: u8) -> Passkey {
    Passkey {
        id: 0,
        credential: vec![credential, 0],
        person,
        name: "Laptop".into(),
        public_key: vec![1],
        state: vec![2],
        created: NOW,
        used: None,
    }
}

async fn a_passkey_belongs_to_one_person(t: Fixture) {
    let add = async |new: Passkey| t.write(move |conn| passkeys::insert(conn, &new)).await;
    assert!(add(new_passkey(ANN, 1)).await && add(new_passkey(MAX, 2)).await);
    assert!(!add(new_passkey(MAX, 1)).await);
    let found = t.write(|conn| passkeys::lock(conn, &[1, 0])).await.expect("a passkey");
    assert_eq!(Passkey { id: 0, ..found.clone() }, new_passkey(ANN, 1));
    assert_eq!(t.write(|conn| passkeys::lock(conn, &[1])).await, None);
    t.write(move |conn| passkeys::set_used(conn, found.id, &[3], NOW + 1)).await;
    let mine = t.read(|conn| passkeys::of_person(conn, ANN)).await;
    assert_eq!((mine.len(), mine[0].used, mine[0].state.as_slice()), (1, Some(NOW + 1), &[3][..]));
    assert!(!t.write(move |conn| passkeys::delete(conn, MAX, found.id)).await);
    assert!(t.write(move |conn| passkeys::delete(conn, ANN, found.id)).await);
    assert_eq!(t.write(|conn| passkeys::delete_all(conn, MAX)).await, 1);
}

async fn an_identity_belongs_to_one_person(t: Fixture) {
    let add = async |person: PersonId, issuer: &'static str, claim: Claim, value: &'static str| {
        let new = NewIdentity { issuer, claim, value, label: "ann@example.org" };
        t.write(move |conn| identities::insert(conn, person, &new, NOW)).await
    };
    assert!(add(ANN, "https://a.example", Claim::Subject, "1").await);
    assert!(!add(MAX, "https://a.example", Claim::Subject, "1").await);
    assert!(!add(ANN, "https://a.example", Claim::Subject, "1").await);
    // What another provider calls so, or what is an address, is somebody else.
    assert!(add(MAX, "https://b.example", Claim::Subject, "1").await);
    assert!(add(MAX, "https://a.example", Claim::Email, "1").await);
    let find = async |issuer: &'static str, claim, value: &'static str| {
        t.read(move |conn| identities::find(conn, issuer, claim, value)).await.map(|found| found.person)
    };
    assert_eq!(find("https://a.example", Claim::Subject, "1").await, Some(ANN));
    assert_eq!(find("https://b.example", Claim::Subject, "1").await, Some(MAX));
    assert_eq!(find("https://a.example", Claim::Email, "1").await, Some(MAX));
    assert_eq!(find("https://a.example", Claim::Subject, "2").await, None);
    let mine = t.read(|conn| identities::of_person(conn, ANN)).await;
    assert_eq!((mine.len(), mine[0].label.as_str(), mine[0].created), (1, "ann@example.org", NOW));
    let id = mine[0].id;
    assert!(!t.write(move |conn| identities::delete(conn, MAX, id)).await);
    assert!(t.write(move |conn| identities::delete(conn, ANN, id)).await);
    assert!(!t.write(move |conn| identities::delete(conn, ANN, id)).await);
    t.write(|conn| identities::delete_all(conn, MAX)).await;
    assert_eq!(t.read(|conn| identities::of_person(conn, MAX)).await, []);
}

async fn what_authenticators_know_a_person_by_stays(t: Fixture) {
    assert_eq!(t.read(|conn| passkeys::known_handle(conn, ANN)).await, None);
    t.write(|conn| profile::lock(conn, ANN)).await;
    assert_eq!(t.write(|conn| passkeys::handle(conn, ANN, &[1])).await, [1]);
    assert_eq!(t.write(|conn| passkeys::handle(conn, ANN, &[2])).await, [1]);
    assert_eq!(t.read(|conn| passkeys::known_handle(conn, ANN)).await, Some(vec![1]));
}

async fn a_form_is_used_once(t: Fixture) {
    let t = Arc::new(t);
    let tasks = (0..8).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { t.write(|conn| used::once(conn, b"form", NOW + 1)).await })
    });
    let first = join_all(tasks).await.into_iter().filter(|first| *first.as_ref().expect("no panic")).count();
    assert_eq!(first, 1);
    t.write(|conn| used::delete_expired(conn, NOW)).await;
    assert!(!t.write(|conn| used::once(conn, b"form", NOW + 1)).await);
    t.write(|conn| used::delete_expired(conn, NOW + 1)).await;
    assert!(t.write(|conn| used::once(conn, b"form", NOW + 2)).await);
}

async fn link(t: &Fixture, hash: u8, owner: Option<i64>) {
    let new = Invitation { person: owner.map(PersonId::Owner), drop_factors: owner.is_some() };
    t.write(move |conn| invitations::insert(conn, &[hash], new, NOW, NOW + 60)).await;
}

async fn a_link_is_taken_once(t: Fixture) {
    link(&t, 1, Some(7)).await;
    assert!(t.read(|conn| invitations::find(conn, &[1], NOW + 60)).await.is_none());
    assert!(t.write(|conn| invitations::take(conn, &[1], NOW + 60)).await.is_none());
    assert!(t.read(|conn| invitations::find(conn, &[1], NOW)).await.is_some());
    let t = Arc::new(t);
    let tasks = (0..8).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { t.write(|conn| invitations::take(conn, &[1], NOW)).await })
    });
    let taken: Vec<_> =
        join_all(tasks).await.into_iter().filter_map(|taken| taken.expect("no panic")).collect();
    assert_eq!(taken, [Invitation { person: Some(PersonId::Owner(7)), drop_factors: true }]);
}

async fn a_new_link_makes_the_old_one_void(t: Fixture) {
    link(&t, 1, Some(7)).await;
    link(&t, 2, Some(8)).await;
    link(&t, 3, None).await;
    link(&t, 4, Some(7)).await;
    link(&t, 5, None).await;
    let find = async |hash: u8| t.read(move |conn| invitations::find(conn, &[hash], NOW)).await;
    assert!(find(1).await.is_none() && find(3).await.is_none());
    assert!(find(2).await.is_some() && find(4).await.is_some());
    assert_eq!(find(5).await, Some(Invitation { person: None, drop_factors: false }));
    t.write(|conn| invitations::void(conn, None)).await;
    assert!(find(5).await.is_none());
    t.write(|conn| invitations::delete_expired(conn, NOW + 60)).await;
    assert!(find(2).await.is_none());
}

async fn nothing_is_left_of_whoever_is_forgotten(t: Fixture) {
    for person in [ANN, MAX] {
        sign_in(&t, person, person.kind().len() as u8, NOW).await;
        t.write(move |conn| profile::lock(conn, person)).await;
        t.write(move |conn| factors::set_recovery_codes(conn, person, &["a".into()])).await;
        t.write(move |conn| passkeys::insert(conn, &new_passkey(person, person.kind().len() as u8))).await;
        let new = NewIdentity {
            issuer: "https://a.example",
            claim: Claim::Subject,
            value: person.kind(),
            label: "",
        };
        assert!(t.write(move |conn| identities::insert(conn, person, &new, NOW)).await);
        let entry = Entry { event: "x".into(), detail: "".into(), ip: "".into(), user_agent: "".into() };
        t.write(move |conn| log::insert(conn, person, &entry, NOW, 5)).await;
    }
    t.write(|conn| forget::person(conn, ANN)).await;
    for (person, left) in [(ANN, 0), (MAX, 1)] {
        assert_eq!(t.read(move |conn| sign_ins::of_person(conn, person, ALL)).await.len(), left);
        assert_eq!(t.read(move |conn| passkeys::of_person(conn, person)).await.len(), left);
        assert_eq!(t.read(move |conn| identities::of_person(conn, person)).await.len(), left);
        assert_eq!(t.read(move |conn| log::page(conn, person, None, 9)).await.len(), left);
        assert_eq!(t.read(move |conn| factors::recovery_codes_left(conn, person)).await, left as i64);
    }
}
