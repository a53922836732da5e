//! Whatever is done with sessions in whatever order, the store agrees with a map in memory.

use std::collections::BTreeMap;

use claviger_domain::SessionId;
use claviger_store::sessions::{Lookup, NewSession, Scan, shared};
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{Config, TestRunner},
};

use crate::support::{Fixture, NOW, both, new_session, next_id, walk};

both![the_store_agrees_with_a_map];

#[derive(Clone, Debug)]
enum Step {
    Create { life: i64 },
    SignIn { session: Index, user: usize },
    End { session: Index },
    EndOfUser { user: usize, spared: Option<Index> },
    EndAll,
    Pass { seconds: i64 },
    Sweep { limit: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let session = any::<Index>;
    prop_oneof![
        6 => (1i64..40).prop_map(|life| Step::Create { life }),
        4 => (session(), 0usize..2).prop_map(|(session, user)| Step::SignIn { session, user }),
        2 => session().prop_map(|session| Step::End { session }),
        1 => (0usize..2, prop::option::of(session())).prop_map(|(user, spared)| Step::EndOfUser { user, spared }),
        1 => Just(Step::EndAll),
        3 => (1i64..20).prop_map(|seconds| Step::Pass { seconds }),
        2 => (1i64..5).prop_map(|limit| Step::Sweep { limit }),
    ]
}

/// What is known of a session that has not been ended: its last second, and its user.
type Model = BTreeMap<SessionId, (i64, Option<usize>)>;

/// One application, its model and the time there.
struct Case<'t> {
    t: &'t Fixture,
    app: i64,
    users: [(i64, &'static str); 2],
    now: i64,
    all: Vec<SessionId>,
    model: Model,
}

impl Case<'_> {
    fn pick(&self, index: Index) -> SessionId {
        if self.all.is_empty() { next_id() } else { *index.get(&self.all) }
    }

    fn lives(&self, id: SessionId) -> bool {
        self.model.get(&id).is_some_and(|&(expires, _)| expires > self.now)
    }

    async fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        let (t, app, now) = (self.t, self.app, self.now);
        match step {
            Step::Create { life } => {
                let new = NewSession { expires: now + life, ..new_session(app) };
                self.all.push(new.id);
                self.model.insert(new.id, (new.expires, None));
                prop_assert!(t.create(new).await);
            }
            Step::SignIn { session, user } => {
                let id = self.pick(session);
                let (number, name) = self.users[user];
                let done = t.write(move |conn| shared::sign_in(conn, app, &id, number, name, now)).await;
                prop_assert_eq!(done, self.lives(id));
                if done {
                    self.model.entry(id).and_modify(|session| session.1 = Some(user));
                }
            }
            Step::End { session } => {
                let id = self.pick(session);
                let done = t.write(move |conn| shared::end(conn, app, &id, now)).await;
                prop_assert_eq!(done, self.lives(id));
                if done {
                    self.model.remove(&id);
                }
            }
            Step::EndOfUser { user, spared } => {
                let (number, spared) = (self.users[user].0, spared.map(|index| self.pick(index)));
                t.write(move |conn| shared::end_of_user(conn, app, number, spared.as_ref())).await;
                self.model.retain(|&id, session| session.1 != Some(user) || Some(id) == spared);
            }
            Step::EndAll => {
                let any = self.all.iter().any(|&id| self.lives(id));
                prop_assert_eq!(t.write(move |conn| shared::end_all(conn, app, now)).await, any);
                self.model.retain(|_, session| session.0 <= now);
            }
            Step::Pass { seconds } => self.now += seconds,
            Step::Sweep { limit } => {
                let before = next_id();
                let run = t.read(move |conn| shared::find_dead(conn, app, &before, now, limit)).await;
                if let Some(run) = run {
                    let removed = t.write(move |conn| shared::remove_dead(conn, &run)).await;
                    prop_assert!((1..=limit as u64).contains(&removed));
                }
            }
        }
        Ok(())
    }

    /// Looks at everything in every way.
    async fn compare(&self) -> Result<(), TestCaseError> {
        let (t, app, now) = (self.t, self.app, self.now);
        let live: Vec<_> = self.all.iter().copied().filter(|&id| self.lives(id)).collect();
        for &id in &self.all {
            let found =
                t.store.sessions().find(Lookup { app, id, now, variable: None }).await.expect("finding");
            let found = found.map(|session| (session.expires, session.user.map(|user| user.credential)));
            let name = |&(expires, user): &(i64, Option<usize>)| {
                (expires, user.map(|user| self.users[user].1.to_owned()))
            };
            prop_assert_eq!(found, self.model.get(&id).filter(|session| session.0 > now).map(name));
        }
        prop_assert_eq!(t.read(move |conn| shared::count(conn, app, now)).await, live.len() as i64);
        let met = t.scan(Scan { now, ..walk(app) }).await;
        prop_assert!(met.iter().map(|row| row.id.as_str()).eq(live.iter().map(SessionId::as_str)));
        let online = t.read(move |conn| shared::online(conn, app, now, 10)).await;
        let signed_in = |user| live.iter().any(|id| self.model[id].1 == Some(user));
        let expected: Vec<_> =
            (0..2).filter(|&user| signed_in(user)).map(|user| self.users[user].1).collect();
        prop_assert_eq!(online.into_iter().map(|user| user.name).collect::<Vec<_>>(), expected);
        Ok(())
    }
}

async fn the_store_agrees_with_a_map(t: Fixture) {
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let mut runner =
            TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
        runner.run(&prop::collection::vec(step(), 1..30), |steps| {
            runtime.block_on(async {
                let app = t.app().await;
                let users = [(t.user(app, "ann").await, "ann"), (t.user(app, "bob").await, "bob")];
                let (all, model) = (Vec::new(), Model::new());
                let mut case = Case { t: &t, app, users, now: NOW, all, model };
                for step in steps {
                    case.take(step).await?;
                }
                case.compare().await
            })
        })
    };
    tokio::task::spawn_blocking(run).await.expect("no panic").expect("all cases");
}
