//! Seller keys and their secrets.

use claviger_store::{
    catalog,
    seller_keys::{self, KeySecret, KeyTerms},
};

use crate::support::{Fixture, NOW, both};

both![
    a_secret_opens_its_app,
    rotated_secrets_live_for_their_overlap,
    a_key_ends_with_all_its_secrets,
    a_secret_belongs_to_one_key,
    names_are_unique_in_an_app,
    what_was_chosen_can_be_changed,
    the_last_use_is_kept,
    every_change_raises_the_catalog_version,
];

fn terms(name: &str) -> KeyTerms {
    KeyTerms {
        name: name.into(),
        rights: "sessions,read".into(),
        addresses: "192.0.2.0/24".into(),
        until: None,
    }
}

fn secret(hash: &str, hint: &str) -> KeySecret {
    KeySecret { hash: hash.into(), hint: hint.into() }
}

async fn add(
    t: &Fixture,
    app: i64,
    name: &'static str,
    hash: &'static str,
    hint: &'static str,
) -> Option<i64> {
    t.write(move |conn| seller_keys::insert(conn, app, &terms(name), &secret(hash, hint), NOW)).await
}

/// The application and the name of the key that a secret opens, and when the secret ends.
async fn opened(t: &Fixture, hash: &'static str, now: i64) -> Option<(i64, String, Option<i64>)> {
    let found = t.read(move |conn| seller_keys::by_hash(conn, hash.as_bytes(), now)).await;
    found.map(|found| (found.app, found.key.name, found.expires))
}

async fn hint(t: &Fixture, app: i64) -> Option<String> {
    t.read(move |conn| seller_keys::hint(conn, app)).await
}

async fn a_secret_opens_its_app(t: Fixture) {
    let app = t.app().await;
    assert_eq!(opened(&t, "hash", NOW).await, None);
    assert_eq!(hint(&t, app).await, None);
    let id = add(&t, app, "Bot", "hash", "cdef").await.expect("a free name");
    for now in [NOW, i64::MAX] {
        assert_eq!(opened(&t, "hash", now).await, Some((app, "Bot".into(), None)));
    }
    assert_eq!(opened(&t, "Hash", NOW).await, None);
    assert_eq!(hint(&t, app).await.as_deref(), Some("cdef"));
    let key = t.read(move |conn| seller_keys::by_id(conn, app, id)).await.expect("a key");
    let chosen = KeyTerms { name: key.name.clone(), rights: key.rights.clone(), ..terms("Bot") };
    assert_eq!((chosen, key.addresses.as_str()), (terms("Bot"), "192.0.2.0/24"));
    assert_eq!((key.created, key.last_used, key.last_ip.as_deref()), (NOW, None, None));
}

async fn rotated_secrets_live_for_their_overlap(t: Fixture) {
    let app = t.app().await;
    let id = add(&t, app, "main", "first", "1111").await.expect("a free name");
    let rotate = async |expires: i64, hash: &'static str, hint: &'static str| {
        t.write(move |conn| {
            seller_keys::expire_secrets(conn, app, id, expires)?;
            seller_keys::add_secret(conn, app, id, &secret(hash, hint), NOW)
        })
        .await;
    };
    rotate(NOW + 60, "second", "2222").await;
    assert_eq!(opened(&t, "first", NOW + 59).await, Some((app, "main".into(), Some(NOW + 60))));
    assert_eq!(opened(&t, "first", NOW + 60).await, None);
    assert_eq!(opened(&t, "second", NOW + 60).await, Some((app, "main".into(), None)));
    assert_eq!(hint(&t, app).await.as_deref(), Some("2222"));
    let live = async |now: i64| -> Vec<String> {
        let all = t.read(move |conn| seller_keys::live_secrets(conn, app, now)).await;
        all.into_iter().map(|secret| secret.hint).collect()
    };
    assert_eq!(live(NOW + 59).await, ["2222", "1111"]);
    assert_eq!(live(NOW + 60).await, ["2222"]);
    // A later end does not lengthen what ends earlier.
    rotate(NOW + 600, "third", "3333").await;
    assert_eq!(opened(&t, "first", NOW).await, Some((app, "main".into(), Some(NOW + 60))));
    assert_eq!(opened(&t, "second", NOW).await, Some((app, "main".into(), Some(NOW + 600))));
    let left = t.write(move |conn| seller_keys::remove_ended_secrets(conn, app, id, NOW + 60)).await;
    assert_eq!((left, opened(&t, "first", NOW).await), (2, None));
}

async fn a_key_ends_with_all_its_secrets(t: Fixture) {
    let app = t.app().await;
    let id = add(&t, app, "main", "first", "1111").await.expect("a free name");
    add(&t, app, "other", "other", "3333").await.expect("a free name");
    t.write(move |conn| seller_keys::add_secret(conn, app, id, &secret("second", "2222"), NOW)).await;
    let ending = KeyTerms { until: Some(NOW + 10), ..terms("main") };
    t.write(move |conn| seller_keys::update(conn, app, id, &ending)).await;
    for hash in ["first", "second"] {
        assert!(opened(&t, hash, NOW + 9).await.is_some());
        assert_eq!(opened(&t, hash, NOW + 10).await, None);
    }
    let delete = async || t.write(move |conn| seller_keys::delete(conn, app, id)).await;
    assert_eq!([delete().await, delete().await], [true, false]);
    for hash in ["first", "second"] {
        assert_eq!(opened(&t, hash, NOW).await, None);
    }
    assert!(opened(&t, "other", NOW).await.is_some());
    // The number of a deleted key is not used again.
    assert_eq!(add(&t, app, "main", "third", "4444").await, Some(id + 2));
}

async fn a_secret_belongs_to_one_key(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    add(&t, app, "main", "one", "1111").await.expect("a free name");
    let id = add(&t, other, "main", "two", "2222").await.expect("a free name");
    let add = move |conn: &mut claviger_store::Conn<'_>| {
        seller_keys::add_secret(conn, other, id, &secret("one", "1111"), NOW)
    };
    t.store.db().write(add).await.expect_err("the secret is taken");
    t.write(move |conn| seller_keys::expire_secrets(conn, app, id, NOW)).await;
    assert_eq!(opened(&t, "one", NOW).await, None);
    assert_eq!(opened(&t, "two", NOW).await, Some((other, "main".into(), None)));
}

async fn names_are_unique_in_an_app(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = add(&t, app, "Bot", "one", "1111").await.expect("a free name");
    assert_eq!(add(&t, app, "BOT", "two", "2222").await, None);
    assert_eq!(opened(&t, "two", NOW).await, None, "nothing was added");
    assert!(add(&t, other, "bot", "three", "3333").await.is_some());
    let named = t.read(move |conn| seller_keys::by_name(conn, app, "bOT")).await.expect("a key");
    assert_eq!((named.id, named.name.as_str()), (id, "Bot"));
    assert_eq!(t.read(move |conn| seller_keys::count(conn, app)).await, 1);
    add(&t, app, "second", "four", "4444").await.expect("a free name");
    let names = t.read(move |conn| seller_keys::all(conn, app)).await;
    assert_eq!(names.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["Bot", "second"]);
}

async fn what_was_chosen_can_be_changed(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let id = add(&t, app, "Bot", "one", "1111").await.expect("a free name");
    add(&t, other, "Bot", "two", "2222").await.expect("a free name");
    let chosen =
        KeyTerms {
            name: "Böt".into(), rights: "all".into(), addresses: String::new(), until: Some(NOW + 9)
        };
    let new = chosen.clone();
    t.write(move |conn| seller_keys::update(conn, app, id, &new)).await;
    let key = t.read(move |conn| seller_keys::by_name(conn, app, "BÖT")).await.expect("a key");
    let KeyTerms { name, rights, addresses, until } = chosen;
    assert_eq!((key.name, key.rights, key.addresses, key.until), (name, rights, addresses, until));
    assert_eq!(t.read(move |conn| seller_keys::all(conn, other)).await[0].name, "Bot");
}

async fn the_last_use_is_kept(t: Fixture) {
    let app = t.app().await;
    let id = add(&t, app, "Bot", "one", "1111").await.expect("a free name");
    let before = t.read(catalog::version).await;
    for (second, ip, kept) in
        [(NOW, "192.0.2.1", NOW), (NOW - 5, "192.0.2.2", NOW), (NOW + 5, "192.0.2.1", NOW + 5)]
    {
        t.write(move |conn| seller_keys::used(conn, app, id, second, ip)).await;
        let key = t.read(move |conn| seller_keys::by_id(conn, app, id)).await.expect("a key");
        assert_eq!((key.last_used, key.last_ip.as_deref()), (Some(kept), Some("192.0.2.1")));
    }
    assert_eq!(t.read(catalog::version).await, before, "no server has to read keys anew for it");
}

async fn every_change_raises_the_catalog_version(t: Fixture) {
    let app = t.app().await;
    let mut last = t.read(catalog::version).await;
    let mut raised = async |what: &str| {
        let now = t.read(catalog::version).await;
        assert!(now > last, "{what}");
        last = now;
    };
    let id = add(&t, app, "main", "one", "1111").await.expect("a free name");
    raised("a key").await;
    t.write(move |conn| seller_keys::update(conn, app, id, &terms("main"))).await;
    raised("a change").await;
    t.write(move |conn| seller_keys::expire_secrets(conn, app, id, NOW)).await;
    raised("the end of a secret").await;
    t.write(move |conn| seller_keys::add_secret(conn, app, id, &secret("two", "2222"), NOW)).await;
    raised("a secret").await;
    t.write(move |conn| seller_keys::delete(conn, app, id)).await;
    raised("the end of a key").await;
}
