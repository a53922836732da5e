//! Licenses that are made many at once: of a mask, and of a list that is staged first.

use claviger_domain::LicenseStatus;
use claviger_store::{
    Range,
    bulk::{self, Change, Decision},
    imports::{self, Staged},
    licenses::{self, NewLicense},
    remarks, tokens,
};

use crate::support::{Fixture, NOW, both};

both![
    many_are_added_but_for_those_that_are_taken,
    what_is_staged_is_made_by_a_job,
    what_was_given_up_goes,
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
