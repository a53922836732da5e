//! Changes of users: names, devices, bans, e-mail, two-factor sign-in, and their end.

use claviger_domain::LicenseStatus;
use claviger_store::{
    Conn, Range, Result,
    chat::{self, Message},
    licenses::{self, LicenseFilter, NewLicenses},
    params,
    password_resets::{self, Reset},
    tokens, user_subscriptions,
    users::{self, Totp, User},
    variables::{self, UserVariable},
};

use crate::support::{Fixture, NOW, both};

both![
    a_new_name_goes_wherever_it_is_kept,
    a_name_may_change_its_case,
    a_taken_name_is_refused,
    two_factor_states_are_kept,
    bans_devices_and_addresses_are_set,
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

fn add_used_license(conn: &mut Conn<'_>, app: i64, key: &str, by: &str) -> Result<()> {
    let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
    assert!(licenses::insert(conn, app, key, &new)?);
    let license = licenses::lock_by_key(conn, app, key)?.expect("a license");
    licenses::used(conn, app, license.id, by, NOW)
}

async fn a_new_name_goes_wherever_it_is_kept(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        for (key, id, name) in [("KEY 1", ann, "Ann"), ("KEY 2", bob, "Bob")] {
            add_used_license(conn, app, key, name)?;
            chat::say(
                conn,
                app,
                "general",
                id,
                &Message { author: name.into(), message: key.into(), sent: NOW },
            )?;
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

async fn bans_devices_and_addresses_are_set(t: Fixture) {
    let app = t.app().await;
    let [ann, bob] = [t.user(app, "Ann").await, t.user(app, "Bob").await];
    t.write(move |conn| {
        users::set_banned(conn, app, ann, Some("why"))?;
        users::set_hwids(conn, app, ann, Some("one\ntwo"))?;
        users::set_email(conn, app, ann, Some("mail"))
    })
    .await;
    let found = user(&t, app, ann).await;
    assert_eq!(found.banned.as_deref(), Some("why"));
    assert_eq!(found.hwids.as_deref(), Some("one\ntwo"));
    assert_eq!(found.email_hash.as_deref(), Some("mail"));
    let other = user(&t, app, bob).await;
    assert_eq!((other.banned, other.hwids, other.email_hash), (None, None, None));
    t.write(move |conn| {
        users::set_banned(conn, app, ann, None)?;
        users::set_hwids(conn, app, ann, None)?;
        users::set_email(conn, app, ann, None)
    })
    .await;
    let found = user(&t, app, ann).await;
    assert_eq!((found.banned, found.hwids, found.email_hash), (None, None, None));
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
        ["A", "B", "C"].into_iter().try_for_each(|key| add_used_license(conn, app, key, "Ann"))
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
            user_subscriptions::insert(conn, app, user, "gold", NOW + 60, None)?;
            let variable = UserVariable { name: "name".into(), value: "value".into(), read_only: true };
            variables::set_of_user(conn, app, user, &variable)?;
            chat::mute(conn, app, user, NOW + 60)?;
            password_resets::insert(conn, hash, Reset { app, user }, NOW, NOW + 60)?;
            tokens::add_login(conn, app, hash, user, NOW + 60)?;
        }
        add_used_license(conn, app, "KEY", "Ann")
    })
    .await;
    let rows = async |user| {
        let tables =
            ["user_subscriptions", "user_variables", "chat_mutes", "password_resets", "login_tokens"];
        t.read(move |conn| {
            let count = |table| {
                let sql = format!("SELECT COUNT(*) FROM {table} WHERE app = $1 AND user_id = $2");
                conn.query_one(&sql, params![app, user])?.expect("a row").get::<i64>(0)
            };
            tables.into_iter().map(count).collect::<Result<Vec<_>>>()
        })
        .await
    };
    assert_eq!(rows(ann).await, [1; 5]);
    t.write(move |conn| users::delete_range(conn, app, Range::one(ann))).await;
    assert_eq!(by_name(&t, app, "Ann").await, None);
    assert_eq!(rows(ann).await, [0; 5]);
    assert_eq!(rows(bob).await, [1; 5]);
    let license = t.write(move |conn| licenses::lock_by_key(conn, app, "KEY")).await.expect("a license");
    assert_eq!(license.status, LicenseStatus::Used, "the license stays used");
    assert!(t.user(app, "ann").await > bob, "numbers are not used again");
}

async fn a_subscription_can_be_paused_and_moved(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    t.write(move |conn| {
        user_subscriptions::insert(conn, app, ann, "gold", NOW + 60, None)?;
        user_subscriptions::insert(conn, app, ann, "silver", NOW + 60, None)
    })
    .await;
    let all = async || t.read(move |conn| user_subscriptions::of_user(conn, app, ann)).await;
    let first = all().await[0].id;
    t.write(move |conn| user_subscriptions::set_paused(conn, app, ann, first, true, 60)).await;
    assert_eq!((all().await[0].paused, all().await[0].expires), (true, 60));
    t.write(move |conn| user_subscriptions::set_paused(conn, app, ann, first, false, NOW + 90)).await;
    t.write(move |conn| user_subscriptions::set_expires(conn, app, ann, first, NOW + 120)).await;
    let found = all().await;
    assert_eq!((found[0].paused, found[0].expires), (false, NOW + 120));
    assert_eq!((found[1].paused, found[1].expires), (false, NOW + 60));
}
