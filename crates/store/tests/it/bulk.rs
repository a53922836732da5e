//! Changes of all users or licenses of an application, in slices.

use claviger_domain::{LicenseStatus, NEVER, Subscription, Term};
use claviger_store::{
    Conn, Range, Result, StoreError,
    bulk::{self, Begun, Change, Decision, Job, KEPT_MAX, KEPT_SECONDS},
    licenses::{self, LicenseFilter, NewLicenses},
    params,
    tokens::{self, Owner},
    user_subscriptions::{self, Extension, Pause, Standing, UserSubscription},
    users,
    variables::{self, UserVariable},
};

use crate::support::{Fixture, NOW, both, new_session};

both![
    a_change_that_fits_a_slice_is_done_at_once,
    all_users_are_gone_before_the_last_slice,
    a_name_is_free_before_its_user_is_swept,
    a_user_may_take_a_name_before_its_user_is_swept,
    a_job_goes_on_where_it_stopped,
    jobs_run_in_the_order_of_their_decisions,
    users_made_later_are_spared,
    the_others_are_spared,
    expired_users_go_and_paused_ones_stay,
    everybody_gets_time_once,
    only_running_subscriptions_are_prolonged,
    an_extension_of_an_older_version_is_carried_out,
    time_is_taken_from_what_runs,
    a_pause_keeps_what_remains,
    a_pause_of_the_app_touches_no_other,
    variables_are_set_and_deleted_for_all,
    unused_licenses_get_time,
    licenses_of_a_status_go_with_their_tokens,
    a_job_tells_how_far_it_is,
    what_is_done_at_once_is_no_job,
    a_job_that_fails_again_and_again_lets_others_go_on,
    jobs_that_ended_are_bounded,
];

const USERS: i64 = 7;
/// Rows of a slice; the users need several.
const SLICE: i64 = 3;

/// An application with users `user 1` and so on, each with a subscription `gold` that runs for as many seconds as the
/// user's number.
async fn app(t: &Fixture) -> i64 {
    let app = t.app().await;
    for number in 1..=USERS {
        let user = t.user(app, &format!("user {number}")).await;
        t.write(move |conn| {
            let owner = Owner { kind: tokens::USER, id: user, name: &format!("user {number}") };
            tokens::insert(conn, app, &format!("token {number}"), owner)?;
            user_subscriptions::give(conn, app, user, "gold", Subscription::Until(NOW + number), None)
        })
        .await;
    }
    app
}

async fn begin(t: &Fixture, app: i64, change: Change) -> Option<i64> {
    t.write(move |conn| bulk::begin(conn, app, &change, NOW, SLICE)).await
}

/// Decides a change and does all of it.
async fn whole(t: &Fixture, app: i64, change: Change) {
    begin(t, app, change).await;
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
}

async fn names(t: &Fixture, app: i64) -> Vec<String> {
    let users = t.read(move |conn| users::page(conn, app, 0, 100)).await;
    users.into_iter().map(|user| user.username).collect()
}

async fn subscriptions(t: &Fixture, app: i64, name: &'static str) -> Vec<UserSubscription> {
    t.read(move |conn| {
        let user = users::by_name(conn, app, name)?.expect("a user");
        user_subscriptions::of_user(conn, app, user.id)
    })
    .await
}

async fn rows(t: &Fixture, table: &'static str, app: i64) -> i64 {
    t.read(move |conn| {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE app = $1");
        conn.query_one(&sql, params![app])?.expect("a count").get(0)
    })
    .await
}

async fn a_change_that_fits_a_slice_is_done_at_once(t: Fixture) {
    let app = app(&t).await;
    let all = move |conn: &mut Conn<'_>| bulk::begin(conn, app, &Change::DeleteUsers, NOW, USERS + 1);
    assert_eq!(t.write(all).await, None);
    assert_eq!(rows(&t, "users", app).await, 0);
    assert_eq!(rows(&t, "bulk_jobs", app).await, 0);
    assert!(!t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await);
}

async fn all_users_are_gone_before_the_last_slice(t: Fixture) {
    let app = app(&t).await;
    let session = new_session(app);
    let id = session.id;
    assert!(t.create(session).await);
    let job = begin(&t, app, Change::DeleteUsers).await.expect("more slices");
    assert_eq!(rows(&t, "users", app).await, USERS - SLICE);
    assert_eq!(names(&t, app).await, Vec::<String>::new());
    assert!(t.read(move |conn| users::by_name(conn, app, "user 7")).await.is_none());
    assert!(!t.read(move |conn| users::any(conn, app, None)).await);
    assert_eq!(t.read(move |conn| user_subscriptions::count_running(conn, app, "gold", NOW)).await, 0);
    assert!(!t.read(move |conn| user_subscriptions::any(conn, app, "gold", Standing::Running, NOW)).await);
    // Sessions end along with the decision.
    assert!(t.find(app, id).await.is_none());
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    assert!(!t.read(move |conn| bulk::is_pending(conn, app, job)).await);
    for table in ["users", "user_subscriptions", "tokens"] {
        assert_eq!(rows(&t, table, app).await, 0, "{table}");
    }
}

async fn a_name_is_free_before_its_user_is_swept(t: Fixture) {
    let app = app(&t).await;
    begin(&t, app, Change::DeleteUsers).await.expect("more slices");
    let again = t.user(app, "User 7").await;
    assert_eq!(names(&t, app).await, ["User 7"]);
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    let found = t.read(move |conn| users::by_name(conn, app, "user 7")).await.expect("the new one");
    assert_eq!(found.id, again);
    assert_eq!(rows(&t, "user_subscriptions", app).await, 0);
}

async fn a_user_may_take_a_name_before_its_user_is_swept(t: Fixture) {
    let app = app(&t).await;
    begin(&t, app, Change::DeleteUsers).await.expect("more slices");
    let id = t.user(app, "later").await;
    t.write(move |conn| {
        let later = users::lock(conn, app, id)?.expect("a user");
        users::rename(conn, app, &later, "User 7")
    })
    .await;
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    assert_eq!(names(&t, app).await, ["User 7"]);
}

async fn a_job_goes_on_where_it_stopped(t: Fixture) {
    let app = app(&t).await;
    begin(&t, app, Change::ResetUsers).await.expect("more slices");
    assert_eq!(t.read(bulk::apps).await, [app]);
    // Another node, or the same after a crash.
    let other = t.second().await;
    while other.db().write(move |conn| bulk::step(conn, app, 1, NOW)).await.expect("a slice") {}
    assert_eq!(t.read(bulk::apps).await, Vec::<i64>::new());
}

async fn jobs_run_in_the_order_of_their_decisions(t: Fixture) {
    let app = app(&t).await;
    let pause = Pause { subscription: None, by_app: true };
    begin(&t, app, Change::Pause(pause.clone())).await.expect("more slices");
    begin(&t, app, Change::Unpause(pause)).await.expect("more slices");
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    for name in ["user 1", "user 7"] {
        assert!(!subscriptions(&t, app, name).await[0].paused, "{name}");
    }
}

async fn users_made_later_are_spared(t: Fixture) {
    let app = app(&t).await;
    begin(&t, app, Change::DeleteUsers).await.expect("more slices");
    t.user(app, "later").await;
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    assert_eq!(names(&t, app).await, ["later"]);
}

async fn the_others_are_spared(t: Fixture) {
    let (app, other) = (app(&t).await, app(&t).await);
    whole(&t, app, Change::DeleteUsers).await;
    assert_eq!(rows(&t, "users", app).await, 0);
    for table in ["users", "user_subscriptions", "tokens"] {
        assert_eq!(rows(&t, table, other).await, USERS, "{table}");
    }
}

async fn expired_users_go_and_paused_ones_stay(t: Fixture) {
    let app = app(&t).await;
    let at = NOW + 3;
    let pause = Pause::default();
    t.write(move |conn| {
        let user = one(conn, app, "user 1")?;
        user_subscriptions::pause(conn, app, user, &pause, NOW)
    })
    .await;
    assert!(t.read(move |conn| users::any(conn, app, Some(at))).await);
    t.write(move |conn| bulk::begin(conn, app, &Change::DeleteExpiredUsers, at, SLICE)).await;
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    assert_eq!(names(&t, app).await, ["user 1", "user 4", "user 5", "user 6", "user 7"]);
    assert!(!t.read(move |conn| users::any(conn, app, Some(at))).await);
}

fn one(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Range> {
    Ok(Range::one(users::by_name(conn, app, name)?.expect("a user").id))
}

fn more(seconds: i64, active_only: bool) -> Extension {
    Extension { term: Term::For(seconds), active_only, app_paused: false }
}

async fn everybody_gets_time_once(t: Fixture) {
    let app = app(&t).await;
    t.user(app, "without").await;
    let change = Change::Extend { subscription: "gold".into(), with: more(100, false) };
    whole(&t, app, change).await;
    assert_eq!(subscriptions(&t, app, "without").await[0].expires, NOW + 100);
    for (name, expires) in [("user 1", NOW + 101), ("user 7", NOW + 107)] {
        let all = subscriptions(&t, app, name).await;
        assert_eq!(all.iter().map(|one| one.expires).collect::<Vec<_>>(), [expires], "{name}");
    }
}

async fn only_running_subscriptions_are_prolonged(t: Fixture) {
    let app = app(&t).await;
    t.user(app, "without").await;
    let change = Change::Extend { subscription: "gold".into(), with: more(100, true) };
    t.write(move |conn| bulk::begin(conn, app, &change, NOW + 2, 100)).await;
    assert_eq!(subscriptions(&t, app, "without").await, []);
    assert_eq!(subscriptions(&t, app, "user 2").await[0].expires, NOW + 2);
    assert_eq!(subscriptions(&t, app, "user 3").await[0].expires, NOW + 103);
}

async fn an_extension_of_an_older_version_is_carried_out(t: Fixture) {
    let app = app(&t).await;
    t.user(app, "without").await;
    t.write(move |conn| {
        conn.execute(
            "INSERT INTO bulk_jobs (app, id, kind, name, value, amount, flag, decided, upto, done)
             VALUES ($1, 1, 'extend', 'gold', '', 100, 0, $2, 99, 0)",
            params![app, NOW],
        )
    })
    .await;
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW)).await {}
    for (name, expires) in [("user 7", NOW + 107), ("without", NOW + 100)] {
        assert_eq!(subscriptions(&t, app, name).await[0].expires, expires, "{name}");
    }
}

async fn time_is_taken_from_what_runs(t: Fixture) {
    let app = app(&t).await;
    whole(&t, app, Change::Subtract { subscription: "gold".into(), seconds: 5 }).await;
    assert_eq!(subscriptions(&t, app, "user 1").await[0].expires, NOW - 4);
    whole(&t, app, Change::Subtract { subscription: "gold".into(), seconds: 5 }).await;
    // What has ended stays as it is.
    assert_eq!(subscriptions(&t, app, "user 1").await[0].expires, NOW - 4);
    assert_eq!(subscriptions(&t, app, "user 7").await[0].expires, NOW - 3);
}

async fn a_pause_keeps_what_remains(t: Fixture) {
    let app = app(&t).await;
    let pause = Pause { subscription: Some("gold".into()), by_app: false };
    whole(&t, app, Change::Pause(pause.clone())).await;
    let paused = subscriptions(&t, app, "user 7").await.remove(0);
    assert_eq!((paused.paused, paused.expires), (true, 7));
    t.write(move |conn| bulk::begin(conn, app, &Change::Unpause(pause), NOW + 1000, 100)).await;
    let going = subscriptions(&t, app, "user 7").await.remove(0);
    assert_eq!((going.paused, going.expires), (false, NOW + 1007));
}

async fn a_pause_of_the_app_touches_no_other(t: Fixture) {
    let app = app(&t).await;
    t.write(move |conn| {
        let user = one(conn, app, "user 2")?;
        user_subscriptions::pause(conn, app, user, &Pause::default(), NOW)
    })
    .await;
    let pause = Pause { subscription: None, by_app: true };
    whole(&t, app, Change::Pause(pause.clone())).await;
    whole(&t, app, Change::Unpause(pause)).await;
    assert!(subscriptions(&t, app, "user 2").await[0].paused);
    assert!(!subscriptions(&t, app, "user 3").await[0].paused);
}

async fn variables_are_set_and_deleted_for_all(t: Fixture) {
    let app = app(&t).await;
    let new = UserVariable { name: "rank".into(), value: "1".into(), read_only: true };
    whole(&t, app, Change::SetVariable(new.clone())).await;
    whole(&t, app, Change::SetVariable(UserVariable { value: "2".into(), ..new })).await;
    let page = t.read(move |conn| variables::page_of_users(conn, app, (0, ""), 3)).await;
    assert_eq!(
        page.iter().map(|one| one.username.as_str()).collect::<Vec<_>>(),
        ["user 1", "user 2", "user 3"]
    );
    assert!(page.iter().all(|one| one.variable.value == "2" && one.variable.read_only));
    let last = page[2].user;
    let next = t.read(move |conn| variables::page_of_users(conn, app, (last, "rank"), 100)).await;
    assert_eq!(next.len() as i64, USERS - 3);
    assert!(t.read(move |conn| variables::any_of_users(conn, app, "rank")).await);
    whole(&t, app, Change::DeleteVariable("rank".into())).await;
    assert!(!t.read(move |conn| variables::any_of_users(conn, app, "rank")).await);
}

/// Licenses `KEY 1` and so on, of which the second is used.
async fn add_licenses(t: &Fixture, app: i64) {
    t.write(move |conn| {
        for number in 1..=USERS {
            let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
            let key = format!("KEY {number}");
            let id = licenses::insert(conn, app, &key, &new)?.expect("a free key");
            let owner = Owner { kind: tokens::LICENSE, id, name: &key };
            tokens::insert(conn, app, &format!("of {number}"), owner)?;
        }
        licenses::used(conn, app, 2, 1, "Ann", NOW)
    })
    .await;
}

async fn durations(t: &Fixture, app: i64) -> Vec<(String, i64)> {
    let page = t.read(move |conn| licenses::page(conn, app, &LicenseFilter::default(), 0, 100)).await;
    page.into_iter().map(|license| (license.key, license.duration)).collect()
}

async fn unused_licenses_get_time(t: Fixture) {
    let app = t.app().await;
    add_licenses(&t, app).await;
    whole(&t, app, Change::AddTime(5)).await;
    for (key, duration) in durations(&t, app).await {
        assert_eq!(duration, if key == "KEY 2" { 60 } else { 65 }, "{key}");
    }
    // What never ends is not made longer, and no sum is too large.
    for seconds in [NEVER, 5, NEVER - 1] {
        whole(&t, app, Change::AddTime(seconds)).await;
        assert_eq!(durations(&t, app).await[0], ("KEY 1".into(), NEVER));
    }
}

async fn licenses_of_a_status_go_with_their_tokens(t: Fixture) {
    let app = t.app().await;
    add_licenses(&t, app).await;
    whole(&t, app, Change::DeleteLicenses(Some(LicenseStatus::NotUsed))).await;
    assert_eq!(durations(&t, app).await, [("KEY 2".to_owned(), 60)]);
    assert_eq!(rows(&t, "tokens", app).await, 1);
    assert!(!t.read(move |conn| licenses::any(conn, app, Some(LicenseStatus::NotUsed))).await);
    whole(&t, app, Change::DeleteLicenses(None)).await;
    assert_eq!(rows(&t, "licenses", app).await, 0);
    assert_eq!(rows(&t, "tokens", app).await, 0);
}

async fn job(t: &Fixture, app: i64, id: i64) -> Job {
    t.read(move |conn| bulk::job(conn, app, id)).await.expect("a job")
}

async fn a_job_tells_how_far_it_is(t: Fixture) {
    let app = app(&t).await;
    let gone = t.read(move |conn| users::by_name(conn, app, "user 1")).await.expect("a user").id;
    t.write(move |conn| users::delete_range(conn, app, Range::one(gone))).await;
    let change = Change::Extend { subscription: "gold".into(), with: more(100, false) };
    let wanted = change.clone();
    let begun = t
        .write(move |conn| {
            let decision = Decision { change: &wanted, by: "ann", total: None, now: NOW };
            bulk::decide(conn, app, decision, SLICE)
        })
        .await;
    let id = begun.job.expect("more slices");
    let first = job(&t, app, id).await;
    assert_eq!((first.change.as_ref(), first.by.as_str(), first.began), (Some(&change), "ann", NOW));
    assert_eq!((first.rows, first.changed, first.share(), first.ended), (SLICE, SLICE, 500, None));
    // Another application's jobs are none of this one's.
    let other = t.app().await;
    assert!(t.read(move |conn| bulk::job(conn, other, id)).await.is_none());
    while t.write(move |conn| bulk::step(conn, app, SLICE, NOW + 9)).await {}
    let last = job(&t, app, id).await;
    assert_eq!((last.rows, last.changed, last.share(), last.ended), (6, 6, 1000, Some(NOW + 9)));
    assert_eq!(t.read(move |conn| bulk::jobs(conn, app, i64::MAX, 10)).await, [last]);
    t.write(|conn| bulk::forget(conn, NOW + 9 + KEPT_SECONDS)).await;
    assert_eq!(job(&t, app, id).await.id, id, "for a day");
    t.write(|conn| bulk::forget(conn, NOW + 10 + KEPT_SECONDS)).await;
    assert!(t.read(move |conn| bulk::job(conn, app, id)).await.is_none());
}

async fn what_is_done_at_once_is_no_job(t: Fixture) {
    let app = app(&t).await;
    let change = Change::ResetUsers;
    let decide = move |conn: &mut Conn<'_>| {
        bulk::decide(conn, app, Decision { change: &change, by: "ann", total: None, now: NOW }, USERS + 1)
    };
    assert_eq!(t.write(decide).await, Begun { job: None, changed: 0 });
    assert!(t.read(move |conn| bulk::jobs(conn, app, i64::MAX, 10)).await.is_empty());
}

async fn a_job_that_fails_again_and_again_lets_others_go_on(t: Fixture) {
    let app = app(&t).await;
    let broken = begin(&t, app, Change::ResetUsers).await.expect("more slices");
    let next = begin(&t, app, Change::Extend { subscription: "gold".into(), with: more(100, false) }).await;
    let next = next.expect("more slices");
    t.write(move |conn| {
        conn.execute(
            "UPDATE bulk_jobs SET kind = 'of tomorrow' WHERE app = $1 AND id = $2",
            params![app, broken],
        )
    })
    .await;
    let step = move |conn: &mut Conn<'_>| bulk::step(conn, app, SLICE, NOW);
    for _ in 0..4 {
        assert!(t.store.db().write::<_, StoreError, _>(step).await.is_err());
        assert_eq!(t.write(move |conn| bulk::failed(conn, app, "it is broken", NOW + 1)).await, None);
    }
    assert_eq!(t.write(move |conn| bulk::failed(conn, app, "it is broken", NOW + 1)).await, Some(broken));
    let given_up = job(&t, app, broken).await;
    assert_eq!((given_up.failed.as_deref(), given_up.ended), (Some("it is broken"), Some(NOW + 1)));
    assert!(given_up.share() < 1000);
    while t.write(step).await {}
    assert_eq!(job(&t, app, next).await.failed, None);
    assert_eq!(job(&t, app, next).await.rows, USERS);
}

async fn jobs_that_ended_are_bounded(t: Fixture) {
    let app = app(&t).await;
    for _ in 0..KEPT_MAX + 3 {
        t.write(move |conn| {
            bulk::begin(conn, app, &Change::ResetUsers, NOW, 1)?;
            while bulk::step(conn, app, USERS + 1, NOW)? {}
            Ok(())
        })
        .await;
    }
    let waits = begin(&t, app, Change::ResetUsers).await.expect("more slices");
    let jobs = t.read(move |conn| bulk::jobs(conn, app, i64::MAX, 1000)).await;
    assert_eq!(jobs.len() as i64, KEPT_MAX + 1);
    assert_eq!(jobs[0].id, waits);
    let older = t.read(move |conn| bulk::jobs(conn, app, waits, 2)).await;
    assert_eq!(older, jobs[1..3]);
}
