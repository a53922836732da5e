//! Messages on their way to webhooks, and the turns of applications.

use claviger_store::{
    Store,
    deliveries::{self, DEAD, DeliveryBounds, Due, NewDelivery, Turn, TurnEnd},
};

use crate::support::{Fixture, NOW, both};

both![
    users_lines_come_before_strangers_and_the_oldest_first,
    applications_and_owners_take_turns,
    a_turn_is_claimed_by_one_node,
    what_arrived_is_gone_and_what_is_left_waits,
    a_dead_address_loses_turns_and_keeps_little,
    another_address_is_tried_at_once,
    who_is_in_a_hurry_leaves_a_claimed_turn_alone,
    a_message_that_is_refused_is_given_up,
    what_is_too_old_is_given_up,
    strangers_make_room_for_users,
    strangers_have_a_budget_and_the_rest_is_counted,
    a_clock_that_was_wrong_holds_up_nothing,
    an_application_that_is_gone_has_no_turn,
    many_write_and_claim_at_once,
];

const MS: i64 = NOW * 1000;
const BOUNDS: DeliveryBounds = DeliveryBounds { waiting: 100, anonymous_an_hour: 100 };

fn message(app: i64, body: &str, anonymous: bool) -> NewDelivery {
    NewDelivery { app, url: "https://example.com/".into(), body: body.into(), anonymous }
}

async fn add(t: &Fixture, new: NewDelivery, bounds: DeliveryBounds, at_ms: i64) -> bool {
    t.write(move |conn| deliveries::insert(conn, &new, bounds, at_ms)).await
}

async fn user(t: &Fixture, app: i64, body: &str) {
    assert!(add(t, message(app, body, false), BOUNDS, MS).await);
}

async fn due(t: &Fixture, at_ms: i64, each: i64) -> Vec<i64> {
    let due = t.read(move |conn| deliveries::due(conn, at_ms, each, 100)).await;
    due.into_iter().map(|due| due.app).collect()
}

async fn claim_of(store: &Store, seen: Due, at_ms: i64) -> Option<Turn> {
    let claim = move |conn: &mut claviger_store::Conn<'_>| {
        deliveries::claim(conn, seen, at_ms + 60_000, at_ms / 1000 - 3600, 100)
    };
    store.db().write(claim).await.expect("a claim")
}

/// The turn of an application, which must be due.
async fn claim(t: &Fixture, app: i64, at_ms: i64) -> Turn {
    let due = t.read(move |conn| deliveries::due(conn, at_ms, 100, 100)).await;
    let seen = *due.iter().find(|due| due.app == app).expect("a turn");
    claim_of(&t.store, seen, at_ms).await.expect("nobody else claims it")
}

async fn end(t: &Fixture, turn: Turn, end: TurnEnd) -> u64 {
    t.write(move |conn| deliveries::end(conn, &turn, &end)).await
}

fn bodies(turn: &Turn) -> Vec<&str> {
    turn.messages.iter().map(|(_, body)| body.as_str()).collect()
}

async fn users_lines_come_before_strangers_and_the_oldest_first(t: Fixture) {
    let app = t.app().await;
    assert!(add(&t, message(app, "stranger", true), BOUNDS, MS).await);
    user(&t, app, "first").await;
    user(&t, app, "second").await;
    let turn = claim(&t, app, MS).await;
    assert_eq!(bodies(&turn), ["first", "second", "stranger"]);
    assert_eq!((turn.url.as_str(), turn.failures, turn.expired), ("https://example.com/", 0, 0));
    assert!(due(&t, MS - 1, 9).await.is_empty());
}

async fn applications_and_owners_take_turns(t: Fixture) {
    let [one, other] = [t.app().await, t.app().await];
    for at in 0..3 {
        assert!(add(&t, message(one, "body", false), BOUNDS, MS + at).await);
    }
    assert!(add(&t, message(other, "body", false), BOUNDS, MS + 5).await);
    assert_eq!(due(&t, MS + 5, 9).await, [one, other]);
    let turn = claim(&t, one, MS + 5).await;
    let arrived = vec![turn.messages[0].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 6, ..TurnEnd::default() }).await;
    assert_eq!(due(&t, MS + 6, 9).await, [other, one], "after a turn it is the other's");
    // Of one owner no more than `each`.
    t.write(move |conn| {
        let sql = "UPDATE delivery_turns SET owner = 1";
        conn.execute(sql, &[]).map(drop)
    })
    .await;
    assert_eq!(due(&t, MS + 6, 1).await, [other]);
}

async fn a_turn_is_claimed_by_one_node(t: Fixture) {
    let other = t.second().await;
    for _ in 0..10 {
        let app = t.app().await;
        user(&t, app, "body").await;
    }
    for seen in t.read(|conn| deliveries::due(conn, MS, 9, 100)).await {
        let (here, there) = tokio::join!(claim_of(&t.store, seen, MS), claim_of(&other, seen, MS));
        assert!(here.is_some() ^ there.is_some(), "one of two gets it");
    }
    assert!(due(&t, MS + 59_999, 9).await.is_empty());
    assert_eq!(due(&t, MS + 60_000, 9).await.len(), 10, "a node may have gone down");
}

async fn what_arrived_is_gone_and_what_is_left_waits(t: Fixture) {
    let app = t.app().await;
    for body in ["first", "second", "third"] {
        user(&t, app, body).await;
    }
    let turn = claim(&t, app, MS).await;
    let arrived = vec![turn.messages[0].0, turn.messages[1].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 1, ..TurnEnd::default() }).await;
    let turn = claim(&t, app, MS + 1).await;
    assert_eq!(bodies(&turn), ["third"]);
    // What comes meanwhile has its turn afterwards.
    user(&t, app, "fourth").await;
    let arrived = vec![turn.messages[0].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 2, ..TurnEnd::default() }).await;
    let turn = claim(&t, app, MS + 2).await;
    assert_eq!(bodies(&turn), ["fourth"]);
    let arrived = vec![turn.messages[0].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 3, ..TurnEnd::default() }).await;
    assert!(due(&t, i64::MAX, 9).await.is_empty());
    user(&t, app, "fifth").await;
    assert_eq!(due(&t, MS, 9).await, [app]);
}

async fn a_dead_address_loses_turns_and_keeps_little(t: Fixture) {
    let app = t.app().await;
    for number in 0..80 {
        assert!(add(&t, message(app, &number.to_string(), number < 10), BOUNDS, MS).await);
    }
    for failures in 0..DEAD {
        let at = MS + failures * 10;
        let turn = claim(&t, app, at).await;
        assert_eq!((turn.failures, turn.messages.len()), (failures, 80));
        let given_up = end(&t, turn, TurnEnd { failed: true, next: at + 10, ..TurnEnd::default() }).await;
        assert_eq!(given_up, if failures + 1 == DEAD { 30 } else { 0 });
        assert!(due(&t, at + 9, 9).await.is_empty(), "none of its messages is tried meanwhile");
    }
    // Strangers' went first, then the oldest; and one comes for one.
    user(&t, app, "new").await;
    let turn = claim(&t, app, MS + DEAD * 10).await;
    let kept: Vec<String> = (31..80).map(|number| number.to_string()).chain(["new".into()]).collect();
    assert_eq!(bodies(&turn), kept);
    let arrived = turn.messages.iter().map(|(id, _)| *id).collect();
    end(&t, turn, TurnEnd { arrived, next: MS + 99, ..TurnEnd::default() }).await;
    user(&t, app, "again").await;
    assert_eq!(claim(&t, app, MS + 99).await.failures, 0, "it lives again");
}

/// A worker that has the messages in hand sends them: another one would send them once more.
async fn who_is_in_a_hurry_leaves_a_claimed_turn_alone(t: Fixture) {
    let app = t.app().await;
    user(&t, app, "once").await;
    let turn = claim(&t, app, MS).await;
    end(&t, turn, TurnEnd { failed: true, next: MS + 3_600_000, ..TurnEnd::default() }).await;
    let hurry = async |at| assert!(t.write(move |conn| deliveries::hurry(conn, app, at)).await);
    // Put off, it is tried at once.
    hurry(MS + 10).await;
    let turn = claim(&t, app, MS + 10).await;
    // While that is under way, nobody else gets it: neither by haste, nor by another address.
    hurry(MS + 20).await;
    assert!(due(&t, MS + 20, 9).await.is_empty());
    let moved = NewDelivery { url: "https://example.org/".into(), ..message(app, "new", false) };
    assert!(add(&t, moved, BOUNDS, MS + 30).await);
    hurry(MS + 40).await;
    assert!(due(&t, MS + 40, 9).await.is_empty());
    let arrived = vec![turn.messages[0].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 50, ..TurnEnd::default() }).await;
    let turn = claim(&t, app, MS + 50).await;
    assert_eq!((turn.url.as_str(), turn.failures, bodies(&turn)), ("https://example.org/", 0, vec!["new"]));
    // A claim that ran out, since its node went down, is in nobody's way.
    hurry(MS + 70_000).await;
    assert_eq!(due(&t, MS + 70_000, 9).await, [app]);
    // What fails for an address that was changed in the middle counts for the old one.
    let turn = claim(&t, app, MS + 70_000).await;
    assert!(add(&t, message(app, "back", false), BOUNDS, MS + 70_001).await);
    let failed = TurnEnd { failed: true, next: MS + 9_000_000, ..TurnEnd::default() };
    end(&t, turn, failed).await;
    let turn = claim(&t, app, MS + 130_000).await;
    assert_eq!((turn.failures, bodies(&turn)), (0, vec!["new", "back"]));
}

async fn another_address_is_tried_at_once(t: Fixture) {
    let app = t.app().await;
    user(&t, app, "old").await;
    let turn = claim(&t, app, MS).await;
    end(&t, turn, TurnEnd { failed: true, next: MS + 99_000, ..TurnEnd::default() }).await;
    let moved = NewDelivery { url: "https://example.org/".into(), ..message(app, "new", false) };
    assert!(add(&t, moved, BOUNDS, MS + 1).await);
    let turn = claim(&t, app, MS + 1).await;
    assert_eq!((turn.url.as_str(), turn.failures), ("https://example.org/", 0));
    assert_eq!(bodies(&turn), ["old", "new"]);
}

async fn a_message_that_is_refused_is_given_up(t: Fixture) {
    let app = t.app().await;
    user(&t, app, "odd").await;
    for (attempt, given_up) in [(0, 0), (1, 0), (2, 1)] {
        let turn = claim(&t, app, MS + attempt).await;
        let refused = vec![turn.messages[0].0];
        let told = end(&t, turn, TurnEnd { refused, next: MS + attempt + 1, ..TurnEnd::default() }).await;
        assert_eq!(told, given_up);
    }
    assert!(due(&t, i64::MAX, 9).await.is_empty());
}

async fn what_is_too_old_is_given_up(t: Fixture) {
    let app = t.app().await;
    user(&t, app, "old").await;
    assert!(add(&t, message(app, "new", false), BOUNDS, MS + 5_000_000).await);
    let turn = claim(&t, app, MS + 5_000_000).await;
    assert_eq!((bodies(&turn), turn.expired), (vec!["new"], 1));
    let arrived = vec![turn.messages[0].0];
    end(&t, turn, TurnEnd { arrived, next: MS + 5_000_001, ..TurnEnd::default() }).await;
    assert!(due(&t, i64::MAX, 9).await.is_empty());
}

async fn strangers_make_room_for_users(t: Fixture) {
    let app = t.app().await;
    let bounds = DeliveryBounds { waiting: 3, anonymous_an_hour: 100 };
    let add = async |body: &'static str, anonymous| add(&t, message(app, body, anonymous), bounds, MS).await;
    for body in ["a", "b", "c", "d"] {
        assert!(add(body, true).await, "of strangers the oldest goes");
    }
    for body in ["1", "2"] {
        assert!(add(body, false).await);
    }
    assert!(add("e", true).await);
    assert!(add("3", false).await);
    assert!(!add("f", true).await, "no stranger's in the place of a user's");
    assert!(add("4", false).await);
    assert_eq!(bodies(&claim(&t, app, MS).await), ["2", "3", "4"]);
}

async fn strangers_have_a_budget_and_the_rest_is_counted(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let bounds = DeliveryBounds { waiting: 100, anonymous_an_hour: 2 };
    let stranger = |app| message(app, "stranger", true);
    let mut taken = Vec::new();
    for _ in 0..5 {
        taken.push(add(&t, stranger(app), bounds, MS).await);
    }
    assert_eq!(taken, [true, true, false, false, false]);
    assert!(add(&t, message(app, "user", false), bounds, MS).await);
    assert!(add(&t, stranger(other), bounds, MS).await);
    let left_out = |now: i64| t.read(move |conn| deliveries::left_out(conn, now, 9));
    assert_eq!(left_out(NOW + 3599).await, []);
    let told = left_out(NOW + 3600).await;
    assert_eq!(told, [(app, 3, "https://example.com/".to_owned())]);
    let later = MS + 3_600_000;
    for _ in 0..2 {
        // The second comes too late, and tells nothing again.
        let new = message(app, "3 more", true);
        t.write(move |conn| deliveries::tell_left_out(conn, &new, 3, bounds, later)).await;
    }
    assert_eq!(left_out(NOW + 7200).await, []);
    assert_eq!(bodies(&claim(&t, app, later).await), ["user", "stranger", "stranger", "3 more"]);
    assert!(add(&t, stranger(app), bounds, later).await, "a new hour");
    assert!(!add(&t, stranger(app), bounds, later).await);
}

async fn a_clock_that_was_wrong_holds_up_nothing(t: Fixture) {
    let (one, other) = (t.app().await, t.app().await);
    let bounds = DeliveryBounds { anonymous_an_hour: 1, ..BOUNDS };
    // A day ahead, and set back then.
    let wrong = MS + 24 * 3600 * 1000;
    for app in [one, other] {
        assert!(add(&t, message(app, "a stranger's", true), bounds, wrong).await);
    }
    assert!(!add(&t, message(other, "one too many", true), bounds, wrong).await);
    let mut waiting = due(&t, MS, 9).await;
    waiting.sort_unstable();
    assert_eq!(waiting, [one, other]);
    assert!(add(&t, message(one, "in an hour of its own", true), bounds, MS).await);
    let told = t.read(|conn| deliveries::left_out(conn, NOW, 9)).await;
    assert_eq!(told.iter().map(|told| (told.0, told.1)).collect::<Vec<_>>(), [(other, 1)]);
    let tell = move |conn: &mut claviger_store::Conn<'_>| {
        deliveries::tell_left_out(conn, &message(other, "one more", true), 1, bounds, MS)
    };
    t.write(tell).await;
    assert!(t.read(|conn| deliveries::left_out(conn, NOW, 9)).await.is_empty());
    // What was put off for as long as turns are is not due before.
    let turn = claim(&t, one, MS).await;
    end(&t, turn, TurnEnd { failed: true, next: MS + 3_600_000, ..TurnEnd::default() }).await;
    assert_eq!(due(&t, MS, 9).await, [other]);
}

async fn an_application_that_is_gone_has_no_turn(t: Fixture) {
    assert!(!add(&t, message(4711, "body", false), BOUNDS, MS).await);
    assert!(due(&t, i64::MAX, 9).await.is_empty());
}

async fn many_write_and_claim_at_once(t: Fixture) {
    let app = t.app().await;
    let other = t.second().await;
    let writing = async {
        for number in 0..40 {
            user(&t, app, &number.to_string()).await;
        }
    };
    let taking = async {
        let (mut seen, mut at) = (Vec::new(), MS);
        while seen.len() < 40 {
            at += 1;
            let due = other.db().read(move |conn| deliveries::due(conn, at, 9, 9)).await.expect("turns");
            let Some(due) = due.first() else { continue };
            let turn = claim_of(&other, *due, at).await.expect("nobody else claims it");
            seen.extend(turn.messages.iter().map(|(_, body)| body.clone()));
            let arrived = turn.messages.iter().map(|(id, _)| *id).collect();
            let end = TurnEnd { arrived, next: at, ..TurnEnd::default() };
            other.db().write(move |conn| deliveries::end(conn, &turn, &end)).await.expect("an end");
        }
        seen
    };
    let ((), seen) = tokio::join!(writing, taking);
    let all: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    assert_eq!(seen, all, "each once, in their order");
    assert!(due(&t, i64::MAX, 9).await.is_empty());
}
