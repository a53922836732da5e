//! Messages on their way to webhooks.

use claviger_store::{
    Store,
    deliveries::{self, Delivery},
};

use crate::support::{Fixture, NOW, both};

both![
    what_waits_longest_comes_first,
    a_delivery_is_claimed_by_one_node,
    a_claimed_delivery_is_due_later,
    a_delivery_can_be_put_off,
    a_delivery_is_removed,
];

async fn add(t: &Fixture, body: &'static str, now: i64) {
    t.write(move |conn| deliveries::insert(conn, 7, "https://example.com/", body, now)).await;
}

async fn due(t: &Fixture, now: i64) -> Vec<Delivery> {
    t.read(move |conn| deliveries::due(conn, now, 100)).await
}

async fn claim(store: &Store, delivery: &Delivery) -> bool {
    let delivery = delivery.clone();
    store.db().write(move |conn| deliveries::claim(conn, &delivery, NOW + 30)).await.expect("a claim")
}

async fn what_waits_longest_comes_first(t: Fixture) {
    for (body, now) in [("late", NOW + 5), ("second", NOW), ("first", NOW - 5), ("third", NOW)] {
        add(&t, body, now).await;
    }
    let waiting = due(&t, NOW).await;
    assert_eq!(
        waiting.iter().map(|delivery| &delivery.body).collect::<Vec<_>>(),
        ["first", "second", "third"]
    );
    let url = "https://example.com/".into();
    let second = Delivery { id: 2, app: 7, url, body: "second".into(), attempts: 0, due: NOW };
    assert_eq!(waiting[1], second);
    assert_eq!(t.read(|conn| deliveries::due(conn, NOW, 1)).await.len(), 1);
    assert_eq!(due(&t, NOW + 5).await.len(), 4);
    assert!(due(&t, NOW - 6).await.is_empty());
}

async fn a_delivery_is_claimed_by_one_node(t: Fixture) {
    for _ in 0..10 {
        add(&t, "body", NOW).await;
    }
    let other = t.second().await;
    for delivery in due(&t, NOW).await {
        let (here, there) = tokio::join!(claim(&t.store, &delivery), claim(&other, &delivery));
        assert!(here ^ there, "one of two gets it");
    }
    assert!(due(&t, NOW).await.is_empty());
}

async fn a_claimed_delivery_is_due_later(t: Fixture) {
    add(&t, "body", NOW).await;
    let seen = due(&t, NOW).await.remove(0);
    assert!(claim(&t.store, &seen).await);
    assert!(!claim(&t.store, &seen).await);
    assert!(due(&t, NOW + 29).await.is_empty());
    let again = due(&t, NOW + 30).await.remove(0);
    assert_eq!(again, Delivery { attempts: 1, due: NOW + 30, ..seen });
}

async fn a_delivery_can_be_put_off(t: Fixture) {
    add(&t, "body", NOW).await;
    let id = due(&t, NOW).await[0].id;
    t.write(move |conn| deliveries::put_off(conn, id, NOW + 600)).await;
    assert!(due(&t, NOW + 599).await.is_empty());
    assert_eq!(due(&t, NOW + 600).await[0].attempts, 0);
}

async fn a_delivery_is_removed(t: Fixture) {
    add(&t, "first", NOW).await;
    add(&t, "second", NOW).await;
    let first = due(&t, NOW).await.remove(0);
    t.write(move |conn| deliveries::delete(conn, first.id)).await;
    assert_eq!(due(&t, NOW).await[0].body, "second");
    assert!(!claim(&t.store, &first).await);
}
