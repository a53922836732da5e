//! Lists of sessions beside readers who do not take theirs.

use std::{collections::BTreeSet, time::Duration};

use claviger_capacity::{Bounds, Gate, Resource};
use claviger_store::sessions::ScanRow;

use super::*;
use crate::{App, Listing, ListingPart, ServiceError, SessionFilter};

/// Sessions of the attacked application; their rows fill many more parts than wait for a reader.
const MANY: u64 = 1000;
/// Lists that one application may have under way.
const EACH: usize = 8;

/// A row of a kilobyte.
fn row(out: &mut Vec<u8>, row: ScanRow<'_>, _: bool) {
    out.extend(format!("{} {:990}\n", row.id, "").bytes());
}

impl Fixture {
    async fn many(&self, app: i64, count: u64) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            let begun = self.watch.0.fetch_add(1, Ordering::Relaxed) as u64 * 1000 + number;
            let id = SessionId::generate(begun, &SystemRandom);
            let session = NewSession { app, id, expires: i64::MAX, api: 12, ip: String::new(), enckey: None };
            assert!(self.service.store.sessions().create(session).await.unwrap());
            ids.push(id.to_string());
        }
        ids
    }

    async fn list(&self, app: &App) -> Listing {
        self.service.list_sessions(app, SessionFilter::default(), row).await.unwrap()
    }

    /// Lists and snapshots that are held.
    fn held(&self) -> (usize, usize) {
        (self.service.lists.figures().held, self.service.snapshots.figures().held)
    }

    async fn wait_for(&self, what: (usize, usize)) {
        let reached = async {
            while self.held() != what {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), reached).await;
        assert!(waited.is_ok(), "{:?} are held, not {what:?}", self.held());
    }
}

/// The ids of some parts.
fn ids(parts: &[u8]) -> Vec<String> {
    let lines = parts.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| String::from_utf8_lossy(&line[..line.len() - 991]).into_owned()).collect()
}

/// The rest of a list, which must end as it should.
async fn rest(mut listing: Listing) -> Vec<String> {
    let mut rows = Vec::new();
    loop {
        match listing.next().await {
            Some(ListingPart::Rows(part)) => rows.extend(part),
            Some(ListingPart::End { more: None }) => return ids(&rows),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_take_nothing_hold_up_nobody() {
    let t = Fixture::open().await;
    let other = t.service.create_app("acme", "other", ApiVersions::default()).await.unwrap().app;
    let (many, few) = (t.many(t.app.id, MANY).await, t.many(other.id, 3).await);
    let mut stalled = Vec::new();
    for _ in 0..EACH {
        stalled.push(t.list(&t.app).await);
    }
    // No snapshot is held for them any more, so the write-ahead log may begin anew.
    t.wait_for((EACH, 0)).await;
    assert_eq!(rest(t.list(&other).await).await, few);
    // Those who go on get all of it, each session once.
    for listing in stalled {
        assert_eq!(rest(listing).await, many);
    }
    t.wait_for((0, 0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_ended_meanwhile_is_listed_no_more() {
    let t = Fixture::open().await;
    let old: BTreeSet<_> = t.many(t.app.id, MANY).await.into_iter().collect();
    let listing = t.list(&t.app).await;
    t.wait_for((1, 0)).await;
    t.service.end_everybodys_sessions(&t.app).await.unwrap();
    let new = t.many(t.app.id, 5).await;
    let listed = rest(listing).await;
    let before = listed.len() - new.len();
    // What was ready when all ended: some parts, and no more.
    assert!(before < old.len() / 2, "{before}");
    assert!(listed.is_sorted() && listed[..before].iter().all(|id| old.contains(id)));
    assert_eq!(listed[before..], new);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_gives_everything_back() {
    let t = Fixture::open().await;
    t.many(t.app.id, MANY).await;
    for stalls in [false, true] {
        for parts in 0..8 {
            let mut listing = t.list(&t.app).await;
            for _ in 0..parts {
                assert!(matches!(listing.next().await, Some(ListingPart::Rows(_))));
            }
            if stalls {
                t.wait_for((1, 0)).await;
            }
            drop(listing);
            t.wait_for((0, 0)).await;
        }
    }
}

#[tokio::test]
async fn a_full_server_tells_so() {
    let mut t = Fixture::open().await;
    let one = Bounds { all: 1, tenant: 1, party: 1, waiting: 0, wait: Duration::ZERO };
    Arc::get_mut(&mut t.service).unwrap().lists = Gate::with(Resource::Lists, one);
    t.many(t.app.id, MANY).await;
    let first = t.list(&t.app).await;
    let second = t.service.list_sessions(&t.app, SessionFilter::default(), row).await;
    assert!(matches!(second, Err(ServiceError::Full(_))));
    drop(first);
    t.wait_for((0, 0)).await;
    assert_eq!(rest(t.list(&t.app).await).await.len() as u64, MANY);
}
