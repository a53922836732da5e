//! A clock that is stepped, as when a machine gets the time late, or a wrong one.

use std::sync::atomic::Ordering;

use claviger_store::sessions::Lookup;

use super::{Fixture, NOW};

const YEAR: i64 = 31_536_000;
/// The last second of the year 9999.
const FAR: i64 = 253_402_300_799;

/// Whether the session is there at a second to which the clock is set, after all that is done in the background.
async fn lives_at(t: &Fixture, id: claviger_domain::SessionId, now: i64) -> bool {
    t.watch.0.store(now, Ordering::Relaxed);
    t.service.sweep().await.unwrap();
    t.service.flush_activity().await.unwrap();
    t.service.write_tries().await.unwrap();
    t.service.write_held().await;
    t.service.forget_sign_ins().await.unwrap();
    let lookup = Lookup { app: t.app.id, id, now, variable: None };
    t.service.store.sessions().find(lookup).await.unwrap().is_some()
}

#[tokio::test]
async fn put_back_it_ends_no_session_and_put_forward_it_ends_them_for_good() {
    let t = Fixture::open().await;
    let id = t.user("alice").await;
    // It lives until a minute after NOW, however often the clock was wrong before.
    for now in [NOW, NOW - YEAR, 0, NOW, NOW + 59, NOW - 3600, NOW] {
        assert!(lives_at(&t, id, now).await, "at {now}");
    }
    for now in [NOW + 60, FAR, NOW, NOW - YEAR, 0] {
        assert!(!lives_at(&t, id, now).await, "at {now}");
    }
}

#[tokio::test]
async fn what_is_counted_by_the_hour_starts_anew() {
    let t = Fixture::open().await;
    for now in [NOW, FAR, NOW, 0, NOW - YEAR] {
        t.watch.0.store(now, Ordering::Relaxed);
        for _ in 0..10 {
            assert!(t.service.foreign_names.take("owner".into(), now), "at {now}");
        }
        assert!(!t.service.foreign_names.is_free("owner", now), "at {now}");
    }
}
