use std::collections::HashMap;

use claviger_domain::ClientAddress;
use proptest::prelude::*;

use super::*;
use crate::shared::limits::NAME_MAX;

const FREE: FreeFailures = FreeFailures { user: 0, address: 0, app: 0 };

fn attempt<'a>(username: Option<&'a str>, ip: &str) -> Attempt<'a> {
    let ip = ip.parse().map_or(ClientAddress::Unknown, ClientAddress::Known);
    Attempt { app: 1, username, ip, standing: Standing::Stranger }
}

fn known(attempt: Attempt<'_>) -> Attempt<'_> {
    Attempt { standing: Standing::Known, ..attempt }
}

fn pause(attempts: &Attempts, attempt: Attempt<'_>, now: i64) -> Option<i64> {
    attempts.begin(attempt, now).err()
}

fn fail(attempts: &Attempts, attempt: Attempt<'_>, now: i64) -> bool {
    attempts.begin(attempt, now).map(|guess| guess.failed(now)).is_ok()
}

fn succeed(attempts: &Attempts, attempt: Attempt<'_>, now: i64) {
    attempts.begin(attempt, now).map(|guess| guess.succeeded(now)).expect("no pause");
}

#[test]
fn a_users_pause_grows_and_ends() {
    let attempts = Attempts::new(FreeFailures { user: 3, ..FREE });
    let mut now = 1000;
    for expected in [None, None, Some(30), Some(60), Some(120), Some(240), Some(480), Some(900), Some(900)] {
        assert!(fail(&attempts, attempt(Some("Alice"), "192.0.2.1"), now));
        assert_eq!(pause(&attempts, attempt(Some("aLICE"), "192.0.2.2"), now), expected);
        now += expected.unwrap_or(1);
        assert_eq!(pause(&attempts, attempt(Some("alice"), "192.0.2.2"), now), None);
    }
    assert_eq!(pause(&attempts, attempt(Some("bob"), "192.0.2.1"), now - 1), None);
    let elsewhere = Attempt { app: 2, ..attempt(Some("alice"), "192.0.2.1") };
    assert_eq!(pause(&attempts, elsewhere, now - 1), None);
    // The user's own place is not locked out by others.
    let at_home = known(attempt(Some("alice"), "192.0.2.9"));
    assert_eq!(pause(&attempts, at_home, now - 1), None);
    succeed(&attempts, at_home, now - 1);
    assert_eq!(pause(&attempts, attempt(Some("alice"), "192.0.2.1"), now - 1), None);
}

#[test]
fn an_address_is_paused_whatever_it_tries() {
    let attempts = Attempts::new(FreeFailures { address: 2, ..FREE });
    fail(&attempts, attempt(Some("alice"), "2001:db8::1"), 5);
    fail(&attempts, attempt(None, "2001:db8::2"), 5);
    assert_eq!(pause(&attempts, known(attempt(Some("bob"), "2001:db8::3")), 5), Some(30));
    assert_eq!(attempts.address_pause(attempt(None, "2001:db8::4"), 5), Some(30));
    succeed(&attempts, attempt(Some("bob"), "2001:db8:0:1::3"), 5);
    assert_eq!(pause(&attempts, attempt(None, "2001:db8::1"), 5), Some(30));
    fail(&attempts, attempt(Some("alice"), "unknown"), 5);
    assert_eq!(pause(&attempts, attempt(None, "unknown"), 5), None);
    fail(&attempts, attempt(Some("bob"), "unknown"), 5);
    assert_eq!(pause(&attempts, attempt(None, "unknown"), 5), Some(30));
}

#[test]
fn networks_of_ipv6_have_growing_budgets() {
    let attempts = Attempts::new(FreeFailures { address: 2, ..FREE });
    let failures = |addresses: &mut dyn Iterator<Item = String>| {
        addresses.filter(|address| fail(&attempts, attempt(None, address), 5)).count()
    };
    assert_eq!(failures(&mut (1..9).map(|host| format!("2001:db8::{host}"))), 2);
    assert_eq!(failures(&mut (1..99).map(|net| format!("2001:db8:0:{net:x}::1"))), 6);
    assert_eq!(failures(&mut (1..99).map(|net| format!("2001:db8:0:{net:x}00::1"))), 24);
    // Guesses from 300 networks of another /48.
    assert_eq!(failures(&mut (0..300).map(|net| format!("2001:db8:1:{net:x}::1"))), 8 + 8);
    // Whoever is at home is not held up by the network around, but by the own one.
    assert_eq!(pause(&attempts, attempt(Some("ann"), "2001:db8:0:abcd::1"), 5), Some(30));
    assert_eq!(pause(&attempts, known(attempt(Some("ann"), "2001:db8:0:abcd::1")), 5), None);
    assert_eq!(pause(&attempts, known(attempt(Some("ann"), "2001:db8::1")), 5), Some(30));
    assert_eq!(attempts.networks(1, 5), 2);
    assert_eq!(attempts.networks(2, 5), 0);
}

#[test]
fn strangers_are_paused_together_and_nobody_else() {
    let attempts = Attempts::new(FreeFailures { app: 10, ..FREE });
    succeed(&attempts, attempt(Some("ann"), "192.0.2.77"), 0);
    let failed = (0..50).filter(|host| fail(&attempts, attempt(None, &format!("198.51.100.{host}")), 0));
    assert_eq!(failed.count(), 10);
    let stranger = attempt(Some("bob"), "203.0.113.1");
    assert_eq!(pause(&attempts, stranger, 0), Some(30));
    assert_eq!(pause(&attempts, known(stranger), 0), None);
    assert_eq!(pause(&attempts, Attempt { standing: Standing::Familiar, ..stranger }, 0), None);
    assert_eq!(pause(&attempts, attempt(Some("eve"), "192.0.2.77"), 0), None, "somebody succeeded there");
    assert_eq!(pause(&attempts, Attempt { app: 2, ..stranger }, 0), None);
    // What those who are no strangers fail at holds no stranger up.
    (0..50).for_each(|_| assert!(fail(&attempts, attempt(Some("eve"), "192.0.2.77"), 1)));
    assert_eq!(pause(&attempts, stranger, 30), None);
    // One failure a minute is let go by.
    let failed = (30..630).filter(|second| fail(&attempts, stranger, *second));
    assert!((10..=20).contains(&failed.count()));
    assert_eq!(pause(&attempts, stranger, 1300), None);
    assert_eq!((0..50).filter(|_| fail(&attempts, stranger, 1300)).count(), 10, "all is as at first");
}

#[test]
fn so_many_a_minute() {
    let attempts = Attempts::a_minute(4);
    let failed =
        |from, to| (from..to).filter(|now| fail(&attempts, attempt(None, "192.0.2.1"), *now)).count();
    assert_eq!(failed(0, 60), 4);
    assert_eq!(pause(&attempts, attempt(None, "192.0.2.1"), 3), Some(60));
    assert_eq!(pause(&attempts, attempt(None, "192.0.2.2"), 3), None);
    assert_eq!(failed(60, 120), 4);
    assert!((70..=80).contains(&failed(120, 1320)), "never more than four a minute");
}

#[test]
fn a_crowd_does_not_slip_through() {
    let attempts = Attempts::new(FreeFailures { user: 2, address: 4, app: 0 });
    let alice = attempt(Some("alice"), "192.0.2.1");
    let first = attempts.begin(alice, 0);
    let second = attempts.begin(attempt(Some("ALICE"), "192.0.2.2"), 0);
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(pause(&attempts, alice, 0), Some(1));
    assert_eq!(pause(&attempts, known(alice), 0), None);
    let crowd: Vec<_> = (0..9).filter_map(|_| attempts.begin(attempt(None, "192.0.2.1"), 0).ok()).collect();
    assert_eq!(crowd.len(), 3, "as many from one address as may fail");
    drop(crowd);
    drop(first);
    assert_eq!(pause(&attempts, alice, 0), None);
    drop(second);
    assert_eq!(attempts.lock().entries(), 0);
    let long = "x".repeat(NAME_MAX + 1);
    fail(&Attempts::new(FreeFailures { user: 2, ..FREE }), attempt(Some(&long), "192.0.2.1"), 0);
    assert_eq!(attempts.lock().entries(), 0);
}

#[test]
fn failures_are_forgotten() {
    let attempts = Attempts::new(FreeFailures { user: 2, address: 2, app: 2 });
    fail(&attempts, attempt(Some("alice"), "192.0.2.1"), 0);
    fail(&attempts, attempt(Some("alice"), "192.0.2.1"), 1801);
    assert_eq!(pause(&attempts, attempt(Some("alice"), "192.0.2.1"), 1801), None);
    attempts.forget(3602);
    assert_eq!(attempts.lock().entries(), 0);
}

#[test]
fn without_limits_nothing_is_held() {
    let attempts = Attempts::new(FREE);
    (0..1000).for_each(|_| assert!(fail(&attempts, attempt(Some("alice"), "192.0.2.1"), 0)));
    succeed(&attempts, attempt(Some("alice"), "192.0.2.1"), 0);
    assert_eq!(attempts.lock().entries(), 0);
}

#[test]
fn spellings_of_a_name_are_one() {
    let attempts = Attempts::new(FreeFailures { user: 100, ..FREE });
    for name in ["alice", "ALICE", "\u{FF21}lice", "Al\u{FF49}ce"] {
        fail(&attempts, attempt(Some(name), "192.0.2.1"), 0);
    }
    assert_eq!(attempts.lock().entries(), 1);
}

#[test]
fn the_table_is_bounded_and_an_application_pushes_out_no_other() {
    let attempts = Attempts::new(FreeFailures { user: 2, address: 2, app: 0 });
    for name in 0..260_000 {
        fail(&attempts, attempt(Some(&format!("user-{name}")), "unknown"), 0);
        // Else the address is paused.
        attempts.lock().forgive(1, &Unit::Unknown);
    }
    assert!((249_999..=250_000).contains(&attempts.lock().entries()));
    let other = Attempt { app: 2, ..attempt(Some("ann"), "192.0.2.1") };
    (0..2).for_each(|_| assert!(fail(&attempts, other, 0)));
    assert_eq!(pause(&attempts, other, 0), Some(30));
    attempts.forget(1801);
    assert_eq!(attempts.lock().entries(), 0);
}

#[derive(Clone, Debug)]
struct Step {
    address: u8,
    name: u8,
    known: bool,
    /// Seconds that pass before.
    after: i64,
    /// Of those under way, which one ends.
    ends: usize,
    fails: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (
        0u8..40,
        0u8..4,
        any::<bool>(),
        prop_oneof![9 => Just(0i64), 1 => 0i64..40],
        0usize..8,
        prop::bool::weighted(0.8),
    )
        .prop_map(|(address, name, known, after, ends, fails)| Step {
            address,
            name,
            known,
            after,
            ends,
            fails,
        })
}

proptest! {
    /// However attempts overlap, no more fail than are free before the first pause of a unit; and what ends is given back.
    #[test]
    fn budgets_are_never_exceeded(steps in prop::collection::vec(step(), 1..300)) {
        let free = FreeFailures { user: 5, address: 3, app: 20 };
        let attempts = Attempts::new(free);
        let names = ["ann", "bob", "eve", "Ann"];
        let (mut now, mut open) = (0, Vec::new());
        let (mut strangers, mut networks) = (0u32, HashMap::<String, u32>::new());
        for Step { address, name, known: at_home, after, ends, fails } in steps {
            now += after;
            // So long that nothing is forgiven.
            if now > 25 {
                break;
            }
            // 5 /56 of one /48, with 8 /64 each.
            let [net, of] = [address / 8, address % 8].map(|part| format!("{part:x}"));
            let ip = format!("2001:db8:0:{net}{of:0>2}::1");
            let attempt = attempt(Some(names[usize::from(name)]), &ip);
            let attempt = if at_home { known(attempt) } else { attempt };
            if let Ok(guess) = attempts.begin(attempt, now) {
                open.push((guess, ip, net, at_home));
            }
            if open.len() > ends {
                let (guess, ip, net, at_home) = open.swap_remove(ends);
                if fails {
                    guess.failed(now);
                    *networks.entry(ip).or_default() += 1;
                    if !at_home {
                        strangers += 1;
                        *networks.entry(format!("{net} of strangers")).or_default() += 1;
                    }
                }
            }
        }
        drop(open);
        prop_assert!(strangers <= free.app, "{strangers}");
        for (network, failed) in &networks {
            let times = if network.contains("strangers") { 4 } else { 1 };
            prop_assert!(*failed <= times * free.address, "{network}: {failed}");
        }
        attempts.forget(1_000_000);
        prop_assert_eq!(attempts.lock().entries(), 0);
    }
}

#[test]
fn a_clock_that_is_put_right_locks_nobody_out() {
    const YEAR: i64 = 31_536_000;
    let alice = attempt(Some("alice"), "192.0.2.1");
    for (wrong, right) in [(2 * YEAR, YEAR), (YEAR, 2 * YEAR), (2 * YEAR, 0)] {
        let attempts = Attempts::new(FreeFailures { user: 2, ..FREE });
        for _ in 0..5 {
            fail(&attempts, alice, wrong);
        }
        assert!(pause(&attempts, alice, wrong).is_some());
        assert_eq!(pause(&attempts, alice, right), None);
        // Counted anew there.
        assert!(fail(&attempts, alice, right));
        assert_eq!(pause(&attempts, alice, right), None);
        assert!(fail(&attempts, alice, right));
        assert_eq!(pause(&attempts, alice, right), Some(30));
    }
}
