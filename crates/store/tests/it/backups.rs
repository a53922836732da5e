//! What is known of backups, and who makes the next one.

use claviger_store::backups::{self, Made, State, Wait};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    the_last_backup_is_known,
    failures_are_known_until_one_succeeds,
    one_node_makes_it,
    what_failed_or_broke_off_is_due_sooner,
    what_a_wrong_clock_noted_holds_up_nothing,
];

fn made(at: i64) -> Made {
    Made { at, name: format!("claviger-{at}.backup"), place: "/backup".into(), bytes: 5 }
}

async fn the_last_backup_is_known(t: Fixture) {
    assert_eq!(t.read(backups::last).await, None);
    assert_eq!(t.read(backups::state).await, State::default());
    t.write(|conn| backups::record(conn, &made(NOW), NOW)).await;
    // One that took longer, begun before.
    t.write(|conn| backups::record(conn, &made(NOW - 60), NOW)).await;
    assert_eq!(t.read(backups::last).await, Some(NOW));
    assert_eq!(t.read(backups::state).await, State { made: Some(made(NOW)), failed: None });
}

async fn failures_are_known_until_one_succeeds(t: Fixture) {
    t.write(|conn| backups::record(conn, &made(NOW), NOW)).await;
    t.write(|conn| backups::record_failure(conn, NOW + 60, "the disk is full")).await;
    let state = t.read(backups::state).await;
    assert_eq!(state.made, Some(made(NOW)));
    assert_eq!(state.failed, Some((NOW + 60, "the disk is full".into())));
    t.write(|conn| backups::record(conn, &made(NOW + 120), NOW)).await;
    assert_eq!(t.read(backups::state).await.failed, None);
}

async fn one_node_makes_it(t: Fixture) {
    let wait = Wait { every: 100, again: 100 };
    let claim =
        |who: &'static str, now: i64| t.write(move |conn| backups::claim(conn, who, wait, now, now + 1000));
    let names = ["a", "b", "c", "d"];
    let got = join_all(names.map(|name| claim(name, NOW))).await;
    assert_eq!(got.iter().filter(|got| **got).count(), 1, "{got:?}");
    let winner = names[got.iter().position(|got| *got).expect("a winner")];
    let loser = if winner == "a" { "b" } else { "a" };
    assert!(!claim(loser, NOW + 999).await, "it is being made");
    assert!(!t.write(move |conn| backups::keep_claim(conn, loser, NOW + 2000)).await);
    assert!(t.write(move |conn| backups::keep_claim(conn, winner, NOW + 2000)).await);
    assert!(!claim(loser, NOW + 1999).await, "it is still being made");
    assert!(claim(loser, NOW + 2000).await, "whoever claimed it is gone");
    t.write(move |conn| backups::release(conn, winner)).await;
    assert!(!claim(winner, NOW + 2100).await, "the claim of another is not given back");
    t.write(move |conn| backups::release(conn, loser)).await;
    assert!(!claim(winner, NOW + 2050).await, "one was begun a moment ago");
    assert!(claim(winner, NOW + 2100).await);
}

async fn what_failed_or_broke_off_is_due_sooner(t: Fixture) {
    let wait = Wait { every: 5000, again: 100 };
    let claim =
        |who: &'static str, now: i64| t.write(move |conn| backups::claim(conn, who, wait, now, now + 50));
    assert!(claim("a", NOW).await);
    assert!(!claim("b", NOW + 60).await, "its claim has run out, but it was begun a moment ago");
    assert!(claim("b", NOW + 100).await, "whoever made it is gone");
    t.write(|conn| backups::release(conn, "b")).await;
    assert!(!claim("a", NOW + 300).await, "it succeeded");
    t.write(|conn| backups::record_failure(conn, NOW + 110, "the disk is full")).await;
    assert!(claim("a", NOW + 300).await, "it failed");
    t.write(|conn| backups::record(conn, &made(NOW + 300), NOW)).await;
    t.write(|conn| backups::release(conn, "a")).await;
    assert!(!claim("b", NOW + 5299).await);
    assert!(claim("b", NOW + 5300).await);
}

async fn what_a_wrong_clock_noted_holds_up_nothing(t: Fixture) {
    const YEAR: i64 = 365 * 86_400;
    let wait = Wait { every: 100, again: 100 };
    let claim =
        |who: &'static str, now: i64| t.write(move |conn| backups::claim(conn, who, wait, now, now + 1000));
    assert!(claim("a", NOW + YEAR).await);
    t.write(|conn| backups::record(conn, &made(NOW + YEAR), NOW + YEAR)).await;
    assert!(claim("b", NOW).await, "its node has not given it back");
    assert!(!claim("c", NOW + 1).await);
    t.write(|conn| backups::record(conn, &made(NOW), NOW)).await;
    assert_eq!(t.read(backups::last).await, Some(NOW));
    t.write(|conn| backups::release(conn, "b")).await;
    assert!(!claim("c", NOW + 99).await);
    assert!(claim("c", NOW + 100).await);
    // Clocks differ a little.
    t.write(|conn| backups::release(conn, "c")).await;
    assert!(!claim("d", NOW - 3000).await);
    t.write(|conn| backups::record(conn, &made(NOW - 3000), NOW - 3000)).await;
    assert_eq!(t.read(backups::last).await, Some(NOW));
}
