//! What was made for an event of a shop.

use claviger_store::{
    Conn, StoreError,
    add_events::{self, Claim, Event},
    licenses::{self, NewLicenses},
};

use crate::support::{Fixture, NOW, both};

both![
    an_event_gets_the_same_again,
    applications_have_events_of_their_own,
    what_is_undone_is_not_remembered,
    of_two_at_once_one_makes,
    an_event_is_forgotten_after_its_time,
    only_so_many_are_remembered,
];

const DAY: i64 = 86_400;

fn event(id: &str) -> Event {
    Event { id: id.into(), params: "params".into() }
}

/// Looks an event up at `now`, and makes licenses of these keys if it is new.
fn add(conn: &mut Conn<'_>, app: i64, event: &Event, now: i64, keys: &[String]) -> Result<Claim, StoreError> {
    let claim = add_events::claim(conn, app, event, now, now - DAY, 3)?;
    if claim == Claim::New {
        let license = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: now };
        let mut ids = Vec::new();
        for key in keys {
            ids.push(licenses::insert(conn, app, key, &license)?.expect("a free key"));
        }
        add_events::fulfil(conn, app, event, ids[0], ids[ids.len() - 1])?;
    }
    Ok(claim)
}

async fn try_add(t: &Fixture, app: i64, id: &'static str, now: i64, keys: &[&str]) -> Claim {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    t.write(move |conn| add(conn, app, &event(id), now, &keys)).await
}

fn again(keys: &[&str]) -> Claim {
    Claim::Again(keys.iter().map(ToString::to_string).collect())
}

async fn an_event_gets_the_same_again(t: Fixture) {
    let app = t.app().await;
    assert_eq!(try_add(&t, app, "a", NOW, &["Z", "Y", "X"]).await, Claim::New);
    assert_eq!(try_add(&t, app, "b", NOW, &["W"]).await, Claim::New);
    for _ in 0..2 {
        assert_eq!(try_add(&t, app, "a", NOW + DAY, &["1"]).await, again(&["Z", "Y", "X"]));
        assert_eq!(try_add(&t, app, "b", NOW, &["1"]).await, again(&["W"]));
    }
    let other = Event { params: "others".into(), ..event("a") };
    assert_eq!(t.write(move |conn| add(conn, app, &other, NOW, &[])).await, Claim::Other);
    // What was deleted meanwhile is missing.
    t.write(move |conn| conn.execute("DELETE FROM licenses WHERE key = 'Y'", &[])).await;
    assert_eq!(try_add(&t, app, "a", NOW, &["1"]).await, again(&["Z", "X"]));
    t.write(move |conn| conn.execute("DELETE FROM licenses", &[])).await;
    assert_eq!(try_add(&t, app, "a", NOW, &["1"]).await, again(&[]));
}

async fn applications_have_events_of_their_own(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    assert_eq!(try_add(&t, app, "a", NOW, &["A"]).await, Claim::New);
    assert_eq!(try_add(&t, other, "a", NOW, &["B"]).await, Claim::New);
    assert_eq!(try_add(&t, app, "a", NOW, &["1"]).await, again(&["A"]));
    assert_eq!(try_add(&t, other, "a", NOW, &["1"]).await, again(&["B"]));
}

async fn what_is_undone_is_not_remembered(t: Fixture) {
    let app = t.app().await;
    let failing = move |conn: &mut Conn<'_>| {
        assert_eq!(add(conn, app, &event("a"), NOW, &["A".into()])?, Claim::New);
        Err::<(), _>(StoreError::Closed)
    };
    assert!(t.store.db().write(failing).await.is_err());
    assert_eq!(try_add(&t, app, "a", NOW, &["B"]).await, Claim::New);
}

async fn of_two_at_once_one_makes(t: Fixture) {
    let app = t.app().await;
    let other = t.second().await;
    for round in 0..10 {
        let name = format!("event {round}");
        let add_at = async |store: &claviger_store::Store, key: String| {
            let event = event(&name);
            let work = move |conn: &mut Conn<'_>| add(conn, app, &event, NOW, &[key]);
            store.db().write::<_, StoreError, _>(work).await.expect("a claim")
        };
        let claims = tokio::join!(
            add_at(&t.store, format!("A{round}")),
            add_at(&other, format!("B{round}")),
            add_at(&t.store, format!("C{round}")),
            add_at(&other, format!("D{round}")),
        );
        let claims = [claims.0, claims.1, claims.2, claims.3];
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::New).count(), 1, "{claims:?}");
        let first = claims.iter().find(|claim| **claim != Claim::New).expect("a repetition");
        assert!(matches!(first, Claim::Again(keys) if keys.len() == 1));
        assert!(claims.iter().all(|claim| *claim == Claim::New || claim == first), "{claims:?}");
    }
    let row = t.read(move |conn| conn.query_one("SELECT COUNT(*) FROM licenses", &[])).await;
    assert_eq!(row.expect("a row").get::<i64>(0).expect("a number"), 10);
}

async fn an_event_is_forgotten_after_its_time(t: Fixture) {
    let app = t.app().await;
    for (id, now) in [("a", NOW), ("b", NOW + 1), ("c", NOW + 2)] {
        assert_eq!(try_add(&t, app, id, now, &[id]).await, Claim::New);
    }
    let forget = async |since, limit| t.write(move |conn| add_events::forget(conn, since, limit)).await;
    let any = async |since| t.read(move |conn| add_events::any_before(conn, since)).await;
    assert_eq!((any(NOW).await, forget(NOW, 9).await), (false, 0));
    assert!(any(NOW + 1).await);
    assert_eq!(forget(NOW + 2, 1).await, 1);
    assert_eq!((forget(NOW + 2, 9).await, forget(NOW + 2, 9).await), (1, 0));
    assert_eq!(try_add(&t, app, "c", NOW + 2, &["1"]).await, again(&["c"]));
    // Also where nobody swept.
    assert_eq!(try_add(&t, app, "c", NOW + 2 + DAY + 1, &["C2"]).await, Claim::New);
    assert_eq!(try_add(&t, app, "c", NOW + 2 + DAY + 2, &["1"]).await, again(&["C2"]));
}

async fn only_so_many_are_remembered(t: Fixture) {
    let app = t.app().await;
    for id in ["a", "b", "c", "d"] {
        assert_eq!(try_add(&t, app, id, NOW, &[id]).await, Claim::New);
    }
    assert_eq!(try_add(&t, app, "b", NOW, &["1"]).await, again(&["b"]));
    assert_eq!(try_add(&t, app, "a", NOW, &["a2"]).await, Claim::New);
}
