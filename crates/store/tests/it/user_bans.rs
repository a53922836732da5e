//! Why users are banned.

use claviger_store::user_bans::{self, Lift, UserBan};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use crate::support::{Fixture, NOW, both};

both![
    a_user_is_banned_while_a_reason_is_left,
    bans_are_of_one_user,
    whatever_is_done_the_newest_reason_shows
];

fn ban(license: Option<i64>, reason: &str) -> UserBan {
    UserBan { license, reason: reason.into(), banned_at: NOW, by_program: Some(false) }
}

async fn put(t: &Fixture, app: i64, user: i64, ban: UserBan) {
    t.write(move |conn| user_bans::put(conn, app, user, &ban)).await;
}

async fn lift(t: &Fixture, app: i64, user: i64, which: Lift) -> bool {
    t.write(move |conn| user_bans::lift(conn, app, user, which)).await
}

async fn shown(t: &Fixture, app: i64, user: i64) -> Option<String> {
    t.read(move |conn| claviger_store::users::by_id(conn, app, user)).await.expect("a user").banned
}

async fn a_user_is_banned_while_a_reason_is_left(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    assert!(!lift(&t, app, ann, Lift::All).await);
    put(&t, app, ann, ban(Some(7), "license")).await;
    put(&t, app, ann, ban(None, "by hand")).await;
    assert_eq!(shown(&t, app, ann).await.as_deref(), Some("by hand"));
    assert!(!lift(&t, app, ann, Lift::OfLicense(8)).await, "nothing was banned along with that one");
    assert!(lift(&t, app, ann, Lift::OfLicense(7)).await);
    assert!(!lift(&t, app, ann, Lift::OfLicense(7)).await);
    assert_eq!(shown(&t, app, ann).await.as_deref(), Some("by hand"));
    put(&t, app, ann, ban(Some(7), "")).await;
    assert_eq!(shown(&t, app, ann).await.as_deref(), Some(""), "a license needs no reason");
    put(&t, app, ann, ban(None, "again")).await;
    let bans = t.read(move |conn| user_bans::of_user(conn, app, ann)).await;
    assert_eq!(bans, [ban(None, "again"), ban(Some(7), "")]);
    assert!(lift(&t, app, ann, Lift::All).await);
    assert_eq!(shown(&t, app, ann).await, None);
}

async fn bans_are_of_one_user(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let there = t.user(other, "Ann").await;
    for (app, user) in [(app, ann), (app, bob), (other, there)] {
        put(&t, app, user, ban(Some(1), "why")).await;
    }
    assert!(lift(&t, app, ann, Lift::OfLicense(1)).await);
    assert_eq!(shown(&t, app, ann).await, None);
    assert_eq!(shown(&t, app, bob).await.as_deref(), Some("why"));
    assert_eq!(shown(&t, other, there).await.as_deref(), Some("why"));
}

#[derive(Clone, Debug)]
enum Step {
    Put { license: Option<i64>, reason: &'static str },
    Lift(Lift),
}

fn step() -> impl Strategy<Value = Step> {
    let reason = prop::sample::select(vec!["", "why", "é\n", "cheats"]);
    prop_oneof![
        4 => (prop::option::of(1i64..4), reason).prop_map(|(license, reason)| Step::Put { license, reason }),
        3 => (1i64..4).prop_map(|license| Step::Lift(Lift::OfLicense(license))),
        1 => Just(Step::Lift(Lift::All)),
    ]
}

/// Takes the steps, and compares with a list of the bans that are left, newest last.
async fn agrees(t: &Fixture, app: i64, user: i64, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let mut left: Vec<UserBan> = Vec::new();
    for step in steps {
        match step {
            Step::Put { license, reason } => {
                let ban = ban(license, reason);
                left.retain(|one| one.license != license);
                left.push(ban.clone());
                put(t, app, user, ban).await;
            }
            Step::Lift(which) => {
                let before = left.len();
                left.retain(|one| match which {
                    Lift::All => false,
                    Lift::OfLicense(license) => one.license != Some(license),
                });
                prop_assert_eq!(lift(t, app, user, which).await, left.len() < before);
            }
        }
        let newest = left.last().map(|ban| ban.reason.clone());
        prop_assert_eq!(shown(t, app, user).await, newest);
        let bans = t.read(move |conn| user_bans::of_user(conn, app, user)).await;
        prop_assert!(bans.iter().eq(left.iter().rev()));
    }
    Ok(())
}

async fn whatever_is_done_the_newest_reason_shows(t: Fixture) {
    let app = t.app().await;
    let runtime = tokio::runtime::Handle::current();
    let run = move || {
        let mut runner =
            TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let cases = std::cell::Cell::new(0);
        let test = |steps| {
            cases.set(cases.get() + 1);
            runtime.block_on(async {
                let user = t.user(app, &format!("user {}", cases.get())).await;
                agrees(&t, app, user, steps).await
            })
        };
        runner.run(&prop::collection::vec(step(), 1..16), test).expect("agreement");
    };
    tokio::task::spawn_blocking(run).await.expect("no panic");
}
