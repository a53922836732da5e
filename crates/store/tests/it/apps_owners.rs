//! Owners, their applications and the keys of those.

use std::sync::Arc;

use claviger_domain::{OwnerId, Role, SystemRandom};
use claviger_store::{
    Conn, Result,
    apps::{self, NewApp},
    catalog,
    licenses::{self, NewLicenses},
    owners::{self, NewOwner},
    params, subscriptions, users,
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, both};

both![
    an_owner_is_found_as_added,
    an_owner_name_is_unique_whatever_its_case,
    owners_come_oldest_first,
    a_role_can_be_changed,
    an_app_is_found_by_owner_and_name_whatever_its_case,
    an_app_name_is_unique_for_its_owner,
    one_of_many_gets_an_app_name,
    apps_come_oldest_first,
    an_app_secret_can_be_replaced,
    settings_are_kept_as_given,
    a_seller_key_opens_its_app,
    rotated_seller_keys_live_for_their_grace,
    a_seller_key_belongs_to_one_app,
    deleting_an_app_removes_all_it_holds,
    numbers_of_deleted_apps_are_not_used_again,
    every_change_raises_the_catalog_version,
    an_undone_change_does_not_raise_the_catalog_version,
];

fn new_owner(name: &str) -> NewOwner {
    NewOwner {
        owner_id: OwnerId::generate(&SystemRandom),
        name: name.into(),
        role: Role::Developer,
        password: Some("hash".into()),
        created: NOW,
    }
}

fn new_app(owner: i64, name: &str) -> NewApp {
    NewApp {
        owner,
        name: name.into(),
        sealed_secret: vec![0, 1, 254, 255],
        sealed_signing_key: vec![7; 60],
        settings: r#"{"version":"2.0"}"#.into(),
        created: NOW + 1,
    }
}

async fn add_app(t: &Fixture, owner: i64, name: &str) -> Option<i64> {
    let new = new_app(owner, name);
    t.write(move |conn| apps::insert(conn, &new)).await
}

async fn an_owner_is_found_as_added(t: Fixture) {
    let new = new_owner("Ann O'Neil");
    let owner_id = new.owner_id.as_str().to_owned();
    let added = t.write(move |conn| owners::insert(conn, &new)).await.expect("a free name");
    assert_eq!(added.owner_id, owner_id);
    assert_eq!(added.name, "Ann O'Neil");
    assert_eq!((added.role, added.role_until, added.created), (Role::Developer, None, NOW));
    assert_eq!(t.read(|conn| owners::by_name(conn, "ANN o'neil")).await, Some(added));
    assert_eq!(t.read(|conn| owners::by_name(conn, "Ann")).await, None);
}

async fn an_owner_name_is_unique_whatever_its_case(t: Fixture) {
    let t = Arc::new(t);
    let tasks = (0..20).map(|number| {
        let t = t.clone();
        let new = new_owner(["Ann", "ANN", "ann"][number % 3]);
        tokio::spawn(async move { t.write(move |conn| owners::insert(conn, &new)).await })
    });
    let added: Vec<_> =
        join_all(tasks).await.into_iter().filter_map(|owner| owner.expect("no panic")).collect();
    assert_eq!(added.len(), 1);
    assert_eq!(t.read(owners::all).await, added);
}

async fn owners_come_oldest_first(t: Fixture) {
    assert!(t.read(owners::all).await.is_empty());
    for name in ["Cid", "Ann", "Bob"] {
        t.owner(name).await;
    }
    let names: Vec<_> = t.read(owners::all).await.into_iter().map(|owner| owner.name).collect();
    assert_eq!(names, ["Cid", "Ann", "Bob"]);
}

async fn a_role_can_be_changed(t: Fixture) {
    t.owner("Ann").await;
    t.owner("Bob").await;
    t.place.execute(&format!("UPDATE owners SET role_until = {NOW}"));
    assert!(t.write(|conn| owners::set_role(conn, "aNN", Role::Tester)).await);
    assert!(!t.write(|conn| owners::set_role(conn, "nobody", Role::Tester)).await);
    let owners = t.read(owners::all).await;
    assert_eq!((owners[0].role, owners[0].role_until), (Role::Tester, None));
    assert_eq!((owners[1].role, owners[1].role_until), (Role::Seller, Some(NOW)));
}

async fn an_app_is_found_by_owner_and_name_whatever_its_case(t: Fixture) {
    let new = new_owner("Ann");
    let owner = t.write(move |conn| owners::insert(conn, &new)).await.expect("a free name");
    t.owner("Bob").await;
    let id = add_app(&t, owner.id, "Łoader \"2\"").await.expect("a free name");
    let owner_id = owner.owner_id.clone();
    let by_id = t.read(move |conn| apps::by_owner_id(conn, &owner_id, "łOADER \"2\"")).await.expect("an app");
    let by_name = t.read(|conn| apps::by_owner_name(conn, "aNN", "ŁOADER \"2\"")).await.expect("an app");
    for found in [by_id, by_name] {
        let new = new_app(owner.id, "Łoader \"2\"");
        assert_eq!((found.id, &found.owner, &found.name), (id, &owner, &new.name));
        assert_eq!(found.sealed_secret, new.sealed_secret);
        assert_eq!(found.sealed_signing_key, new.sealed_signing_key);
        assert_eq!((found.settings, found.banned, found.created), (new.settings, false, NOW + 1));
    }
    let owner_id = owner.owner_id.to_lowercase();
    if owner_id != owner.owner_id {
        assert!(t.read(move |conn| apps::by_owner_id(conn, &owner_id, "Łoader \"2\"")).await.is_none());
    }
    assert!(t.read(|conn| apps::by_owner_name(conn, "Bob", "Łoader \"2\"")).await.is_none());
    let owner_id = owner.owner_id;
    assert!(t.read(move |conn| apps::by_owner_id(conn, &owner_id, "Loader")).await.is_none());
}

async fn an_app_name_is_unique_for_its_owner(t: Fixture) {
    let [ann, bob] = [t.owner("Ann").await, t.owner("Bob").await];
    assert!(add_app(&t, ann, "Loader").await.is_some());
    assert_eq!(add_app(&t, ann, "LOADER").await, None);
    assert!(add_app(&t, bob, "LOADER").await.is_some());
    assert_eq!(t.read(apps::all).await.len(), 2);
}

async fn one_of_many_gets_an_app_name(t: Fixture) {
    let owner = t.owner("Ann").await;
    let t = Arc::new(t);
    let tasks = (0..20).map(|_| {
        let t = t.clone();
        tokio::spawn(async move { add_app(&t, owner, "Loader").await })
    });
    let added: Vec<i64> =
        join_all(tasks).await.into_iter().filter_map(|app| app.expect("no panic")).collect();
    let [app] = added[..] else { panic!("{} apps of one name", added.len()) };
    t.session(app, NOW + 60).await;
}

async fn apps_come_oldest_first(t: Fixture) {
    let [ann, bob] = [t.owner("Ann").await, t.owner("Bob").await];
    assert!(t.read(apps::all).await.is_empty());
    for (owner, name) in [(bob, "z"), (ann, "y"), (bob, "x")] {
        assert!(add_app(&t, owner, name).await.is_some());
    }
    let names: Vec<_> = t.read(apps::all).await.into_iter().map(|app| (app.owner.name, app.name)).collect();
    assert_eq!(names, [("Bob", "z"), ("Ann", "y"), ("Bob", "x")].map(|(a, b)| (a.into(), b.into())));
}

async fn an_app_secret_can_be_replaced(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    t.write(move |conn| apps::set_secret(conn, app, b"new")).await;
    let secrets: Vec<_> =
        t.read(apps::all).await.into_iter().map(|app| (app.id, app.sealed_secret)).collect();
    assert_eq!(secrets, [(app, b"new".to_vec()), (other, b"secret".to_vec())]);
}

async fn settings_are_kept_as_given(t: Fixture) {
    let owner = t.owner("Ann").await;
    let app = add_app(&t, owner, "Loader").await.expect("a free name");
    assert_eq!(t.read(move |conn| apps::settings(conn, app)).await.as_deref(), Some(r#"{"version":"2.0"}"#));
    assert_eq!(t.read(move |conn| apps::settings(conn, app + 1)).await, None);
}

/// The app that a seller key opens, and when the key ends.
async fn opened(t: &Fixture, hash: &'static [u8], now: i64) -> Option<(i64, Option<i64>)> {
    let found = t.read(move |conn| apps::by_seller_key(conn, hash, now)).await;
    found.map(|(app, ends)| (app.id, ends))
}

async fn a_seller_key_opens_its_app(t: Fixture) {
    let app = t.app().await;
    assert_eq!(opened(&t, b"hash", NOW).await, None);
    assert_eq!(t.read(move |conn| apps::seller_key_hint(conn, app)).await, None);
    t.write(move |conn| apps::add_seller_key(conn, app, b"hash", "cdef", NOW)).await;
    assert_eq!(opened(&t, b"hash", NOW).await, Some((app, None)));
    assert_eq!(opened(&t, b"hash", i64::MAX).await, Some((app, None)));
    assert_eq!(opened(&t, b"Hash", NOW).await, None);
    assert_eq!(t.read(move |conn| apps::seller_key_hint(conn, app)).await.as_deref(), Some("cdef"));
}

async fn rotated_seller_keys_live_for_their_grace(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| apps::add_seller_key(conn, app, b"first", "1111", NOW)).await;
    t.write(move |conn| {
        apps::expire_seller_keys(conn, app, NOW + 60)?;
        apps::add_seller_key(conn, app, b"second", "2222", NOW)
    })
    .await;
    assert_eq!(opened(&t, b"first", NOW + 59).await, Some((app, Some(NOW + 60))));
    assert_eq!(opened(&t, b"first", NOW + 60).await, None);
    assert_eq!(opened(&t, b"second", NOW + 60).await, Some((app, None)));
    assert_eq!(t.read(move |conn| apps::seller_key_hint(conn, app)).await.as_deref(), Some("2222"));
    // A later end does not lengthen what ends earlier; no grace ends all at once.
    t.write(move |conn| apps::expire_seller_keys(conn, app, NOW + 600)).await;
    assert_eq!(opened(&t, b"first", NOW).await, Some((app, Some(NOW + 60))));
    assert_eq!(opened(&t, b"second", NOW).await, Some((app, Some(NOW + 600))));
    assert_eq!(t.read(move |conn| apps::seller_key_hint(conn, app)).await, None);
    t.write(move |conn| apps::expire_seller_keys(conn, app, NOW)).await;
    assert_eq!(opened(&t, b"first", NOW).await, None);
    assert_eq!(opened(&t, b"second", NOW).await, None);
}

async fn a_seller_key_belongs_to_one_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    t.write(move |conn| apps::add_seller_key(conn, app, b"one", "1111", NOW)).await;
    t.write(move |conn| apps::add_seller_key(conn, other, b"two", "2222", NOW)).await;
    let twice = t.store.db().write(move |conn| apps::add_seller_key(conn, other, b"one", "1111", NOW)).await;
    twice.expect_err("the key is taken");
    t.write(move |conn| apps::expire_seller_keys(conn, app, NOW)).await;
    assert_eq!(opened(&t, b"one", NOW).await, None);
    assert_eq!(opened(&t, b"two", NOW).await, Some((other, None)));
}

/// Gives an application something of everything.
fn fill(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
    assert!(licenses::insert(conn, app, "KEY", &new)?);
    assert!(subscriptions::insert(conn, app, "gold", "1")?);
    users::subscribe(conn, app, user, "gold", NOW + 60, None)?;
    apps::add_seller_key(conn, app, format!("hash {app}").as_bytes(), "cdef", NOW)
}

async fn deleting_an_app_removes_all_it_holds(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    for app in [app, other] {
        let user = t.user(app, "Ann").await;
        t.write(move |conn| fill(conn, app, user)).await;
    }
    let rows = async |app| {
        let tables = [
            ("session_generations", "app"),
            ("user_subscriptions", "app"),
            ("users", "app"),
            ("licenses", "app"),
            ("subscriptions", "app"),
            ("counters", "app"),
            ("seller_keys", "app"),
            ("apps", "id"),
        ];
        t.read(move |conn| {
            let count = |(table, column)| {
                let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1");
                conn.query_one(&sql, params![app])?.expect("a row").get::<i64>(0)
            };
            tables.into_iter().map(count).collect::<Result<Vec<_>>>()
        })
        .await
    };
    let before = rows(other).await;
    assert!(before.iter().all(|&count| count > 0), "{before:?}");
    t.write(move |conn| apps::delete(conn, app)).await;
    assert_eq!(rows(app).await, [0; 8]);
    assert_eq!(rows(other).await, before);
    assert_eq!(t.read(owners::all).await.len(), 2, "the owner stays");
    // Deleting what is not there is no failure.
    t.write(move |conn| apps::delete(conn, app)).await;
}

async fn numbers_of_deleted_apps_are_not_used_again(t: Fixture) {
    let first = t.app().await;
    let id = t.session(first, NOW + 60).await;
    t.write(move |conn| apps::delete(conn, first)).await;
    let second = t.app().await;
    assert!(second > first);
    assert!(!t.lives(second, id).await);
}

async fn every_change_raises_the_catalog_version(t: Fixture) {
    let version = async || t.read(catalog::version).await;
    let mut last = version().await;
    let mut raised = async |what: &str| {
        let now = version().await;
        assert!(now > last, "{what}");
        last = now;
    };
    let owner = t.owner("Ann").await;
    raised("an owner").await;
    t.write(|conn| owners::set_role(conn, "Ann", Role::Seller)).await;
    raised("a role").await;
    let app = add_app(&t, owner, "Loader").await.expect("a free name");
    raised("an app").await;
    t.write(move |conn| apps::set_secret(conn, app, b"new")).await;
    raised("a secret").await;
    t.write(move |conn| apps::add_seller_key(conn, app, b"hash", "cdef", NOW)).await;
    raised("a seller key").await;
    t.write(move |conn| apps::expire_seller_keys(conn, app, NOW)).await;
    raised("the end of a seller key").await;
    t.write(move |conn| apps::delete(conn, app)).await;
    raised("the end of an app").await;
    // Sessions are not held in memory.
    let before = version().await;
    let app = t.app().await;
    let after = version().await;
    t.session(app, NOW + 60).await;
    assert!(t.end_all(app).await);
    assert_eq!(version().await, after);
    assert!(after > before);
}

async fn an_undone_change_does_not_raise_the_catalog_version(t: Fixture) {
    let before = t.read(catalog::version).await;
    let undone = t.store.db().write(|conn| {
        catalog::changed(conn)?;
        Err::<(), _>(claviger_store::StoreError::Configuration("second thoughts".into()))
    });
    undone.await.expect_err("second thoughts");
    assert_eq!(t.read(catalog::version).await, before);
    let tasks = (0..25).map(|_| t.write(catalog::changed));
    join_all(tasks).await;
    assert_eq!(t.read(catalog::version).await, before + 25, "no raise is lost");
}
