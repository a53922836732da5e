//! Notices: each is told once and in its time.

use claviger_store::{
    activity::{self, Guesses, Happened},
    owners,
    people::log,
};

use super::*;

const BASE: &str = "https://keys.example.org/dashboard/shop/notices";

async fn open() -> Fixture {
    Fixture::open_with(|options| options.outgoing_allow = vec!["127.0.0.1/32".parse().unwrap()]).await
}

/// Chooses a call for an occasion.
async fn choose(t: &Fixture, occasion: Occasion) {
    let url = "http://127.0.0.1:9/hook".into();
    let change = NoticeChange {
        url,
        occasions: vec![occasion],
        refusals: 10,
        days: 7,
        backup_days: 2,
        ..NoticeChange::default()
    };
    let saved = t.service.choose_notices(&t.app, change, BASE).await.unwrap();
    assert!(saved.secret.is_some() && saved.mailed.is_none());
}

/// Looks whether there is something to tell, so many seconds later; how many notices there are then.
async fn later(t: &Fixture, seconds: i64) -> usize {
    t.watch.0.fetch_add(seconds, Ordering::Relaxed);
    // As two nodes do.
    t.service.watch_notices().await.unwrap();
    t.service.watch_notices().await.unwrap();
    t.service.notices(&t.app).await.unwrap().len()
}

async fn refuse(t: &Fixture, refusals: i64) {
    let (app, at) = (t.app.id, t.service.clock().now());
    let happened = Happened { refusals, guesses: Guesses::default(), ..Happened::default() };
    let add = move |conn: &mut Conn<'_>| activity::add(conn, app, at, happened);
    t.service.store.db().write::<_, StoreError, _>(add).await.unwrap();
}

#[tokio::test]
async fn refusals_are_told_from_a_number_on_and_once_in_six_hours() {
    let t = open().await;
    choose(&t, Occasion::Refusals).await;
    refuse(&t, 9).await;
    assert_eq!(later(&t, 60).await, 0);
    refuse(&t, 1).await;
    assert_eq!(later(&t, 30).await, 0, "it is looked once a minute");
    assert_eq!(later(&t, 30).await, 1);
    assert_eq!(later(&t, 60).await, 1);
    assert_eq!(later(&t, 6 * 3600).await, 1, "an hour later it is over");
    refuse(&t, 10).await;
    assert_eq!(later(&t, 60).await, 2);
    let notices = t.service.notices(&t.app).await.unwrap();
    assert_eq!(notices[0].subject, "10 sign-ins refused within an hour in \"shop\"");
    assert!(notices[0].body.contains("\"event\":\"refusals\""), "{}", notices[0].body);
}

#[tokio::test]
async fn subscriptions_that_end_are_told_once_a_day() {
    let t = open().await;
    choose(&t, Occasion::Ending).await;
    assert_eq!(later(&t, 0).await, 0);
    // It ends in a minute.
    t.user("mara").await;
    assert_eq!(later(&t, 0).await, 0, "it is looked once a minute");
    let another = open().await;
    choose(&another, Occasion::Ending).await;
    another.user("mara").await;
    assert_eq!(later(&another, 0).await, 1);
    assert_eq!(later(&another, 59).await, 1);
    let notices = another.service.notices(&another.app).await.unwrap();
    assert_eq!(notices[0].subject, "1 subscription ends soon in \"shop\"");
}

#[tokio::test]
async fn a_sign_in_from_somewhere_new_is_told() {
    let t = open().await;
    choose(&t, Occasion::SignIn).await;
    let find = |conn: &mut Conn<'_>| owners::by_name(conn, "acme");
    let owner = t.service.store.db().read::<_, StoreError, _>(find).await.unwrap().unwrap();
    let sign_in = async |ip: &'static str, user_agent: &'static str| {
        let person = claviger_domain::PersonId::Owner(owner.id);
        let now = t.service.clock().now();
        let write = move |conn: &mut Conn<'_>| {
            let entry = log::Entry {
                event: "signed in".into(),
                detail: String::new(),
                ip: ip.into(),
                user_agent: user_agent.into(),
            };
            log::insert(conn, person, &entry, now, 1000)
        };
        t.service.store.db().write::<_, StoreError, _>(write).await.unwrap();
    };
    sign_in("192.0.2.1", "Firefox").await;
    assert_eq!(later(&t, 60).await, 0, "what was before is known");
    sign_in("192.0.2.1", "Chrome").await;
    sign_in("198.51.100.1", "Firefox").await;
    assert_eq!(later(&t, 60).await, 0, "a known network, or a known browser");
    sign_in("203.0.113.1", "curl").await;
    assert_eq!(later(&t, 60).await, 1);
    assert_eq!(later(&t, 60).await, 1, "told once");
    sign_in("203.0.113.1", "curl").await;
    assert_eq!(later(&t, 60).await, 1, "known by now");
}

#[tokio::test]
async fn nothing_is_told_without_a_way_and_mails_wait_for_the_link() {
    let t = open().await;
    let change = NoticeChange {
        email: "me@example.org".into(),
        occasions: vec![Occasion::Refusals],
        refusals: 1,
        days: 1,
        backup_days: 2,
        ..NoticeChange::default()
    };
    let saved = t.service.choose_notices(&t.app, change, BASE).await.unwrap();
    assert_eq!(saved.mailed, Some(false), "no mail server");
    refuse(&t, 5).await;
    assert_eq!(later(&t, 60).await, 0);
    assert!(!t.service.test_notice(&t.app).await.unwrap());
    assert!(!t.service.confirm_notices(&t.app, "00").await.unwrap());
}
