//! Owners, their applications and the keys of those.

use std::sync::Arc;

use claviger_domain::{OwnerId, Role, SystemRandom};
use claviger_store::{
    apps::{self, NewApp},
    catalog,
    owners::{self, NewOwner},
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
    settings_are_locked_and_replaced,
    an_app_can_be_banned,
    an_app_is_renamed_unless_the_name_is_taken,
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

async fn settings_are_locked_and_replaced(t: Fixture) {
    let app = t.app().await;
    t.write(move |conn| apps::set_settings(conn, app, "0")).await;
    let t = Arc::new(t);
    let tasks = (0..30).map(|_| {
        let t = t.clone();
        tokio::spawn(async move {
            t.write(move |conn| {
                let text = apps::lock_settings(conn, app)?.expect("settings");
                let count: i64 = text.parse().expect("a number");
                apps::set_settings(conn, app, &(count + 1).to_string())
            })
            .await;
        })
    });
    for task in join_all(tasks).await {
        task.expect("no panic");
    }
    assert_eq!(t.read(move |conn| apps::settings(conn, app)).await.as_deref(), Some("30"));
    assert_eq!(t.write(move |conn| apps::lock_settings(conn, app + 1)).await, None);
}

async fn an_app_can_be_banned(t: Fixture) {
    let [app, _other] = [t.app().await, t.app().await];
    let banned =
        async || -> Vec<bool> { t.read(apps::all).await.into_iter().map(|app| app.banned).collect() };
    t.write(move |conn| apps::set_banned(conn, app, true)).await;
    assert_eq!(banned().await, [true, false]);
    t.write(move |conn| apps::set_banned(conn, app, false)).await;
    assert_eq!(banned().await, [false, false]);
}

async fn an_app_is_renamed_unless_the_name_is_taken(t: Fixture) {
    let [ann, ben] = [t.owner("Ann").await, t.owner("Ben").await];
    add_app(&t, ann, "Loader").await.expect("a free name");
    add_app(&t, ann, "Other").await.expect("a free name");
    add_app(&t, ben, "Taken by Ben").await.expect("a free name");
    let record = async |name: &'static str| t.read(move |conn| apps::by_owner_name(conn, "Ann", name)).await;
    let app = record("Loader").await.expect("the app");
    let rename = async |name: &'static str| {
        let app = app.clone();
        t.write(move |conn| apps::rename(conn, &app, name)).await
    };
    assert!(!rename("OTHER").await, "in any case");
    assert!(!rename("Ｏther").await, "in any width");
    assert!(record("Loader").await.is_some());
    assert!(rename("Taken by Ben").await, "names are unique for an owner only");
    assert!(record("Loader").await.is_none());
    assert_eq!(record("taken BY ben").await.expect("the app").id, app.id);
    assert!(rename("TAKEN by Ben").await, "its own name may be spelled another way");
    assert_eq!(record("taken by ben").await.expect("the app").name, "TAKEN by Ben");
    assert!(add_app(&t, ann, "Loader").await.is_some(), "the old name is free");
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
    t.write(move |conn| apps::set_settings(conn, app, "{}")).await;
    raised("settings").await;
    t.write(move |conn| apps::set_banned(conn, app, true)).await;
    raised("a ban").await;
    let record = t.read(|conn| apps::by_owner_name(conn, "Ann", "Loader")).await.expect("the app");
    t.write(move |conn| apps::rename(conn, &record, "Renamed")).await;
    raised("a name").await;
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
