//! What came of webhooks: kept in two rooms, each of which is bounded; and messages that wait.

use claviger_store::{
    deliveries::{self, DeliveryBounds, NewDelivery},
    webhook_events::{self, KEPT, Room, WantedEvents, WebhookEvent},
};

use crate::support::{Fixture, NOW, both};

both![each_room_keeps_its_newest, events_are_found, what_waits_is_told_and_dropped];

fn event(kind: &str, outcome: &str, webhook: Option<&str>) -> WebhookEvent {
    WebhookEvent {
        time: NOW,
        kind: kind.into(),
        outcome: outcome.into(),
        webhook: webhook.map(Into::into),
        target: "https://example.org/…".into(),
        attempt: 1,
        ..WebhookEvent::default()
    }
}

async fn page(t: &Fixture, app: i64, wanted: WantedEvents) -> Vec<WebhookEvent> {
    t.read(move |conn| webhook_events::page(conn, app, &wanted, 1000)).await
}

async fn each_room_keeps_its_newest(t: Fixture) {
    let app = t.app().await;
    let message = event("message", "arrived", None);
    t.write(move |conn| webhook_events::add(conn, app, Room::Messages, &[message])).await;
    for _ in 0..3 {
        let calls = vec![event("call", "arrived", Some("hook")); 100];
        t.write(move |conn| webhook_events::add(conn, app, Room::Calls, &calls)).await;
    }
    let calls = page(&t, app, WantedEvents { kind: "call".into(), ..WantedEvents::default() }).await;
    assert_eq!(calls.len() as i64, KEPT);
    assert!(calls.is_sorted_by(|one, next| one.id > next.id) && calls[0].id == 301);
    assert_eq!(page(&t, app, WantedEvents::default()).await.len() as i64, KEPT + 1, "a flood of calls");
}

async fn events_are_found(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let mut whole = event("test", "refused", Some("hook"));
    (whole.status, whole.reason, whole.took_ms) = (Some(500), Some("why".into()), 7);
    (whole.request, whole.reply) = (Some("sent".into()), Some("came".into()));
    let events = [event("message", "arrived", None), whole.clone(), event("call", "failed", Some("other"))];
    let ids = t.write(move |conn| webhook_events::add(conn, app, Room::Messages, &events)).await;
    let id = ids[1];
    let found = t.read(move |conn| webhook_events::get(conn, app, id)).await;
    assert_eq!(found, Some(WebhookEvent { id, ..whole }));
    assert!(t.read(move |conn| webhook_events::get(conn, other, id)).await.is_none());
    let text = |text: &str| text.to_owned();
    for (wanted, expected) in [
        (WantedEvents::default(), 3),
        (WantedEvents { kind: text("call"), ..WantedEvents::default() }, 1),
        (WantedEvents { outcome: text("refused"), ..WantedEvents::default() }, 1),
        (WantedEvents { webhook: text("hook"), ..WantedEvents::default() }, 1),
        (WantedEvents { webhook: text("hook"), outcome: text("arrived"), ..WantedEvents::default() }, 0),
        (WantedEvents { before: Some(id), ..WantedEvents::default() }, 1),
    ] {
        assert_eq!(page(&t, app, wanted.clone()).await.len(), expected, "{wanted:?}");
    }
    assert!(page(&t, other, WantedEvents::default()).await.is_empty());
    assert!(t.write(move |conn| webhook_events::add(conn, app, Room::Calls, &[])).await.is_empty());
}

async fn what_waits_is_told_and_dropped(t: Fixture) {
    let app = t.app().await;
    let bounds = DeliveryBounds { waiting: 10, anonymous_an_hour: 10 };
    assert_eq!(t.read(move |conn| deliveries::waiting(conn, app, 10)).await, deliveries::Waiting::default());
    assert!(!t.write(move |conn| deliveries::hurry(conn, app, 1)).await);
    for body in ["a", "b", "c"] {
        let new =
            NewDelivery { app, url: "https://example.org/".into(), body: body.into(), anonymous: false };
        assert!(t.write(move |conn| deliveries::insert(conn, &new, bounds, NOW * 1000)).await);
    }
    let waiting = t.read(move |conn| deliveries::waiting(conn, app, 2)).await;
    assert_eq!((waiting.count, waiting.messages.len(), waiting.next), (3, 2, Some(NOW * 1000)));
    let first = waiting.messages[0].id;
    assert_eq!(waiting.messages[0].body, "a");
    assert_eq!(t.write(move |conn| deliveries::drop_waiting(conn, app, Some(first))).await, 1);
    assert_eq!(t.write(move |conn| deliveries::drop_waiting(conn, app, Some(first))).await, 0);
    assert!(t.write(move |conn| deliveries::hurry(conn, app, 1)).await);
    assert_eq!(t.write(move |conn| deliveries::drop_waiting(conn, app, None)).await, 2);
    let waiting = t.read(move |conn| deliveries::waiting(conn, app, 2)).await;
    assert_eq!((waiting.count, waiting.next), (0, None));
}
