//! The schema is made once and never taken back.

use claviger_domain::LicenseStatus;
use claviger_store::{
    Database, Schema, Store, StoreError,
    access::{self, Blacklisted, Entry, Reason, Source, Whitelisted},
    apps,
    audit::LogFilter,
    chat, licenses, migrations_after, own, owners,
    seller_keys::{self, KeySecret, KeyTerms, NamedKey},
    seller_log, subscriptions, tokens,
    user_bans::{self, Lift, UserBan},
    user_subscriptions, users,
};
use futures_util::future::join_all;

use crate::support::{Fixture, NOW, Place, both};

both![
    opening_again_changes_nothing,
    a_newer_schema_is_refused,
    a_refused_database_is_left_as_it_was,
    many_may_open_an_open_database,
    the_schema_can_be_looked_at,
];

#[test]
fn changes_to_come_are_told() {
    let all = migrations_after(0);
    assert_eq!((all[0].version, all[0].name), (1, "first"));
    for one in &all {
        assert!(!one.about.is_empty() && !one.about.contains(['\n', '{']), "{one:?}");
    }
    let last = all.last().expect("one");
    assert_eq!(migrations_after(last.version - 1), std::slice::from_ref(last));
    assert_eq!(migrations_after(last.version), []);
}

async fn migrations(t: &Fixture) -> Vec<(i64, String, i64)> {
    let sql = "SELECT version, name, applied FROM schema_migrations ORDER BY version";
    let rows = t.read(move |conn| conn.query(sql, &[])).await;
    let read = |row: &claviger_store::Row| -> claviger_store::Result<_> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    };
    rows.iter().map(|row| read(row).expect("three columns")).collect()
}

async fn opening_again_changes_nothing(t: Fixture) {
    t.owner("Ann").await;
    let before = migrations(&t).await;
    assert!(!before.is_empty());
    assert!((1..).zip(&before).all(|(number, row)| row.0 == number && row.2 == NOW));
    let Fixture { store, place } = t;
    drop(store);
    let again = Store::open(place.database(), NOW + 3600).await.expect("an open store");
    let t = Fixture { store: again, place };
    assert_eq!(migrations(&t).await, before);
    assert_eq!(t.read(owners::all).await.len(), 1);
}

async fn a_newer_schema_is_refused(t: Fixture) {
    let known = migrations(&t).await.len();
    t.place.execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)");
    let refused = Store::open(t.place.database(), NOW).await.err().expect("a refusal");
    assert!(matches!(refused, StoreError::Newer { found: 9999, .. }), "{refused:?}");
    let sentence = format!(
        "the database was made by a newer Claviger (schema 9999; this program knows {known}). \
         Start that version, or restore a backup from before its first start"
    );
    assert_eq!(refused.to_string(), sentence);
}

async fn a_refused_database_is_left_as_it_was(t: Fixture) {
    t.place.execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)");
    let before = migrations(&t).await;
    Store::open(t.place.database(), NOW + 3600).await.err().expect("a refusal");
    assert_eq!(migrations(&t).await, before);
}

async fn many_may_open_an_open_database(t: Fixture) {
    t.owner("Ann").await;
    for store in join_all((0..4).map(|_| t.second())).await {
        assert_eq!(store.db().read(owners::all).await.expect("a reading").len(), 1);
    }
}

async fn the_schema_can_be_looked_at(t: Fixture) {
    let known = migrations(&t).await.len() as i64;
    let look = async || Store::schema(t.place.database()).await.expect("a look");
    assert_eq!(look().await, Schema { found: known, known });
    t.place.execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)");
    assert_eq!(look().await, Schema { found: 9999, known });
    for place in [Place::sqlite(), Place::postgres()] {
        let look = async || Store::schema(place.database()).await;
        if let Database::Sqlite(path) = place.database() {
            look().await.expect_err("there is none");
            std::fs::write(path, "").expect("an empty file");
        }
        assert_eq!(look().await.expect("a look"), Schema { found: 0, known });
        assert_eq!(look().await.expect("a look").found, 0, "nothing was made");
    }
}

/// A database as version 0.1.0 left it: the first migration alone, with something in each table.
async fn of_the_first_version(place: Place) -> Fixture {
    let rows = "
         INSERT INTO counters VALUES (7, 'users', 3), (0, 'apps', 7), (0, 'owners', 1);
         INSERT INTO owners VALUES (1, 'AAAAAAAAAA', 'Ann', 'ann', 'seller', NULL, NULL, 5);
         INSERT INTO apps VALUES (7, 1, 'Loader', 'loader', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5);
         INSERT INTO session_generations VALUES (7, 1);
         INSERT INTO users VALUES (7, 3, 'Bob', 'bob', 'hash', 'one', NULL, '192.0.2.1', 'seller', 5, 6, NULL);
         INSERT INTO licenses VALUES (7, 1, 'KEY', 'key', NULL, 60, 'Used', '1', 'seller', 5, 6, 'Bob', NULL);
         INSERT INTO subscriptions VALUES (7, 'silver', '1'), (7, 'gold', '1');
         INSERT INTO user_subscriptions VALUES (7, 3, 1, 'gold', 99, 'KEY', 0);";
    Fixture::open(place.made_by(1, rows)).await
}

async fn data_of_the_first_version_is_kept(t: Fixture) {
    let applied: Vec<i64> = migrations(&t).await.iter().map(|row| row.2).collect();
    assert!(applied[0] == 1 && applied[1..].iter().all(|&applied| applied == NOW), "{applied:?}");
    let app = t.read(apps::all).await.remove(0);
    assert_eq!((app.id, app.name.as_str(), app.banned), (7, "Loader", false));
    let bob = t.read(|conn| users::by_name(conn, 7, "bob")).await.expect("a user");
    assert_eq!((bob.id, bob.hwids.as_deref(), bob.last_login), (3, Some("one"), Some(6)));
    assert!(!bob.any_device && !bob.totp.is_on());
    let license = t.write(|conn| licenses::lock_by_key(conn, 7, "key")).await.expect("a license");
    assert_eq!((license.usedby.as_deref(), license.usedon), (Some("Bob"), Some(6)));
    assert_eq!((license.duration, license.brought), (60, 60));
    // The old ones have no order of making: that of the alphabet, as before; new ones come behind them.
    assert!(t.write(|conn| subscriptions::insert(conn, 7, "bronze", "1")).await);
    let names = t.read(|conn| subscriptions::of_level(conn, 7, "1")).await;
    assert_eq!(names, ["gold", "silver", "bronze"]);
    assert_eq!(
        t.read(|conn| user_subscriptions::of_user(conn, 7, 3)).await[0].license_key.as_deref(),
        Some("KEY")
    );
    assert_eq!(t.user(7, "Cid").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_the_first_version_is_kept_sqlite() {
    data_of_the_first_version_is_kept(of_the_first_version(Place::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_the_first_version_is_kept_postgres() {
    data_of_the_first_version_is_kept(of_the_first_version(Place::postgres()).await).await;
}

/// Entries of the blacklist know why they are there: the ban of whom the row named, or a hand.
async fn the_blacklist_is_kept(place: Place) {
    let rows = "
        INSERT INTO users (app, id, username, username_folded, owner, created)
            VALUES (7, 3, 'Bob', 'bob', 'seller', 5);
        INSERT INTO blacklist VALUES (7, 'hwid', 'one', 'cheats', 10, 3), (7, 'ip', '192.0.2.1', '', 11, NULL),
            (7, 'hwid', 'two', 'lies', 12, 4), (8, 'hwid', 'one', 'elsewhere', 13, NULL);
        INSERT INTO whitelist VALUES (7, '192.0.2.2', 14);";
    let t = Fixture::open(place.made_by(3, rows)).await;
    let entry = |kind: &str, value: &str, source, text: &str, added| {
        let reason = Reason { source, text: text.into(), added, until: None };
        Blacklisted { kind: kind.into(), value: value.into(), reasons: vec![reason] }
    };
    let list = async |app| t.read(move |conn| access::blacklisted(conn, app, NOW)).await;
    let expected = [
        entry("hwid", "one", Source::Ban(Some("Bob".into())), "cheats", 10),
        entry("hwid", "two", Source::Ban(None), "lies", 12),
        entry("ip", "192.0.2.1", Source::Hand, "", 11),
    ];
    assert_eq!(list(7).await, expected);
    assert_eq!(list(8).await, [entry("hwid", "one", Source::Hand, "elsewhere", 13)]);
    let exempt = t.read(|conn| access::whitelisted(conn, 7, NOW)).await;
    assert_eq!(exempt, [Whitelisted { network: "192.0.2.2".into(), until: None }]);
    t.write(|conn| access::unblacklist_for(conn, 7, 3, Lift::All)).await;
    assert_eq!(list(7).await, expected[1..]);
    // What comes now is newer than all that was there.
    let again = Entry { kind: "hwid", value: "two", reason: "by hand", added: 1, until: None };
    t.write(move |conn| access::blacklist(conn, 7, &again)).await;
    assert_eq!(list(7).await[0].reason(), "by hand");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blacklist_is_kept_sqlite() {
    the_blacklist_is_kept(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_blacklist_is_kept_postgres() {
    the_blacklist_is_kept(Place::postgres()).await;
}

/// Whose a user is was read from who used a license: from then on it is who was made by one.
async fn users_are_of_those_whose_license_made_them(place: Place) {
    let rows = "
        INSERT INTO accounts (id, app, role, username, username_folded, email_hash, password, key_levels, permissions, created)
            VALUES (31, 7, 'Reseller', 'rita', 'rita', 'r', '', '', 0, 1), (32, 7, 'Reseller', 'olga', 'olga', 'o', '', '', 0, 1);
        INSERT INTO users (app, id, username, username_folded, owner, created) VALUES
            (7, 1, 'Ann', 'ann', 'rita', 5), (7, 2, 'Bob', 'bob', 'owner', 5), (7, 3, 'Cid', 'cid', 'olga', 9),
            (8, 1, 'Ann', 'ann', 'rita', 5);
        INSERT INTO licenses (app, id, key, key_folded, duration, status, level, genby, gendate, usedby, usedon)
            VALUES (7, 1, 'A', 'a', 60, 'Used', '1', 'rita', 4, 'Ann', 5),
                   (7, 2, 'B', 'b', 60, 'Used', '1', 'rita', 4, 'Bob', 5),
                   (7, 3, 'C', 'c', 60, 'Used', '1', 'rita', 4, 'Cid', 10),
                   (7, 4, 'D', 'd', 60, 'Used', '1', 'olga', 4, 'Cid', 9),
                   (7, 5, 'E', 'e', 60, 'Used', '1', 'rita', 4, 'Gone', 5),
                   (8, 1, 'F', 'f', 60, 'Used', '1', 'rita', 4, 'Ann', 5);";
    let t = Fixture::open(place.made_by(3, rows)).await;
    let of = async |maker| t.read(move |conn| own::users(conn, 7, maker, 0, 10)).await;
    assert_eq!((of(31).await, of(32).await), (vec![1], vec![3]));
    assert!(t.read(|conn| own::users(conn, 8, 31, 0, 10)).await.is_empty());
    assert!(t.read(|conn| own::has_user(conn, 7, 31, 1)).await);
    assert!(!t.read(|conn| own::has_user(conn, 7, 31, 2)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_of_those_whose_license_made_them_sqlite() {
    users_are_of_those_whose_license_made_them(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_of_those_whose_license_made_them_postgres() {
    users_are_of_those_whose_license_made_them(Place::postgres()).await;
}

/// A row of the blacklist named one ban, though others who are banned have the same device or address.
async fn shared_devices_are_kept_for_each_ban(place: Place) {
    let rows = r"
        INSERT INTO users (app, id, username, username_folded, owner, created, banned, hwids, ip) VALUES
            (7, 1, 'Ann', 'ann', 'seller', 5, 'rude', 'one', '192.0.2.1'),
            (7, 2, 'Bob', 'bob', 'seller', 5, 'lies', 'zéro
one
two
', '192.0.2.1'),
            (7, 3, 'Cid', 'cid', 'seller', 5, NULL, 'one', '192.0.2.1'),
            (7, 4, 'Dan', 'dan', 'seller', 5, 'stolen', 'hand', NULL),
            (7, 5, 'Eve', 'eve', 'seller', 5, 'none', '', ''),
            (8, 2, 'Bob', 'bob', 'seller', 5, 'lies', 'one', '192.0.2.1');
        INSERT INTO blacklist VALUES (7, 'hwid', 'one', 'rude', 10, 1), (7, 'ip', '192.0.2.1', 'rude', 10, 1),
            (7, 'hwid', 'zéro', 'lies', 11, 2), (7, 'hwid', 'hand', 'by hand', 12, NULL);";
    let t = Fixture::open(place.made_by(3, rows)).await;
    let values = async || -> Vec<String> {
        let list = t.read(|conn| access::blacklisted(conn, 7, NOW)).await;
        list.into_iter().map(|entry| entry.value).collect()
    };
    assert_eq!(values().await, ["hand", "one", "zéro", "192.0.2.1"]);
    let lift = async |user| t.write(move |conn| access::unblacklist_for(conn, 7, user, Lift::All)).await;
    lift(1).await;
    let list = t.read(|conn| access::blacklisted(conn, 7, NOW)).await;
    let source = Source::Ban(Some("Bob".into()));
    let reason = Reason { source, text: "lies".into(), added: 10, until: None };
    assert_eq!(list[1].reasons, [reason]);
    assert_eq!(values().await, ["hand", "one", "zéro", "192.0.2.1"], "Bob's as well");
    lift(2).await;
    assert_eq!(values().await, ["hand"], "what a hand added knew of no ban");
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_devices_are_kept_for_each_ban_sqlite() {
    shared_devices_are_kept_for_each_ban(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_devices_are_kept_for_each_ban_postgres() {
    shared_devices_are_kept_for_each_ban(Place::postgres()).await;
}

/// A shop's address is no customer's; who has logged in since has another, even if it is the same.
async fn the_address_of_a_shop_is_forgotten(place: Place) {
    let rows = "
        INSERT INTO users (app, id, username, username_folded, owner, created, last_login, ip) VALUES
            (7, 1, 'Ann', 'ann', 'seller', 5, 5, '192.0.2.1'),
            (7, 2, 'Bob', 'bob', 'seller', 5, 6, '192.0.2.1'),
            (7, 3, 'Cid', 'cid', 'seller', 5, 5, '192.0.2.2'),
            (8, 1, 'Ann', 'ann', 'seller', 5, 5, '192.0.2.1');
        INSERT INTO audit VALUES (7, 1, 5, 'abcd', 'activate', 'Ann KEY', '192.0.2.1', ''),
            (7, 2, 5, 'abcd', 'add', '-', '192.0.2.2', '');";
    let t = Fixture::open(place.made_by(3, rows)).await;
    let ip = async |app, id| t.read(move |conn| users::by_id(conn, app, id)).await.expect("a user").ip;
    assert_eq!(ip(7, 1).await, None);
    for (app, id, kept) in [(7, 2, "192.0.2.1"), (7, 3, "192.0.2.2"), (8, 1, "192.0.2.1")] {
        assert_eq!(ip(app, id).await.as_deref(), Some(kept));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_shop_is_forgotten_sqlite() {
    the_address_of_a_shop_is_forgotten(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_shop_is_forgotten_postgres() {
    the_address_of_a_shop_is_forgotten(Place::postgres()).await;
}

/// A database with three migrations, where names stand for what has numbers now.
async fn named(place: Place) -> Fixture {
    Fixture::open(place.made_by(3, include_str!("named.sql"))).await
}

/// Whose license it is after the migration.
async fn user_of(t: &Fixture, key: &'static str) -> Option<i64> {
    t.read(move |conn| licenses::by_key(conn, 7, key)).await.expect("a license").user
}

async fn names_become_numbers_where_making_and_use_agree(t: Fixture) {
    assert_eq!(user_of(&t, "ANN-1").await, Some(1));
    assert_eq!(user_of(&t, "ANN-OLD").await, None, "used before its user was made");
    assert_eq!(user_of(&t, "ZOË-1").await, Some(2));
    assert_eq!(user_of(&t, "ZOE-OLD").await, None, "another spelling is another user");
    assert_eq!(user_of(&t, "NOBODY").await, None);
    assert_eq!(user_of(&t, "UNUSED").await, None);
    assert_eq!(user_of(&t, "KEY-É").await, Some(3));
    let old = t.read(|conn| licenses::by_key(conn, 7, "ann-old")).await.expect("a license");
    assert_eq!((old.status, old.usedby.as_deref()), (LicenseStatus::Used, Some("Ann")));
    let there = t.read(|conn| licenses::by_key(conn, 8, "ANN-1")).await.expect("a license");
    assert_eq!(there.user, Some(1), "applications have numbers of their own");
    let by_license = async |id| t.read(move |conn| users::by_id(conn, 7, id)).await.expect("it").by_license;
    let all = [by_license(1).await, by_license(2).await, by_license(3).await, by_license(4).await];
    assert_eq!(all, [None, None, Some(5), Some(7)]);
    assert_eq!(by_license(5).await, Some(0), "the license is deleted, but its key signs in");
    let token =
        async |text: &'static str| t.write(move |conn| tokens::lock(conn, 7, text)).await.expect("it");
    // Renamed and banned, tokens follow their owners.
    t.write(|conn| {
        let ann = users::lock(conn, 7, 1)?.expect("Ann");
        users::rename(conn, 7, &ann, "Ánn")?;
        licenses::ban(conn, 7, 1_i64, "why")
    })
    .await;
    assert_eq!(token("t1").await.assigned, "Ánn");
    assert_eq!(token("t2").await.banned.as_deref(), Some("why"));
    assert_eq!(token("t6").await.assigned, "Somebody", "nobody's");
    let authors: Vec<_> = t.read(|conn| chat::messages(conn, 7, "talk")).await;
    let authors: Vec<_> = authors.iter().map(|said| (said.user, said.author.as_str())).collect();
    assert_eq!(authors, [(1, "Ánn"), (3, ""), (99, ""), (5, "")]);
}

async fn bans_get_a_reason_for_being_there(t: Fixture) {
    let bans = async |user| t.read(move |conn| user_bans::of_user(conn, 7, user)).await;
    let ban =
        |license, reason: &str| UserBan { license, reason: reason.into(), banned_at: 0, by_program: None };
    assert_eq!(bans(1).await, []);
    assert_eq!(bans(2).await, [ban(Some(3), "stolen")], "the license has the same reason");
    assert_eq!(bans(3).await, [ban(None, "rude")], "the license is not banned");
    assert_eq!(bans(4).await, [ban(Some(7), "")], "who has nothing but a banned license is banned with it");
    let shown = async |user| t.read(move |conn| users::by_id(conn, 7, user)).await.expect("a user").banned;
    assert_eq!([shown(1).await, shown(2).await], [None, Some("stolen".into())]);
    assert_eq!([shown(3).await, shown(4).await], [Some("rude".into()), Some(String::new())]);
    let banned = async |text: &'static str| {
        t.write(move |conn| tokens::lock(conn, 7, text)).await.expect("a token").banned
    };
    assert_eq!([banned("t3").await, banned("t4").await], [Some("stolen".into()), Some("stolen".into())]);
    assert_eq!(banned("t5").await.as_deref(), Some("the token"));
    t.write(|conn| {
        licenses::unban(conn, 7, 3_i64)?;
        user_bans::lift(conn, 7, 2, Lift::OfLicense(3))?;
        user_bans::lift(conn, 7, 3, Lift::All)
    })
    .await;
    assert_eq!([shown(2).await, shown(3).await], [None, None]);
    assert_eq!([banned("t3").await, banned("t4").await], [None, None]);
    assert_eq!(banned("t5").await.as_deref(), Some("the token"), "a ban of its own outlives the user's");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_become_numbers_sqlite() {
    names_become_numbers_where_making_and_use_agree(named(Place::sqlite()).await).await;
    bans_get_a_reason_for_being_there(named(Place::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_become_numbers_postgres() {
    names_become_numbers_where_making_and_use_agree(named(Place::postgres()).await).await;
    bans_get_a_reason_for_being_there(named(Place::postgres()).await).await;
}

/// An application had one seller key until names were given to them, perhaps with older secrets of it.
async fn the_seller_key_gets_a_name(place: Place) {
    let rows = "
        INSERT INTO owners VALUES (1, 'AAAAAAAAAA', 'Ann', 'ann', 'seller', NULL, NULL, 5);
        INSERT INTO apps VALUES (7, 1, 'A', 'a', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5),
            (8, 1, 'B', 'b', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5);
        INSERT INTO seller_keys VALUES (CAST('old' AS {bytes}), 7, '1111', 10, 2000000000),
            (CAST('new' AS {bytes}), 7, '2222', 20, NULL), (CAST('other' AS {bytes}), 8, '3333', 30, NULL);
        INSERT INTO seller_log VALUES (7, 1, 5, '192.0.2.1', '/api/seller/');";
    let t = Fixture::open(place.made_by(3, rows)).await;
    for (hash, app, created, hint, expires) in [
        ("old", 7, 10, "1111", Some(2_000_000_000)),
        ("new", 7, 10, "2222", None),
        ("other", 8, 30, "3333", None),
    ] {
        let found =
            t.read(move |conn| seller_keys::by_hash(conn, hash.as_bytes(), NOW)).await.expect("a key");
        assert_eq!((found.app, found.hint.as_str(), found.expires), (app, hint, expires));
        let NamedKey { id, name, rights, addresses, until, created: made, last_used, last_ip } = found.key;
        assert_eq!((id, name.as_str(), rights.as_str(), addresses.as_str()), (1, "main", "all", ""));
        assert_eq!((made, until, last_used, last_ip), (created, None, None, None));
    }
    let request = t.read(|conn| seller_log::page(conn, 7, &LogFilter::default(), 9)).await.remove(0);
    assert_eq!((request.entry.ip.as_str(), request.entry.status), ("192.0.2.1", None));
    // The next key of an application has a number of its own.
    let terms = KeyTerms { name: "bot".into(), rights: "read".into(), addresses: String::new(), until: None };
    let secret = KeySecret { hash: b"bot".into(), hint: "4444".into() };
    assert_eq!(t.write(move |conn| seller_keys::insert(conn, 7, &terms, &secret, NOW)).await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seller_key_gets_a_name_sqlite() {
    the_seller_key_gets_a_name(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seller_key_gets_a_name_postgres() {
    the_seller_key_gets_a_name(Place::postgres()).await;
}

/// Several programs start at once on a database that is empty still.
async fn open_at_once(place: Place) {
    let opened = join_all((0..6).map(|_| {
        let database = place.database();
        tokio::spawn(async move { Store::open(database, NOW).await })
    }))
    .await;
    let stores: Vec<_> = opened.into_iter().map(|store| store.expect("no panic").expect("a store")).collect();
    let t = Fixture { store: stores[0].clone(), place };
    let rows = migrations(&t).await;
    assert!((1..).zip(&rows).all(|(number, row)| row.0 == number));
    let app = t.app().await;
    t.session(app, NOW + 60).await;
    drop(stores);
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_first_opens_sqlite() {
    for _ in 0..5 {
        open_at_once(Place::sqlite()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_first_opens_postgres() {
    for _ in 0..3 {
        open_at_once(Place::postgres()).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let t = Fixture::open(Place::sqlite()).await;
    t.owner("Ann").await;
    let Place::Sqlite(folder) = &t.place else { panic!("a folder") };
    let files: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert!(files.len() > 1, "there is a log beside the file");
    for file in files {
        let file = file.expect("a file");
        let mode = file.metadata().expect("a mode").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("text");
    std::fs::write(&file, "not a database\n".repeat(1000)).expect("a file");
    let refused = Store::open(Database::Sqlite(file), NOW).await.err().expect("a refusal");
    assert!(refused.to_string().starts_with("SQLite: "), "{refused}");
    let missing = folder.path().join("no such folder/claviger.db");
    Store::open(Database::Sqlite(missing), NOW).await.err().expect("a refusal");
    let refused = Store::open(Database::Postgres("postgres://host:port/".into()), NOW).await;
    let refused = refused.err().expect("a refusal");
    assert!(matches!(refused, StoreError::Configuration(_)), "{refused:?}");
    assert!(refused.to_string().starts_with("the PostgreSQL address is malformed: "), "{refused}");
    let refused = Store::open(Database::Postgres("postgres://h/x?sslmode=verify-full".into()), NOW).await;
    let refused = refused.err().expect("a refusal");
    assert!(refused.to_string().contains("`?sslmode=require` behind it for TLS"), "{refused}");
}
