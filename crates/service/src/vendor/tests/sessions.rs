//! Pages of sessions, ending those that a filter means, watching them, and what is counted.

use std::collections::HashMap;

use claviger_capacity::{Gate, Who};
use claviger_store::activity::{HOUR, MINUTE};

use super::*;
use crate::Init;

impl Fixture {
    /// Creates sessions of one address, a millisecond apart; their ids, the oldest first.
    async fn sessions(&self, ip: &str, count: u64) -> Vec<SessionId> {
        let mut ids = Vec::new();
        for number in 0..count {
            let begun = (self.watch.0.load(Ordering::Relaxed) as u64 - 10) * 1000 + number;
            let id = SessionId::generate(begun, &SystemRandom);
            let (app, expires) = (self.app.id, NOW + HOUR * 24);
            let session = NewSession { app, id, expires, api: 12, ip: ip.into(), enckey: None };
            assert!(self.service.store.sessions().create(session).await.unwrap());
            ids.push(id);
        }
        ids
    }

    async fn page(&self, whose: Whose, order: Order, place: Place, limit: usize) -> SessionPage {
        let query = SessionQuery { whose, order, place, limit };
        self.service.session_page(&self.app, query).await.unwrap()
    }

    async fn end(&self, whose: Whose) -> u64 {
        self.service.end_sessions_of(&self.app, whose).await.unwrap()
    }

    async fn count(&self, whose: Whose) -> Number {
        self.service.count_sessions(&self.app, whose).await.unwrap()
    }
}

fn ids(page: &SessionPage) -> Vec<SessionId> {
    page.rows.iter().map(|row| row.id).collect()
}

fn from(net: &str) -> Whose {
    Whose { ip: Some(net.parse().unwrap()), ..Whose::default() }
}

#[tokio::test]
async fn pages_lead_on_and_back() {
    let t = Fixture::open().await;
    let all = t.sessions("192.0.2.1", 10).await;
    for order in [Order::Oldest, Order::Newest] {
        let mut expected = all.clone();
        if order == Order::Newest {
            expected.reverse();
        }
        let page = async |place| t.page(Whose::default(), order, place, 4).await;
        let first = page(Place::Start).await;
        assert_eq!((ids(&first), first.previous), (expected[..4].to_vec(), None));
        let second = page(Place::After(first.next.unwrap())).await;
        assert_eq!((ids(&second), second.previous), (expected[4..8].to_vec(), Some(expected[4])));
        let last = page(Place::After(second.next.unwrap())).await;
        assert_eq!((ids(&last), last.next, last.looked), (expected[8..].to_vec(), None, None));
        let back = page(Place::Before(last.previous.unwrap())).await;
        assert_eq!((ids(&back), back.next), (expected[4..8].to_vec(), Some(expected[7])));
        assert_eq!(back.previous, Some(expected[4]));
        // What comes before makes no whole page.
        assert_eq!(page(Place::Before(expected[3])).await, first);
        let first_again = page(Place::Before(expected[4])).await;
        assert_eq!((ids(&first_again), first_again.previous), (expected[..4].to_vec(), None));
        assert_eq!(ids(&page(Place::After(expected[9])).await), []);
    }
    let exactly = t.page(Whose::default(), Order::Oldest, Place::Start, 10).await;
    assert_eq!((exactly.rows.len(), exactly.next), (10, None));
}

#[tokio::test]
async fn a_page_is_filtered() {
    let t = Fixture::open().await;
    let others = t.sessions("192.0.2.1", 3).await;
    let ann = t.user("Ann").await;
    let search = async |whose| ids(&t.page(whose, Order::Oldest, Place::Start, 10).await);
    let of = |user: &str| Whose { user: Some(user.into()), ..Whose::default() };
    assert_eq!(search(of("aNN")).await, [ann]);
    for nobody in ["", "An", "A\0nn", "nobody"] {
        assert_eq!(search(of(nobody)).await, [], "{nobody:?}");
        assert_eq!(t.count(of(nobody)).await, Number::Exactly(0));
    }
    assert_eq!(search(from("192.0.2.0/24")).await, others);
    assert_eq!(search(Whose { signed_in: Some(true), ..Whose::default() }).await, [ann]);
    assert_eq!(search(Whose { text: Some("A\0nn".into()), ..Whose::default() }).await, []);
    let text = |text: &str| Whose { text: Some(text.into()), ..Whose::default() };
    assert_eq!(search(text("nn")).await, [ann]);
    assert_eq!(search(text(&others[1].as_str()[12..])).await, [others[1]]);
    let some = Whose { ids: Some(vec![others[2], ann]), signed_in: Some(false), ..Whose::default() };
    assert_eq!(search(some.clone()).await, [others[2]]);
    assert_eq!(t.count(some).await, Number::Exactly(1));
    assert_eq!(t.count(Whose::default()).await, Number::Exactly(4));
    let row = &t.page(of("ann"), Order::Newest, Place::Start, 1).await.rows[0];
    assert_eq!((row.api, row.expires, row.user.as_ref().unwrap().1.as_str()), (13, NOW + 60, "Ann"));
}

#[tokio::test]
async fn a_filter_ends_what_it_means() {
    let t = Fixture::open().await;
    let home = t.sessions("192.0.2.1", 450).await;
    let far = t.sessions("198.51.100.1", 2).await;
    let (ann, bob) = (t.user("Ann").await, t.user("Bob").await);
    assert_eq!(t.end(Whose::default()).await, 0, "what says nothing ends nothing");
    assert_eq!(t.end(Whose { user: Some("nobody".into()), ..Whose::default() }).await, 0);
    let some = vec![home[0], home[0], home[1], ann, SessionId::lower_bound(1)];
    assert_eq!(t.end(Whose { ids: Some(some), signed_in: Some(false), ..Whose::default() }).await, 2);
    assert!(t.lives(ann).await && !t.lives(home[0]).await && t.lives(home[2]).await);
    assert_eq!(t.end(from("192.0.2.0/28")).await, 448);
    assert_eq!(t.end(from("192.0.2.0/28")).await, 0);
    assert_eq!(
        t.end(Whose { user: Some("ANN".into()), signed_in: Some(false), ..Whose::default() }).await,
        0
    );
    assert_eq!(t.end(Whose { user: Some("ANN".into()), ..Whose::default() }).await, 1);
    assert_eq!(t.end(Whose { text: Some("bo".into()), ..Whose::default() }).await, 1);
    assert!(!t.lives(bob).await);
    assert_eq!(t.end(Whose { signed_in: Some(true), ..Whose::default() }).await, 0);
    assert_eq!(t.end(Whose { ids: Some(Vec::new()), ..Whose::default() }).await, 0);
    assert!(t.lives(far[0]).await && t.lives(far[1]).await);
    let everybody = async || t.service.end_everybodys_sessions(&t.app).await.unwrap();
    assert_eq!(everybody().await, Number::Exactly(2));
    assert_eq!(everybody().await, Number::Exactly(0));
    assert!(!t.lives(far[0]).await);
}

#[tokio::test]
async fn who_watches_is_told() {
    let t = Fixture::open().await;
    let known = t.sessions("192.0.2.1", 2).await;
    let mut watch = t.service.watch_sessions(&t.app).await.unwrap();
    let mut other = t.service.watch_sessions(&t.app).await.unwrap();
    t.service.look(1).await.unwrap();
    let ann = t.user("Ann").await;
    assert!(t.service.end_session(&t.app, known[0].as_str()).await.unwrap());
    t.service.look(2).await.unwrap();
    let Some(WatchEvent::News(news)) = watch.next().await else { panic!("news") };
    assert_eq!(news.began.iter().map(|row| row.id).collect::<Vec<_>>(), [ann]);
    assert_eq!((&news.ended[..], news.and_more, news.live), (&known[..1], false, None));
    let Some(WatchEvent::News(same)) = other.next().await else { panic!("news") };
    assert!(Arc::ptr_eq(&news, &same), "kept once, however many watch");
    // The count comes with every fifth look, when it is another.
    t.sessions("192.0.2.1", 1).await;
    t.service.look(5).await.unwrap();
    let Some(WatchEvent::News(news)) = watch.next().await else { panic!("news") };
    assert_eq!((news.began.len(), news.live), (1, Some(Number::Exactly(3))));
    drop((watch, other));
    assert!(t.service.watching.apps().is_empty());
}

#[tokio::test]
async fn what_happens_is_counted() {
    let t = Fixture::open().await;
    let app = t.service.app_by_name(&t.app.owner_id, "shop").await.unwrap().unwrap();
    let init = || Init { api: 12, ip: "192.0.2.1", enckey: None, version: None };
    for _ in 0..3 {
        t.service.begin_session(&app, init()).await.unwrap().unwrap();
    }
    // What is held in memory is read anew after each change; nothing is lost by it.
    t.service.rotate_secret("acme", "shop").await.unwrap();
    let again = t.service.app_by_name(&t.app.owner_id, "shop").await.unwrap().unwrap();
    assert!(!Arc::ptr_eq(&app, &again));
    // Rotating the secret has ended the three.
    t.service.begin_session(&again, init()).await.unwrap().unwrap();
    app.tally.sign_in();
    again.tally.refusal();
    let mut lived = HashMap::new();
    let write = async |lived: &mut HashMap<i64, i64>| {
        t.service.flush_activity().await.unwrap();
        t.service.count_live(lived).await.unwrap();
    };
    write(&mut lived).await;
    write(&mut lived).await;
    let last = async |span| *t.service.activity(&t.app, span).await.unwrap().points.last().unwrap();
    let expected =
        |step: i64| Point { began: NOW - NOW % step, inits: 4, sign_ins: 1, refusals: 1, live: Some(1) };
    for span in Span::ALL {
        assert_eq!(last(span).await, expected(span.step()), "{span:?}");
    }
    // That none is left is noted once.
    assert_eq!(t.service.end_everybodys_sessions(&t.app).await.unwrap(), Number::Exactly(1));
    t.watch.0.fetch_add(MINUTE, Ordering::Relaxed);
    write(&mut lived).await;
    assert_eq!(last(Span::Hour).await.live, Some(0));
    t.watch.0.fetch_add(MINUTE, Ordering::Relaxed);
    t.service.sweep().await.unwrap();
    write(&mut lived).await;
    assert_eq!((last(Span::Hour).await.live, lived.len()), (None, 0));
    // Old counts go, by the minute first.
    t.watch.0.fetch_add(3 * 24 * HOUR, Ordering::Relaxed);
    t.service.trim_activity().await.unwrap();
    let inits = async |span| {
        let points = t.service.activity(&t.app, span).await.unwrap().points;
        points.iter().map(|point| point.inits).sum::<i64>()
    };
    assert_eq!((inits(Span::Day).await, inits(Span::Week).await), (0, 4));
    t.watch.0.fetch_add(92 * 24 * HOUR, Ordering::Relaxed);
    t.service.trim_activity().await.unwrap();
    t.watch.0.fetch_sub(92 * 24 * HOUR, Ordering::Relaxed);
    assert_eq!(inits(Span::Week).await, 0);
}

#[tokio::test]
async fn lists_that_nobody_takes_hold_up_no_page() {
    let t = Fixture::open().await;
    let sessions = t.sessions("192.0.2.1", 3000).await;
    let enter = |gate: &Gate, app| gate.try_enter(Who::app(app)).ok();
    let all = |gate: &Gate| {
        (0..64).flat_map(|app| std::iter::from_fn(move || enter(gate, app))).collect::<Vec<_>>()
    };
    let _taken = [all(&t.service.lists), all(&t.service.snapshots)];
    let work = async {
        // More than one of the general readers goes through.
        let page = t.page(from("192.0.2.2"), Order::Newest, Place::Start, 5).await;
        assert_eq!((page.rows.len(), page.looked), (0, None));
        assert_eq!(t.count(from("192.0.2.1")).await, Number::Exactly(3000));
        assert_eq!(t.end(from("192.0.2.1")).await, sessions.len() as u64);
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), work).await.expect("nothing waits");
}

#[tokio::test]
async fn there_is_room_for_so_many_strangers() {
    let mut t = Fixture::open().await;
    Arc::get_mut(&mut t.service).unwrap().options.shares.anonymous_sessions = 4;
    let app = t.service.app_by_name(&t.app.owner_id, "shop").await.unwrap().unwrap();
    let room = || t.service.has_room_for_session(&app);
    let begin = async || {
        let init = Init { api: 12, ip: "192.0.2.1", enckey: None, version: None };
        t.service.begin_session(&app, init).await.unwrap().unwrap();
    };
    for _ in 0..4 {
        assert!(room());
        begin().await;
    }
    assert!(!room());
    let mut lived = HashMap::new();
    t.service.count_live(&mut lived).await.unwrap();
    assert!(!room(), "four live");
    assert_eq!(t.end(from("192.0.2.1")).await, 4);
    // Users do not count, nor does what has ended.
    t.user("Ann").await;
    t.watch.0.fetch_add(MINUTE / 2, Ordering::Relaxed);
    t.service.count_live(&mut lived).await.unwrap();
    for _ in 0..4 {
        assert!(room());
        begin().await;
    }
    assert!(!room());
    t.service.end_all_sessions(&app).await.unwrap();
    assert!(room(), "at once");
}

#[tokio::test]
async fn the_oldest_strangers_make_room() {
    let mut t = Fixture::open().await;
    Arc::get_mut(&mut t.service).unwrap().options.shares.anonymous_sessions = 500;
    let app = t.service.app_by_name(&t.app.owner_id, "shop").await.unwrap().unwrap();
    let all = t.sessions("192.0.2.1", 501).await;
    // The oldest of all is a user's by now.
    let (id, first) = (app.id, all[0]);
    let sign_in = move |conn: &mut Conn<'_>| shared::sign_in(conn, id, &first, 1, "Ann", NOW);
    assert!(t.service.store.db().write::<_, StoreError, _>(sign_in).await.unwrap());
    t.service.count_live(&mut HashMap::new()).await.unwrap();
    assert!(!t.service.has_room_for_session(&app));
    t.service.make_room_for_sessions().await.unwrap();
    let left = async || {
        let oldest = t.page(Whose::default(), Order::Oldest, Place::Start, 2).await;
        (ids(&oldest), t.count(Whose::default()).await)
    };
    let expected = (vec![first, all[101]], Number::Exactly(401));
    assert_eq!((t.service.has_room_for_session(&app), left().await), (true, expected.clone()));
    // Four fifths are left alone, and so is what is only believed to be too much.
    t.service.make_room_for_sessions().await.unwrap();
    app.tally.set_strangers(1000);
    t.service.make_room_for_sessions().await.unwrap();
    assert_eq!((app.tally.strangers(), left().await), (400, expected));
}
