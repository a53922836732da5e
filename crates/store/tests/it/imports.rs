//! Licenses that are made many at once: of a mask, and of a list that is staged first.

use std::{ops::ControlFlow, time::Duration};

use claviger_domain::LicenseStatus;
use claviger_store::{
    Range,
    bulk::{self, Change, Decision},
    imports::{self, Staged},
    licenses::{self, LicenseFilter, NewLicense},
    remarks,
    tables::{self, LicensesWanted, Order, Walk},
    tokens,
};

use crate::support::{Fixture, NOW, both};

both![
    many_are_added_but_for_those_that_are_taken,
    what_is_staged_is_made_by_a_job,
    what_was_given_up_goes,
    nobody_sees_a_list_before_all_of_it_is_there,
    a_list_that_fails_in_the_middle_is_seen_by_nobody,
    forms_are_kept_for_each_person
];

fn new(key: &str) -> NewLicense<'_> {
    NewLicense { key, duration: 60, level: "1", note: None, genby: "ann", gendate: NOW, used: None }
}

fn staged(n: usize) -> Staged {
    Staged {
        key: format!("Key-{n}"),
        duration: 60,
        level: "2".into(),
        note: (n == 0).then(|| "no'te".into()),
        used_by: (n == 1).then(|| "Ann".into()),
        user: None,
        token: format!("token {n}"),
    }
}

async fn many_are_added_but_for_those_that_are_taken(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let keys: Vec<String> = (0..250).map(|n| format!("K-{n}")).collect();
    t.write(move |conn| licenses::insert_many(conn, app, &[new("k-7"), new("K-249")])).await;
    let all = keys.clone();
    let added = t
        .write(move |conn| {
            let mut rows: Vec<_> = all.iter().map(|key| new(key)).collect();
            // Twice in one statement.
            rows.push(new("K-0"));
            rows.push(new("K-248"));
            licenses::insert_many(conn, app, &rows)
        })
        .await;
    let places: Vec<usize> = added.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (0..249).filter(|n| *n != 7).collect::<Vec<_>>());
    for (place, id) in [added[0], added[100], added[247]] {
        let license = t.read(move |conn| licenses::by_id(conn, app, id)).await.expect("a license");
        assert_eq!((license.key, license.status), (keys[place].clone(), LicenseStatus::NotUsed));
    }
    let taken =
        t.read(move |conn| licenses::taken(conn, app, &["k-5".into(), "k-500".into(), "K-5".into()])).await;
    assert_eq!(taken, ["k-5"]);
    assert!(t.read(move |conn| licenses::taken(conn, other, &["k-5".into()])).await.is_empty());
    let range = Range { after: added[3].1 - 1, last: added[4].1 };
    let of_range = t.read(move |conn| licenses::of_range(conn, app, range)).await;
    assert_eq!(of_range.iter().map(|license| license.key.as_str()).collect::<Vec<_>>(), ["K-3", "K-4"]);
}

async fn what_is_staged_is_made_by_a_job(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let ann = t.user(app, "Ann").await;
    let import = t.write(move |conn| imports::begin(conn, app, NOW)).await;
    let rows: Vec<Staged> = (0..250).map(|n| Staged { user: (n == 1).then_some(ann), ..staged(n) }).collect();
    let (first, second) = (rows[..120].to_vec(), rows[120..].to_vec());
    t.write(move |conn| imports::stage(conn, app, import, 0, &first)).await;
    t.write(move |conn| imports::stage(conn, app, import, 120, &second)).await;
    // A key that somebody makes meanwhile.
    t.write(move |conn| licenses::insert_many(conn, app, &[new("KEY-200")])).await;
    let begun = t
        .write(move |conn| {
            let change = Change::ImportLicenses { import, genby: "ann".into() };
            let decision = Decision { change: &change, by: "ann", total: Some(250), now: NOW + 5 };
            bulk::decide(conn, app, decision, 100)
        })
        .await;
    let job = begun.job.expect("more is left");
    let half = t.read(move |conn| bulk::job(conn, app, job)).await.expect("a job");
    assert_eq!((half.rows, half.changed, half.share()), (100, 100, 400));
    while t.write(move |conn| bulk::step(conn, app, 100, NOW + 6)).await {}
    let done = t.read(move |conn| bulk::job(conn, app, job)).await.expect("a job");
    assert_eq!((done.rows, done.changed, done.share(), done.ended), (250, 249, 1000, Some(NOW + 6)));
    let license = async |key: &'static str| {
        t.read(move |conn| licenses::by_key(conn, app, key)).await.expect("a license")
    };
    let plain = license("key-0").await;
    assert_eq!(
        (plain.note.as_deref(), plain.level.as_str(), plain.genby.as_str(), plain.gendate),
        (Some("no'te"), "2", "ann", NOW + 5)
    );
    let used = license("key-1").await;
    assert_eq!(
        (used.status, used.user, used.usedby.as_deref(), used.usedon),
        (LicenseStatus::Used, Some(ann), Some("Ann"), Some(NOW + 5))
    );
    assert_eq!(license("key-200").await.level, "1", "the other one's stays");
    let token =
        t.read(move |conn| tokens::of_owner(conn, app, tokens::LICENSE, plain.id)).await.expect("a token");
    assert_eq!((token.token.as_str(), token.assigned.as_str()), ("token 0", "Key-0"));
    let counts = t.read(move |conn| licenses::counts(conn, other)).await;
    assert_eq!(counts.total(), 0);
    // Nothing is staged any more; what is left of it goes.
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW + 1)).await, Some((app, import)));
    assert_eq!(t.write(move |conn| imports::drop_staged(conn, app, import, 10)).await, 0);
    t.write(move |conn| imports::forget(conn, app, import)).await;
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW + 1)).await, None);
}

async fn what_was_given_up_goes(t: Fixture) {
    let app = t.app().await;
    let begin = async || t.write(move |conn| imports::begin(conn, app, NOW)).await;
    let (given_up, waits) = (begin().await, begin().await);
    t.write(move |conn| imports::stage(conn, app, given_up, 0, &[staged(0), staged(1), staged(2)])).await;
    t.write(move |conn| imports::stage(conn, app, waits, 0, &[staged(3), staged(4)])).await;
    let change = Change::ImportLicenses { import: waits, genby: "ann".into() };
    t.write(move |conn| {
        bulk::decide(conn, app, Decision { change: &change, by: "", total: None, now: NOW }, 1)
    })
    .await;
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW)).await, None, "it is not old enough");
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW + 1)).await, Some((app, given_up)));
    assert_eq!(t.write(move |conn| imports::drop_staged(conn, app, given_up, 2)).await, 2);
    assert_eq!(t.write(move |conn| imports::drop_staged(conn, app, given_up, 2)).await, 1);
    t.write(move |conn| imports::forget(conn, app, given_up)).await;
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW + 1)).await, None, "the other one has a job");
    while t.write(move |conn| bulk::step(conn, app, 10, NOW)).await {}
    assert_eq!(t.read(move |conn| licenses::counts(conn, app)).await.total(), 2);
}

/// Stages licenses and does the first slice of their job.
async fn begun(t: &Fixture, app: i64, rows: usize, slice: i64) -> (i64, i64) {
    let import = t.write(move |conn| imports::begin(conn, app, NOW)).await;
    let rows: Vec<Staged> = (0..rows).map(staged).collect();
    t.write(move |conn| imports::stage(conn, app, import, 0, &rows)).await;
    let change = Change::ImportLicenses { import, genby: "ann".into() };
    let begun = t
        .write(move |conn| {
            let decision = Decision { change: &change, by: "ann", total: None, now: NOW };
            bulk::decide(conn, app, decision, slice)
        })
        .await;
    (import, begun.job.expect("more is left"))
}

/// How many licenses of [`staged`] each way of looking sees.
async fn seen(t: &Fixture, app: i64) -> Vec<usize> {
    let wanted = LicensesWanted { level: Some("2".into()), ..LicensesWanted::default() };
    t.read(move |conn| {
        let all = Range { after: 0, last: i64::MAX };
        let filter = LicenseFilter { level: Some("2".into()), ..LicenseFilter::default() };
        let mut tabled = 0;
        let walk = Walk {
            app,
            order: Order::Name,
            backwards: false,
            after: None,
            limit: 1000,
            now: NOW,
            patience: Duration::from_secs(60),
        };
        tables::walk_licenses(conn, &wanted, &walk, &mut |_| {
            tabled += 1;
            ControlFlow::Continue(())
        })?;
        let by_key = licenses::by_key(conn, app, "key-3")?.is_some();
        let spelled = licenses::spelling(conn, app, "KEY-3")?.is_some();
        let token = tokens::lock(conn, app, "token 3")?.is_some();
        let of_level_two = |all: Vec<licenses::License>| all.iter().filter(|one| one.level == "2").count();
        Ok(vec![
            licenses::page(conn, app, &filter, 0, 1000)?.len(),
            of_level_two(licenses::of_range(conn, app, all)?),
            licenses::by_beginning(conn, app, "key-", 1000)?.len(),
            tables::licenses_in(conn, app, all, &wanted, 1000)?.ids.len(),
            tabled,
            tokens::page(conn, app, (tokens::LICENSE, 0), 1000)?.len(),
            usize::try_from(licenses::counts(conn, app)?.total()).expect("a number") - 2,
            250 * usize::from(by_key),
            250 * usize::from(spelled),
            250 * usize::from(token),
        ])
    })
    .await
}

async fn nobody_sees_a_list_before_all_of_it_is_there(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| licenses::insert_many(conn, app, &[new("before")])).await;
    let (_, job) = begun(&t, app, 250, 50).await;
    // Others make licenses meanwhile, which are seen.
    t.write(move |conn| licenses::insert_many(conn, app, &[new("meanwhile")])).await;
    let mut looks = Vec::new();
    while t.read(move |conn| bulk::is_pending(conn, app, job)).await {
        looks.push(seen(&t, app).await);
        t.write(move |conn| bulk::step(conn, app, 50, NOW)).await;
    }
    assert!(looks.len() >= 4, "{looks:?}");
    assert!(looks.iter().flatten().all(|&seen| seen == 0), "{looks:?}");
    assert!(seen(&t, app).await.iter().all(|&seen| seen == 250), "{:?}", seen(&t, app).await);
    let counts = t.read(move |conn| licenses::counts(conn, app)).await;
    assert_eq!((counts.unused, counts.used), (251, 1));
}

async fn a_list_that_fails_in_the_middle_is_seen_by_nobody(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| licenses::insert_many(conn, app, &[new("one"), new("two")])).await;
    let (import, job) = begun(&t, app, 250, 50).await;
    t.write(move |conn| bulk::step(conn, app, 50, NOW)).await;
    let mut given_up = None;
    for _ in 0..5 {
        assert_eq!(given_up, None);
        given_up = t.write(move |conn| bulk::failed(conn, app, "the disk is odd", NOW)).await;
    }
    assert_eq!(given_up, Some(job));
    let told = t.read(move |conn| bulk::job(conn, app, job)).await.expect("a job");
    assert_eq!((told.changed, told.failed.as_deref()), (0, Some("the disk is odd")));
    assert!(seen(&t, app).await.iter().all(|&seen| seen == 0), "{:?}", seen(&t, app).await);
    // It is swept away in pieces, unseen all the while; then its keys are free.
    assert_eq!(t.read(|conn| imports::abandoned(conn, NOW + 1)).await, Some((app, import)));
    let mut pieces = 0;
    while t.write(move |conn| imports::drop_made(conn, app, import, 40)).await {
        pieces += 1;
        assert!(seen(&t, app).await.iter().all(|&seen| seen == 0));
    }
    assert_eq!(pieces, 7);
    while t.write(move |conn| imports::drop_staged(conn, app, import, 40)).await > 0 {}
    t.write(move |conn| imports::forget(conn, app, import)).await;
    assert!(seen(&t, app).await.iter().all(|&seen| seen == 0));
    let again = t.write(move |conn| licenses::insert_many(conn, app, &[new("key-3")])).await;
    assert_eq!(again.len(), 1);
    let rows = t.read(|conn| conn.query("SELECT id FROM licenses", &[])).await;
    assert_eq!(rows.len(), 3);
}

async fn forms_are_kept_for_each_person(t: Fixture) {
    let app = t.app().await;
    let read =
        async |person: &'static str| t.read(move |conn| remarks::license_form(conn, app, person)).await;
    assert_eq!(read("owner:1").await, None);
    for form in ["a=1", "a=2"] {
        t.write(move |conn| remarks::keep_license_form(conn, app, "owner:1", form)).await;
    }
    assert_eq!((read("owner:1").await.as_deref(), read("owner:2").await), (Some("a=2"), None));
}
