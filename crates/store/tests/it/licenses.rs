//! License keys.

use std::sync::Arc;

use claviger_domain::LicenseStatus;
use claviger_store::{
    Conn, Result,
    licenses::{self, License, LicenseCounts, NewLicenses},
    params,
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    a_license_is_found_as_it_was_made,
    a_key_is_unique_whatever_its_case,
    keys_of_other_apps_are_free,
    an_unknown_key_is_not_found,
    a_used_license_says_so,
    licenses_are_counted_by_status,
    licenses_are_counted_from_a_second_on,
    one_of_many_uses_a_license,
    one_of_many_makes_a_key,
    a_ban_comes_and_goes,
];

fn insert(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<bool> {
    let new =
        NewLicenses { duration: 86_400, level: "1", note: Some("a note"), genby: "seller", gendate: NOW };
    Ok(licenses::insert(conn, app, key, &new)?.is_some())
}

async fn insert_all(t: &Fixture, app: i64, keys: &'static [&'static str]) {
    t.write(move |conn| {
        for key in keys {
            assert!(insert(conn, app, key)?);
        }
        Ok(())
    })
    .await;
}

async fn a_license_is_found_as_it_was_made(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["AbC-123", "second"]).await;
    let found = t.write(move |conn| licenses::lock_by_key(conn, app, "aBc-123")).await;
    let made = License {
        id: 1,
        key: "AbC-123".into(),
        duration: 86_400,
        brought: 86_400,
        status: LicenseStatus::NotUsed,
        level: "1".into(),
        genby: "seller".into(),
        banned: None,
        user: None,
        usedby: None,
        note: Some("a note".into()),
        gendate: NOW,
        usedon: None,
    };
    assert_eq!(found, Some(made));
    assert_eq!(t.write(move |conn| licenses::lock_by_key(conn, app, "second")).await.expect("it").id, 2);
}

async fn a_key_is_unique_whatever_its_case(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["KEY-É"]).await;
    for key in ["KEY-É", "key-é", "Key-É"] {
        assert!(!t.write(move |conn| insert(conn, app, key)).await, "{key}");
        assert!(t.read(move |conn| licenses::spelling(conn, app, key)).await.is_some(), "{key}");
    }
    assert!(t.write(move |conn| insert(conn, app, "KEY-E")).await);
    assert_eq!(t.read(move |conn| licenses::counts(conn, app)).await.total(), 2);
}

async fn keys_of_other_apps_are_free(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    insert_all(&t, app, &["KEY"]).await;
    assert!(t.read(move |conn| licenses::spelling(conn, other, "KEY")).await.is_none());
    assert!(t.write(move |conn| insert(conn, other, "KEY")).await);
    t.write(move |conn| licenses::used(conn, app, 1, 1, "Ann", NOW)).await;
    let there = t.write(move |conn| licenses::lock_by_key(conn, other, "KEY")).await.expect("a license");
    assert_eq!(there.status, LicenseStatus::NotUsed);
}

async fn an_unknown_key_is_not_found(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["KEY"]).await;
    let long = "x".repeat(10_000);
    for key in ["", "KE", "K EY", "KEY'--", "%", "K_Y", &long] {
        let key = key.to_owned();
        assert_eq!(t.write(move |conn| licenses::lock_by_key(conn, app, &key)).await, None);
    }
}

async fn a_used_license_says_so(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["KEY", "OTHER"]).await;
    t.write(move |conn| licenses::used(conn, app, 1, 1, "Ann", NOW)).await;
    let status = async |key: &'static str| {
        t.write(move |conn| licenses::lock_by_key(conn, app, key)).await.expect("a license").status
    };
    assert_eq!(status("KEY").await, LicenseStatus::Used);
    assert_eq!(status("OTHER").await, LicenseStatus::NotUsed);
    let sql = "SELECT usedby, usedon, note FROM licenses WHERE app = $1 AND id = 1";
    let row = t.read(move |conn| conn.query_one(sql, params![app])).await.expect("a row");
    assert_eq!(row.get::<String>(0).expect("a name"), "Ann");
    assert_eq!(row.get::<i64>(1).expect("a time"), NOW);
    assert_eq!(row.get::<String>(2).expect("a note"), "a note");
}

async fn licenses_are_counted_by_status(t: Fixture) {
    let app = t.app().await;
    assert_eq!(t.read(move |conn| licenses::counts(conn, app)).await, LicenseCounts::default());
    insert_all(&t, app, &["a", "b", "c", "d", "e", "f"]).await;
    t.write(move |conn| {
        licenses::used(conn, app, 1, 1, "Ann", NOW)?;
        licenses::used(conn, app, 2, 2, "Bob", NOW)?;
        conn.execute(
            "UPDATE licenses SET status = 'Banned', banned = 'why' WHERE app = $1 AND id = 3",
            params![app],
        )
    })
    .await;
    let counts = t.read(move |conn| licenses::counts(conn, app)).await;
    assert_eq!(counts, LicenseCounts { unused: 3, used: 2, banned: 1 });
    assert_eq!(counts.total(), 6);
    let banned = t.write(move |conn| licenses::lock_by_key(conn, app, "c")).await.expect("a license");
    assert_eq!((banned.status, banned.banned.as_deref()), (LicenseStatus::Banned, Some("why")));
}

async fn licenses_are_counted_from_a_second_on(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    insert_all(&t, app, &["a", "b"]).await;
    let made = async |app, since| t.read(move |conn| licenses::made_since(conn, app, since)).await;
    assert_eq!(made(app, NOW - 1).await, 2);
    assert_eq!(made(app, NOW).await, 0);
    assert_eq!(made(other, NOW - 1).await, 0);
}

async fn one_of_many_uses_a_license(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["KEY"]).await;
    let t = Arc::new(t);
    let tasks = (0..50).map(|number| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| {
                let license = licenses::lock_by_key(conn, app, "key")?.expect("a license");
                if license.status != LicenseStatus::NotUsed {
                    return Ok(false);
                }
                licenses::used(conn, app, license.id, number, &format!("user {number}"), NOW)?;
                Ok(true)
            })
            .await
        })
    });
    let outcomes = join_all(tasks).await;
    assert_eq!(outcomes.into_iter().filter(|won| *won.as_ref().expect("no panic")).count(), 1);
}

async fn one_of_many_makes_a_key(t: Fixture) {
    let app = t.app().await;
    let t = Arc::new(t);
    let tasks = (0..30).map(|number| {
        let t = t.clone();
        let key = if number % 2 == 0 { "KEY" } else { "key" };
        tokio::spawn(async move { t.write(move |conn| insert(conn, app, key)).await })
    });
    let outcomes = join_all(tasks).await;
    assert_eq!(outcomes.into_iter().filter(|won| *won.as_ref().expect("no panic")).count(), 1);
    assert_eq!(t.read(move |conn| licenses::counts(conn, app)).await.total(), 1);
}

async fn a_ban_comes_and_goes(t: Fixture) {
    let app = t.app().await;
    insert_all(&t, app, &["FRESH", "USED"]).await;
    t.write(move |conn| licenses::used(conn, app, 2, 1, "Ann", NOW)).await;
    let state = async |key: &'static str| {
        let found = t.write(move |conn| licenses::lock_by_key(conn, app, key)).await.expect("a license");
        (found.status, found.banned)
    };
    t.write(move |conn| licenses::ban(conn, app, 2_i64, "why")).await;
    assert_eq!(state("USED").await, (LicenseStatus::Banned, Some("why".into())));
    assert_eq!(state("FRESH").await, (LicenseStatus::NotUsed, None));
    t.write(move |conn| licenses::ban(conn, app, 1_i64, "")).await;
    assert_eq!(state("FRESH").await, (LicenseStatus::Banned, Some(String::new())));
    for id in [1_i64, 2] {
        t.write(move |conn| licenses::unban(conn, app, id)).await;
    }
    assert_eq!(state("USED").await, (LicenseStatus::Used, None));
    assert_eq!(state("FRESH").await, (LicenseStatus::NotUsed, None));
}
