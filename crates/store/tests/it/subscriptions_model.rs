//! Whatever happens to subscriptions, to one user's or to all, the SQL does what the rules of the domain say.

use std::collections::BTreeMap;

use claviger_domain::{NEVER, Pauser, Subscription, Subscriptions, Term};
use claviger_store::{
    Conn, Range, Result,
    bulk::{self, Change},
    user_subscriptions::{self, Extension, Pause},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::support::{Fixture, NOW, both};

both![the_sql_agrees_with_the_rules];

const USERS: [&str; 3] = ["ann", "bob", "cid"];
const NAMES: [&str; 2] = ["gold", "silver"];

/// What may be done to one user or to all.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Of the first name, as all that follows; pauses are of all names or of the first.
    Extend(Term, bool),
    Subtract(i64),
    Pause(bool),
    Resume(bool),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    OfUser(usize, Act),
    /// Decided now; carried out later, as of now.
    OfAll(Act),
    PauseApp,
    ResumeApp,
    Slice,
    Pass(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let seconds = prop_oneof![8 => 0i64..200, 1 => Just(NEVER), 1 => 0i64..NEVER];
    prop_oneof![
        4 => (seconds, any::<bool>()).prop_map(|(seconds, active)| Act::Extend(Term::For(seconds), active)),
        1 => (0i64..500, any::<bool>())
            .prop_map(|(seconds, active)| Act::Extend(Term::Until(NOW + seconds), active)),
        2 => prop_oneof![4 => 0i64..200, 1 => 0i64..i64::MAX].prop_map(Act::Subtract),
        2 => any::<bool>().prop_map(Act::Pause),
        2 => any::<bool>().prop_map(Act::Resume),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..USERS.len(), act()).prop_map(|(user, act)| Step::OfUser(user, act)),
        3 => act().prop_map(Step::OfAll),
        1 => Just(Step::PauseApp),
        1 => Just(Step::ResumeApp),
        2 => Just(Step::Slice),
        4 => (1i64..150).prop_map(Step::Pass),
    ]
}

/// What a user may have to begin with, also what the rules let nobody come by.
fn some() -> impl Strategy<Value = Subscription> {
    let by = prop_oneof![Just(Pauser::Vendor), Just(Pauser::App)];
    let left = prop_oneof![4 => 0i64..200, 1 => Just(NEVER)];
    prop_oneof![
        (-50i64..200).prop_map(|left| Subscription::Until(NOW + left)),
        (left, by).prop_map(|(left, by)| Subscription::Paused { left, by }),
    ]
}

/// By the places of user and name.
type Model = BTreeMap<(usize, usize), Subscriptions>;

fn model() -> impl Strategy<Value = Model> {
    let one = (0..USERS.len(), 0..NAMES.len(), some());
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let mut model = Model::new();
        for user in 0..USERS.len() {
            for name in 0..NAMES.len() {
                model.insert((user, name), Subscriptions::default());
            }
        }
        for (user, name, one) in all {
            model.entry((user, name)).or_default().0.push(one);
        }
        model
    })
}

/// The rules, to one user.
fn obey(model: &mut Model, user: usize, act: Act, now: i64, app_paused: bool) {
    let names = |first_only: bool| if first_only { 0..1 } else { 0..NAMES.len() };
    let mut of = |name: usize, change: &dyn Fn(&mut Subscriptions)| {
        model.entry((user, name)).and_modify(|has| change(has));
    };
    match act {
        Act::Extend(term, active_only) => of(0, &|has| {
            let active = |one: &Subscription| one.runs(now) || matches!(one, Subscription::Paused { .. });
            if !active_only || has.0.iter().any(active) {
                has.prolong(term, now, app_paused);
            }
        }),
        Act::Subtract(seconds) => of(0, &|has| has.shorten(seconds, now)),
        Act::Pause(first) => names(first).for_each(|name| of(name, &|has| has.pause(Pauser::Vendor, now))),
        Act::Resume(first) => names(first).for_each(|name| of(name, &|has| has.resume(now, app_paused))),
    }
}

fn extension(term: Term, active_only: bool, app_paused: bool) -> Extension {
    Extension { term, active_only, app_paused }
}

fn pause(first: bool) -> Pause {
    Pause { subscription: first.then(|| NAMES[0].into()), by_app: false }
}

/// The SQL, to one user.
fn carry_out(conn: &mut Conn<'_>, app: i64, user: i64, act: Act, now: i64, paused: bool) -> Result<u64> {
    let (users, name) = (Range::one(user), NAMES[0]);
    let touched = match act {
        Act::Extend(term, active) => {
            user_subscriptions::extend(conn, app, users, name, extension(term, active, paused), now)
        }
        Act::Subtract(seconds) => user_subscriptions::subtract(conn, app, users, name, seconds, now),
        Act::Pause(first) => user_subscriptions::pause(conn, app, users, &pause(first), now),
        Act::Resume(first) if paused => {
            user_subscriptions::hand_over(conn, app, users, first.then_some(name), now)
        }
        Act::Resume(first) => user_subscriptions::unpause(conn, app, users, &pause(first), now),
    };
    Ok(touched?.rows())
}

/// The same to all, as a job. Only subscriptions of a name are paused so.
fn as_job(act: Act, paused: bool) -> Change {
    let subscription = NAMES[0].to_owned();
    match act {
        Act::Extend(term, active) => Change::Extend { subscription, with: extension(term, active, paused) },
        Act::Subtract(seconds) => Change::Subtract { subscription, seconds },
        Act::Pause(_) => Change::Pause(pause(true)),
        Act::Resume(_) if paused => Change::HandOver(subscription),
        Act::Resume(_) => Change::Unpause(pause(true)),
    }
}

struct Case<'t> {
    t: &'t Fixture,
    app: i64,
    users: Vec<i64>,
    now: i64,
    paused: bool,
    model: Model,
}

impl Case<'_> {
    async fn begin(&self, change: Change) {
        let (app, now) = (self.app, self.now);
        self.t.write(move |conn| bulk::begin(conn, app, &change, now, 1)).await;
    }

    async fn slice(&self) -> bool {
        let app = self.app;
        self.t.write(move |conn| bulk::step(conn, app, 1, NOW)).await
    }

    async fn take(&mut self, step: Step) {
        let (app, now, paused) = (self.app, self.now, self.paused);
        match step {
            Step::OfUser(user, act) => {
                // What is decided for all comes first.
                while self.slice().await {}
                let number = self.users[user];
                self.t.write(move |conn| carry_out(conn, app, number, act, now, paused)).await;
                obey(&mut self.model, user, act, now, paused);
            }
            Step::OfAll(act) => {
                let act = match act {
                    Act::Pause(_) => Act::Pause(true),
                    Act::Resume(_) => Act::Resume(true),
                    act => act,
                };
                self.begin(as_job(act, paused)).await;
                (0..USERS.len()).for_each(|user| obey(&mut self.model, user, act, now, paused));
            }
            Step::PauseApp if !paused => {
                self.begin(Change::Pause(Pause { subscription: None, by_app: true })).await;
                self.model.values_mut().for_each(|has| has.pause(Pauser::App, now));
                self.paused = true;
            }
            Step::ResumeApp if paused => {
                self.begin(Change::Unpause(Pause { subscription: None, by_app: true })).await;
                self.model.values_mut().for_each(|has| has.resume_with_app(now));
                self.paused = false;
            }
            Step::PauseApp | Step::ResumeApp => {}
            Step::Slice => drop(self.slice().await),
            Step::Pass(seconds) => self.now += seconds,
        }
    }

    async fn compare(&self) -> std::result::Result<(), TestCaseError> {
        while self.slice().await {}
        for (&(user, name), expected) in &self.model {
            let (app, number) = (self.app, self.users[user]);
            let rows = self.t.read(move |conn| user_subscriptions::of_user(conn, app, number)).await;
            let rows = rows.into_iter().filter(|row| row.subscription == NAMES[name]);
            let found = Subscriptions(rows.map(|row| row.state()).collect());
            prop_assert_eq!(&found, expected, "{} of {}", NAMES[name], USERS[user]);
        }
        Ok(())
    }
}

async fn the_sql_agrees_with_the_rules(t: Fixture) {
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let mut runner =
            TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
        runner.run(&(model(), prop::collection::vec(step(), 1..25)), |(model, steps)| {
            runtime.block_on(async {
                let app = t.app().await;
                let mut users = Vec::new();
                for name in USERS {
                    users.push(t.user(app, name).await);
                }
                for (&(user, name), has) in &model {
                    for &one in &has.0 {
                        let number = users[user];
                        t.write(move |conn| {
                            user_subscriptions::give(conn, app, number, NAMES[name], one, None)
                        })
                        .await;
                    }
                }
                let mut case = Case { t: &t, app, users, now: NOW, paused: false, model };
                for step in steps {
                    case.take(step).await;
                }
                case.compare().await
            })
        })
    };
    tokio::task::spawn_blocking(run).await.expect("no panic").expect("all cases");
}
