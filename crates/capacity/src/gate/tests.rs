use std::{
    collections::HashMap,
    net::Ipv4Addr,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use futures_util::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::who::{Party, Tenant};

const MINUTE: Duration = Duration::from_secs(60);

fn bounds(all: usize, tenant: usize, party: usize, waiting: usize) -> Bounds {
    Bounds { all, tenant, party, waiting, wait: MINUTE }
}

fn gate(bounds: Bounds) -> Gate {
    Gate::with(Resource::Calls, bounds)
}

fn who(app: i64, host: u8) -> Who {
    Who { tenant: Tenant::App(app), party: Party::At(Ipv4Addr::new(192, 0, 2, host).into()) }
}

type Entering<'a> = Pin<Box<dyn Future<Output = Result<Permit, Full>> + Send + 'a>>;

/// Somebody who waits; it is asserted that there is no place at once.
fn waits(gate: &Gate, who: Who) -> Entering<'_> {
    let mut entering: Entering<'_> = Box::pin(gate.enter(who));
    assert!(poll(&mut entering).is_none());
    entering
}

fn poll(entering: &mut Entering<'_>) -> Option<Result<Permit, Full>> {
    match entering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn tenants_take_turns_and_so_do_parties() {
    let gate = gate(bounds(1, 1, 1, 100));
    let mut held = gate.try_enter(who(9, 9)).ok();
    let order = [(1, 1), (1, 1), (1, 1), (1, 2), (2, 3), (2, 3), (3, 4)];
    let mut waiting: Vec<_> = order.iter().map(|&(app, host)| Some(waits(&gate, who(app, host)))).collect();
    let mut served = Vec::new();
    while served.len() < order.len() {
        drop(held.take());
        for (at, entering) in waiting.iter_mut().enumerate() {
            if let Some(outcome) = entering.as_mut().and_then(poll) {
                *entering = None;
                held = outcome.ok();
                served.push(order[at]);
                break;
            }
        }
        assert!(held.is_some());
    }
    assert_eq!(served, [(1, 1), (2, 3), (3, 4), (1, 2), (2, 3), (1, 1), (1, 1)]);
    drop(held);
    assert_eq!(gate.figures(), Figures::default());
}

#[tokio::test]
async fn nobody_has_more_than_a_share() {
    let gate = gate(bounds(4, 2, 1, 8));
    let first = gate.try_enter(who(1, 1)).unwrap();
    assert!(gate.try_enter(who(1, 1)).is_err() && gate.try_enter(who(2, 1)).is_err());
    let _second = gate.try_enter(who(1, 2)).unwrap();
    assert!(gate.try_enter(who(1, 3)).is_err());
    let mut third = waits(&gate, who(1, 3));
    // Others are not held up by whoever has to wait.
    let _other = gate.try_enter(who(2, 4)).unwrap();
    assert!(poll(&mut third).is_none());
    drop(first);
    assert!(poll(&mut third).is_some_and(|outcome| outcome.is_ok()));
    assert_eq!(gate.figures().refused, 3);
}

#[test]
fn the_last_places_are_for_those_who_hold_few() {
    let gate = gate(bounds(64, 32, usize::MAX, 0));
    let take = |app: i64| gate.try_enter(Who::app(app));
    let mut held: Vec<_> = (0..100).filter_map(|turn| take(turn % 2).ok()).collect();
    assert_eq!(held.len(), 48);
    for late in 2..10 {
        held.extend([take(late).unwrap(), take(late).unwrap()]);
        assert!(take(late).is_err());
    }
    assert!(take(10).is_err());
    // Whoever gives back may take again only what is not for others.
    held.remove(0);
    assert!(take(0).is_err() && take(10).is_ok());
}

#[tokio::test]
async fn a_full_line_turns_away_those_who_have_most_in_it() {
    let gate = gate(bounds(1, 1, 1, 4));
    let held = gate.try_enter(who(9, 9)).unwrap();
    let mut flood: Vec<_> = (0..4).map(|_| waits(&gate, who(1, 1))).collect();
    assert!(gate.enter(who(1, 1)).now_or_never().unwrap().is_err());
    let mut honest = waits(&gate, who(1, 2));
    assert!(poll(&mut flood[3]).is_some_and(|outcome| outcome.is_err()));
    drop(held);
    let first = poll(&mut flood[0]).unwrap().unwrap();
    drop(first);
    let _honest = poll(&mut honest).unwrap().unwrap();
    assert_eq!(gate.figures().waiting, 2);
}

#[tokio::test]
async fn one_tenants_line_does_not_shut_out_others() {
    let gate = gate(bounds(1, 1, 1, 2));
    let _held = gate.try_enter(who(0, 9)).unwrap();
    let full: Vec<_> = (0..Bounds::QUEUES as i64)
        .flat_map(|app| [waits(&gate, who(app, 1)), waits(&gate, who(app, 1))])
        .collect();
    assert!(gate.enter(who(3, 1)).now_or_never().unwrap().is_err());
    let late = waits(&gate, who(100, 2));
    assert_eq!(gate.figures().waiting, full.len());
    drop((full, late));
    assert_eq!(gate.figures().waiting, 0);
}

#[tokio::test]
async fn whoever_waits_too_long_is_told_so() {
    let gate = gate(Bounds { wait: Duration::from_millis(1), ..bounds(1, 1, 1, 1) });
    let held = gate.try_enter(who(1, 1)).unwrap();
    let full = gate.enter(who(2, 2)).await.unwrap_err();
    assert_eq!(full.to_string(), "no more calls at once; try again in 1 s");
    assert_eq!(gate.figures(), Figures { held: 1, waiting: 0, refused: 1 });
    drop(held);
    assert!(gate.try_enter(who(2, 2)).is_ok());
}

proptest! {
    /// Whatever is begun, left in the middle and given back, in whichever order: nobody has more than a share, nobody
    /// who could have a place waits for it, and in the end all is free.
    #[test]
    fn nothing_is_lost(steps in prop::collection::vec((0..4_u8, 0..4_i64, 0..4_u8, any::<prop::sample::Index>()), 1..200)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _entered = runtime.enter();
        let limits = bounds(5, 3, 2, 6);
        let gate = gate(limits);
        let mut entering: Vec<Entering<'_>> = Vec::new();
        let mut held: Vec<Permit> = Vec::new();
        for (step, app, host, which) in steps {
            match step {
                0 => entering.push(Box::pin(gate.enter(who(app, host)))),
                1 if !entering.is_empty() => drop(entering.swap_remove(which.index(entering.len()))),
                2 if !held.is_empty() => drop(held.swap_remove(which.index(held.len()))),
                _ if !entering.is_empty() => {
                    let at = which.index(entering.len());
                    if let Some(outcome) = poll(&mut entering[at]) {
                        drop(entering.swap_remove(at));
                        held.extend(outcome);
                    }
                }
                _ => {}
            }
            let mut tenants: HashMap<Tenant, usize> = HashMap::new();
            let mut parties: HashMap<Party, usize> = HashMap::new();
            for permit in &held {
                *tenants.entry(permit.who.tenant.clone()).or_default() += 1;
                *parties.entry(permit.who.party).or_default() += 1;
            }
            prop_assert!(held.len() <= gate.figures().held && gate.figures().held <= limits.all);
            prop_assert!(tenants.values().all(|&count| count <= limits.tenant));
            prop_assert!(parties.values().all(|&count| count <= limits.party));
        }
        // As soon as there is a place, everybody who waits gets it in turn.
        let mut rounds = 0;
        while !entering.is_empty() {
            held.clear();
            entering.retain_mut(|one| match poll(one) {
                Some(outcome) => { held.extend(outcome); false }
                None => true,
            });
            rounds += 1;
            prop_assert!(rounds < 300, "somebody waits for ever");
        }
        held.clear();
        prop_assert_eq!(Figures { refused: 0, ..gate.figures() }, Figures::default());
        let places = gate.0.lock();
        prop_assert!(places.is_empty());
    }
}
