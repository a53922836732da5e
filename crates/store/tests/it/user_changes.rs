//! Changes of users: names, devices, bans, e-mail, two-factor sign-in, and their end.

use claviger_domain::{LicenseStatus, Pauser, Subscription};
use claviger_store::{
    Conn, Range, Result,
    chat::{self, Message},
    licenses::{self, LicenseFilter, NewLicenses},
    params,
    password_resets::{self, Reset},
    sessions::shared,
    tokens::{self, Owner},
    user_bans::{self, UserBan},
    user_subscriptions,
    users::{self, Totp, User},
    variables::{self, UserVariable},
};

use crate::support::{Fixture, NOW, both};

both![
    a_new_name_goes_wherever_it_is_kept,
    a_name_may_change_its_case,
    whose_name_was_a_key_may_take_one_of_his_own,
    who_signs_in_by_license_is_known_online,
    a_license_is_its_users_and_not_its_names,
    a_taken_name_is_refused,
    two_factor_states_are_kept,
    devices_and_addresses_are_set,
    users_are_found_by_email,
    pages_come_in_order,
    a_deleted_user_leaves_nothing,
    a_subscription_can_be_paused_and_moved,
];

async fn by_name(t: &Fixture, app: i64, name: &'static str) -> Option<User> {
    t.read(move |conn| users::by_name(conn, app, name)).await
}

async fn user(t: &Fixture, app: i64, id: i64) -> User {
    t.write(move |conn| users::lock(conn, app, id)).await.expect("a user")
}

fn add_used_license(conn: &mut Conn<'_>, app: i64, key: &str, user: i64, by: &str) -> Result<i64> {
    let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
    let license = licenses::insert(conn, app, key, &new)?.expect("a free key");
    licenses::used(conn, app, license, user, by, NOW)?;
    Ok(license)
}

async fn a_new_name_goes_wherever_it_is_kept(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        for (key, id, name) in [("KEY 1", ann, "Ann"), ("KEY 2", bob, "Bob")] {
            add_used_license(conn, app, key, id, name)?;
            let message = Message { user: id, author: name.into(), message: key.into(), sent: NOW };
            chat::say(conn, app, "general", &message)?;
            tokens::insert(conn, app, key, Owner { kind: tokens::USER, id, name })?;
        }
        let old = users::lock(conn, app, ann)?.expect("a user");
        users::rename(conn, app, &old, "Cíd")
    })
    .await;
    assert_eq!(by_name(&t, app, "Ann").await, None);
    assert_eq!(by_name(&t, app, "CÍD").await.map(|user| (user.id, user.username)), Some((ann, "Cíd".into())));
    let messages = t.read(move |conn| chat::messages(conn, app, "general")).await;
    assert_eq!(messages.iter().map(|message| &message.author).collect::<Vec<_>>(), ["Cíd", "Bob"]);
    let used_by = async |key| t.write(move |conn| licenses::lock_by_key(conn, app, key)).await;
    assert_eq!(used_by("key 1").await.and_then(|license| license.usedby).as_deref(), Some("Cíd"));
    assert_eq!(used_by("key 2").await.and_then(|license| license.usedby).as_deref(), Some("Bob"));
    let tokens = t.read(move |conn| tokens::all(conn, app, 10)).await;
    assert_eq!(tokens.iter().map(|token| &token.assigned).collect::<Vec<_>>(), ["Bob", "Cíd"]);
}

/// A user called by the key of the license that the user came from, with a message in the channel `general`.
async fn user_by_license(t: &Fixture, app: i64, key: &'static str) -> User {
    let id = t.user(app, key).await;
    t.write(move |conn| {
        let license = add_used_license(conn, app, key, id, key)?;
        conn.execute(
            "UPDATE users SET by_license = $3 WHERE app = $1 AND id = $2",
            params![app, id, license],
        )?;
        let message = Message { user: id, author: String::new(), message: "hi".into(), sent: NOW };
        chat::say(conn, app, "general", &message)
    })
    .await;
    user(t, app, id).await
}

async fn whose_name_was_a_key_may_take_one_of_his_own(t: Fixture) {
    let app = t.app().await;
    let author = async || t.read(move |conn| chat::messages(conn, app, "general")).await[0].author.clone();
    let old = user_by_license(&t, app, "KEY-É").await;
    let id = old.id;
    assert_eq!(old.by_license, Some(1));
    t.write(move |conn| users::rename(conn, app, &old, "key-é")).await;
    let same = user(&t, app, id).await;
    assert_eq!((same.by_license, author().await.as_str()), (Some(1), ""), "it is the key still");
    t.write(move |conn| users::rename(conn, app, &same, "Ann")).await;
    assert_eq!((user(&t, app, id).await.by_license, author().await.as_str()), (None, "Ann"));
}

async fn who_signs_in_by_license_is_known_online(t: Fixture) {
    let app = t.app().await;
    let (ann, by_license) = (t.user(app, "Ann").await, user_by_license(&t, app, "KEY").await);
    for (id, name) in [(ann, "Ann"), (by_license.id, "KEY")] {
        let session = t.session(app, NOW + 60).await;
        assert!(t.sign_in(app, session, id, name).await);
    }
    let online = t.read(move |conn| shared::online(conn, app, NOW, 10)).await;
    let seen: Vec<_> = online.iter().map(|user| (user.user, user.name.as_str(), user.by_license)).collect();
    assert_eq!(seen, [(ann, "Ann", false), (by_license.id, "KEY", true)]);
}

async fn a_license_is_its_users_and_not_its_names(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let [old, elsewhere] = [t.user(app, "Ann").await, t.user(other, "Ann").await];
    t.write(move |conn| {
        add_used_license(conn, app, "FIRST", old, "Ann")?;
        add_used_license(conn, other, "THEIRS", elsewhere, "Ann")?;
        users::delete_range(conn, app, Range::one(old))
    })
    .await;
    let new = t.user(app, "Ann").await;
    let first = async |user| t.read(move |conn| licenses::first_of_user(conn, app, user)).await;
    assert_eq!(first(new).await, None);
    t.write(move |conn| add_used_license(conn, app, "SECOND", new, "Ann")).await;
    t.write(move |conn| add_used_license(conn, app, "THIRD", new, "Ann")).await;
    assert_eq!(first(new).await.map(|license| license.key), Some("SECOND".into()));
    t.write(move |conn| {
        let user = users::lock(conn, app, new)?.expect("a user");
        users::rename(conn, app, &user, "Cid")
    })
    .await;
    let by_key = async |key| t.read(move |conn| licenses::by_key(conn, app, key)).await.expect("a license");
    let [gone, renamed] = [by_key("FIRST").await, by_key("SECOND").await];
    assert_eq!((gone.user, gone.usedby.as_deref()), (Some(old), Some("Ann")));
    assert_eq!((renamed.user, renamed.usedby.as_deref()), (Some(new), Some("Cid")));
}

async fn a_name_may_change_its_case(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    let old = user(&t, app, ann).await;
    t.write(move |conn| users::rename(conn, app, &old, "ANN")).await;
    assert_eq!(by_name(&t, app, "ann").await.map(|user| user.username), Some("ANN".into()));
}

async fn a_taken_name_is_refused(t: Fixture) {
    let app = t.app().await;
    let [ann, _bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let old = user(&t, app, ann).await;
    let rename = move |conn: &mut Conn<'_>| users::rename(conn, app, &old, "BOB");
    t.store.db().write(rename).await.expect_err("the name is taken");
    assert_eq!(user(&t, app, ann).await.username, "Ann");
}

async fn two_factor_states_are_kept(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    let pending = Totp { pending: Some(vec![0, 255]), pending_until: Some(NOW), ..Totp::default() };
    let on = Totp { secret: Some(b"secret".into()), step: Some(7), ..Totp::default() };
    for (state, is_on) in [(pending, false), (on, true), (Totp::default(), false)] {
        let new = state.clone();
        t.write(move |conn| users::set_totp(conn, app, ann, &new)).await;
        let found = user(&t, app, ann).await.totp;
        assert_eq!((&found, found.is_on()), (&state, is_on));
        assert_eq!(user(&t, app, bob).await.totp, Totp::default());
    }
}

async fn devices_and_addresses_are_set(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        users::set_hwids(conn, app, ann, Some("one\ntwo"))?;
        users::set_email(conn, app, ann, Some("mail"))
    })
    .await;
    let found = user(&t, app, ann).await;
    assert_eq!(found.hwids.as_deref(), Some("one\ntwo"));
    assert_eq!(found.email_hash.as_deref(), Some("mail"));
    let other = user(&t, app, bob).await;
    assert_eq!((other.hwids, other.email_hash), (None, None));
    t.write(move |conn| {
        users::set_hwids(conn, app, ann, None)?;
        users::set_email(conn, app, ann, None)
    })
    .await;
    let found = user(&t, app, ann).await;
    assert_eq!((found.hwids, found.email_hash), (None, None));
}

async fn users_are_found_by_email(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    let found = async |hashes: [&'static str; 2]| {
        let users = t.read(move |conn| users::by_email(conn, app, hashes)).await;
        users.into_iter().map(|user| user.username).collect::<Vec<_>>()
    };
    for (name, hash) in [("Ann", "new"), ("Bob", "old"), ("Cid", "old"), ("Dan", "old")] {
        let id = t.user(app, name).await;
        t.write(move |conn| users::set_email(conn, app, id, Some(hash))).await;
    }
    t.user(app, "Eve").await;
    let there = t.user(other, "Ann").await;
    t.write(move |conn| users::set_email(conn, other, there, Some("there"))).await;
    assert_eq!(found(["new", "import"]).await, ["Ann"]);
    assert_eq!(found(["import", "new"]).await, ["Ann"]);
    assert_eq!(found(["new", "old"]).await, ["Ann", "Bob"], "two say that it is not unique");
    assert!(found(["there", ""]).await.is_empty());
}

async fn pages_come_in_order(t: Fixture) {
    let [app, other] = [t.app().await, t.app().await];
    t.user(other, "elsewhere").await;
    for name in ["Cid", "Ann", "Bob"] {
        t.user(app, name).await;
    }
    let page = async |after, limit| {
        let users = t.read(move |conn| users::page(conn, app, after, limit)).await;
        users.into_iter().map(|user| user.username).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 2).await, ["Cid", "Ann"]);
    assert_eq!(page(2, 2).await, ["Bob"]);
    assert!(page(3, 2).await.is_empty());
    t.write(move |conn| {
        ["A", "B", "C"].into_iter().try_for_each(|key| add_used_license(conn, app, key, 2, "Ann").map(drop))
    })
    .await;
    let keys = t.read(move |conn| licenses::page(conn, app, &LicenseFilter::default(), 1, 5)).await;
    assert_eq!(keys.into_iter().map(|license| license.key).collect::<Vec<_>>(), ["B", "C"]);
    assert!(
        t.read(move |conn| licenses::page(conn, other, &LicenseFilter::default(), 0, 5)).await.is_empty()
    );
}

async fn a_deleted_user_leaves_nothing(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        for (user, hash) in [(ann, b"ann"), (bob, b"bob")] {
            user_subscriptions::give(conn, app, user, "gold", Subscription::Until(NOW + 60), None)?;
            let variable = UserVariable { name: "name".into(), value: "value".into(), read_only: true };
            variables::set_of_user(conn, app, user, &variable)?;
            chat::mute(conn, app, user, NOW + 60)?;
            password_resets::insert(conn, hash, Reset { app, user }, NOW, NOW + 60)?;
            tokens::add_login(conn, app, hash, user, NOW + 60)?;
            user_bans::put(
                conn,
                app,
                user,
                &UserBan { license: None, reason: "why".into(), banned_at: NOW, by_program: Some(false) },
            )?;
        }
        add_used_license(conn, app, "KEY", ann, "Ann")
    })
    .await;
    let rows = async |user| {
        let tables = [
            "user_subscriptions",
            "user_variables",
            "user_bans",
            "chat_mutes",
            "password_resets",
            "login_tokens",
        ];
        t.read(move |conn| {
            let count = |table| {
                let sql = format!("SELECT COUNT(*) FROM {table} WHERE app = $1 AND user_id = $2");
                conn.query_one(&sql, params![app, user])?.expect("a row").get::<i64>(0)
            };
            tables.into_iter().map(count).collect::<Result<Vec<_>>>()
        })
        .await
    };
    assert_eq!(rows(ann).await, [1; 6]);
    t.write(move |conn| users::delete_range(conn, app, Range::one(ann))).await;
    assert_eq!(by_name(&t, app, "Ann").await, None);
    assert_eq!(rows(ann).await, [0; 6]);
    assert_eq!(rows(bob).await, [1; 6]);
    let license = t.write(move |conn| licenses::lock_by_key(conn, app, "KEY")).await.expect("a license");
    assert_eq!(license.status, LicenseStatus::Used, "the license stays used");
    assert!(t.user(app, "ann").await > bob, "numbers are not used again");
}

async fn a_subscription_can_be_paused_and_moved(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    t.write(move |conn| {
        user_subscriptions::give(conn, app, ann, "gold", Subscription::Until(NOW + 60), None)?;
        user_subscriptions::give(conn, app, ann, "silver", Subscription::Until(NOW + 60), None)
    })
    .await;
    let all = async || t.read(move |conn| user_subscriptions::of_user(conn, app, ann)).await;
    let first = all().await[0].id;
    let paused = Subscription::Paused { left: 60, by: Pauser::App };
    t.write(move |conn| user_subscriptions::set(conn, app, ann, first, paused)).await;

    assert_eq!(all().await[0].state(), paused);
    let runs = Subscription::Until(NOW + 120);
    t.write(move |conn| user_subscriptions::set(conn, app, ann, first, runs)).await;
    let found = all().await;
    assert_eq!((found[0].paused, found[0].expires), (false, NOW + 120));
    assert_eq!((found[1].paused, found[1].expires), (false, NOW + 60));
}
