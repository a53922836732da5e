//! The blacklist against a simple model: an entry is there exactly while a reason for it is left.

use std::collections::BTreeMap;

use claviger_store::{
    access::{self, Entry, HWID, Source},
    user_bans::Lift,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};

use crate::support::{Fixture, NOW, both};

both![the_blacklist_agrees_with_its_reasons];

const DEVICES: [&str; 3] = ["one", "two", "three"];
const NAMES: [&str; 2] = ["ann", "bob"];

#[derive(Clone, Debug)]
enum Step {
    Ban { user: usize, license: Option<i64>, devices: Vec<usize> },
    Lift { user: usize, license: Option<i64> },
    Add { device: usize, lasts: Option<i64> },
    Delete { device: usize },
    Clear,
    Pass { seconds: i64 },
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    let (user, device) = (0..NAMES.len(), 0..DEVICES.len());
    let license = prop::option::of(1i64..3);
    prop_oneof![
        4 => (user.clone(), license.clone(), prop::collection::vec(device.clone(), 0..3))
            .prop_map(|(user, license, devices)| Step::Ban { user, license, devices }),
        3 => (user, license).prop_map(|(user, license)| Step::Lift { user, license }),
        4 => (device.clone(), prop::option::of(1i64..4)).prop_map(|(device, lasts)| Step::Add { device, lasts }),
        2 => device.prop_map(|device| Step::Delete { device }),
        1 => Just(Step::Clear),
        2 => (1i64..4).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Sweep),
    ]
}

/// What is a reason: a user's ban, along with a license or without any, or a hand.
type By = Option<(usize, Option<i64>)>;

struct Case<'a> {
    t: &'a Fixture,
    app: i64,
    users: [i64; 2],
    now: i64,
    steps: usize,
    /// The number of the step that gave each reason, and its end.
    reasons: BTreeMap<(usize, By), (usize, Option<i64>)>,
}

impl Case<'_> {
    async fn take(&mut self, step: Step) {
        let (t, app, now) = (self.t, self.app, self.now);
        self.steps += 1;
        let is_there = |case: &Self, device| {
            case.reasons.iter().any(|(&(of, _), &(_, end))| of == device && lasts(end, now))
        };
        match step {
            Step::Ban { user, license, devices } => {
                for device in devices {
                    self.reasons.insert((device, Some((user, license))), (self.steps, None));
                    let number = self.users[user];
                    let entry =
                        Entry { kind: HWID, value: DEVICES[device], reason: "", added: now, until: None };
                    t.write(move |conn| access::blacklist_for(conn, app, number, license, &entry)).await;
                    self.steps += 1;
                }
            }
            Step::Lift { user, license } => {
                let lifted = |(of, with)| of == user && (license.is_none() || with == license);
                self.reasons.retain(|&(_, by), _| !by.is_some_and(lifted));
                let (number, which) = (self.users[user], license.map_or(Lift::All, Lift::OfLicense));
                t.write(move |conn| access::unblacklist_for(conn, app, number, which)).await;
            }
            Step::Add { device, lasts } => {
                let until = lasts.map(|seconds| now + seconds);
                self.reasons.insert((device, None), (self.steps, until));
                let entry = Entry { kind: HWID, value: DEVICES[device], reason: "", added: now, until };
                t.write(move |conn| access::blacklist(conn, app, &entry)).await;
            }
            Step::Delete { device } => {
                let gone =
                    t.write(move |conn| access::unblacklist(conn, app, HWID, DEVICES[device], now)).await;
                assert_eq!(gone.is_some(), is_there(self, device));
                self.reasons.retain(|&(of, _), _| of != device);
            }
            Step::Clear => {
                let any = t.write(move |conn| access::clear_blacklist(conn, app, now)).await;
                assert_eq!(any, (0..DEVICES.len()).any(|device| is_there(self, device)));
                self.reasons.clear();
            }
            Step::Pass { seconds } => self.now += seconds,
            Step::Sweep => t.write(move |conn| access::remove_ended(conn, now)).await,
        }
    }

    /// The list, and what is found, are what the reasons say.
    async fn compare(&self) -> Result<(), TestCaseError> {
        let (t, app, now) = (self.t, self.app, self.now);
        let listed = t.read(move |conn| access::blacklisted(conn, app, now)).await;
        let mut listed: BTreeMap<String, Vec<Source>> = listed
            .into_iter()
            .map(|entry| (entry.value, entry.reasons.into_iter().map(|reason| reason.source).collect()))
            .collect();
        for (number, device) in DEVICES.into_iter().enumerate() {
            let of_it = self.reasons.iter().filter(|((of, _), (_, end))| *of == number && lasts(*end, now));
            let mut expected: Vec<_> = of_it.map(|((_, by), (step, _))| (*step, *by)).collect();
            expected.sort_by_key(|&(step, _)| std::cmp::Reverse(step));
            let source = |by: By| by.map_or(Source::Hand, |(user, _)| Source::Ban(Some(NAMES[user].into())));
            let expected: Vec<_> = expected.into_iter().map(|(_, by)| source(by)).collect();
            let found = t.read(move |conn| access::evidence(conn, app, Some(device), None, now)).await;
            prop_assert_eq!(found.is_some(), !expected.is_empty());
            prop_assert_eq!(listed.remove(device).unwrap_or_default(), expected);
        }
        prop_assert!(listed.is_empty());
        Ok(())
    }
}

fn lasts(end: Option<i64>, now: i64) -> bool {
    end.is_none_or(|end| end > now)
}

async fn the_blacklist_agrees_with_its_reasons(t: Fixture) {
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let mut runner =
            TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
        runner.run(&prop::collection::vec(step(), 1..25), |steps| {
            runtime.block_on(async {
                let app = t.app().await;
                let users = [t.user(app, NAMES[0]).await, t.user(app, NAMES[1]).await];
                let mut case = Case { t: &t, app, users, now: NOW, steps: 0, reasons: BTreeMap::new() };
                for step in steps {
                    case.take(step).await;
                    case.compare().await?;
                }
                Ok(())
            })
        })
    };
    tokio::task::spawn_blocking(run).await.expect("no panic").expect("the list agrees");
}
