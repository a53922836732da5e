//! Taking over what another server had: many rows in a statement, and how far it is.

use claviger_domain::{LicenseStatus, NEVER, Subscription};
use claviger_store::{
    Conn, Result, StoreError, licenses, params,
    takeover::{
        self, Kind, Known, TakenLicense, TakenSubscription, TakenUser, TakenVariable, add_licenses,
        add_subscriptions, add_user_variables, add_users, forget_made, hold_upto, known, named_by_key,
        named_by_lost_key, set_token, set_upto, upto, user_variables_of,
    },
    tokens, user_bans, user_subscriptions, users,
    variables::{self, UserVariable},
};

use crate::support::{Fixture, NOW, both};

both![
    users_come_with_tokens_and_bans,
    who_is_there_stays,
    many_come_at_once,
    licenses_tell_their_users,
    who_signs_in_by_a_license_has_no_password,
    a_token_that_is_somebody_elses_stays,
    what_users_had_comes_once,
    how_far_it_is_goes_with_the_rows,
    what_was_made_is_forgotten_in_slices,
    of_two_runs_each_begins_where_the_other_is,
];

fn user(name: &str) -> TakenUser {
    TakenUser {
        username: name.into(),
        password: Some("hash".into()),
        hwids: Some("device".into()),
        email_hash: Some("mail".into()),
        ip: Some("192.0.2.1".into()),
        owner: "maker".into(),
        created: 7,
        last_login: Some(8),
        cooldown: Some(9),
        banned: None,
        token: format!("token of {name}"),
    }
}

fn license(key: &str) -> TakenLicense {
    TakenLicense {
        key: key.into(),
        duration: 60,
        status: LicenseStatus::Used,
        level: "2".into(),
        note: Some("note".into()),
        genby: "maker".into(),
        gendate: 7,
        usedon: Some(8),
        usedby: None,
        user: None,
        banned: None,
        token: format!("token of {key}"),
    }
}

async fn add(t: &Fixture, app: i64, new: Vec<TakenUser>) -> Vec<Option<i64>> {
    t.write(move |conn| add_users(conn, app, "source", &new)).await
}

async fn users_come_with_tokens_and_bans(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let banned = TakenUser { banned: Some("why".into()), password: None, ..user("Bob") };
    let added = add(&t, app, vec![user("Ann"), banned]).await;
    let [Some(ann), Some(bob)] = added[..] else { panic!("{added:?}") };
    let (found, bans, token) = t
        .read(move |conn| {
            let found = users::by_name(conn, app, "ANN")?.expect("Ann");
            Ok((found, user_bans::of_user(conn, app, bob)?, tokens::of_owner(conn, app, tokens::USER, ann)?))
        })
        .await;
    assert_eq!(
        (found.id, found.username.as_str(), found.password.as_deref(), found.owner.as_str()),
        (ann, "Ann", Some("hash"), "maker")
    );
    assert_eq!((found.created, found.last_login, found.cooldown), (7, Some(8), Some(9)));
    assert_eq!(token.expect("a token").token, "token of Ann");
    assert_eq!(bans.iter().map(|ban| ban.reason.as_str()).collect::<Vec<_>>(), ["why"]);
    let bob = t.read(move |conn| users::by_name(conn, app, "bob")).await.expect("Bob");
    assert_eq!((bob.password, bob.banned.as_deref()), (None, Some("why")));
    assert!(t.read(move |conn| users::by_name(conn, other, "Ann")).await.is_none());
}

async fn who_is_there_stays(t: Fixture) {
    let app = t.app().await;
    let there = t.user(app, "Ann").await;
    let added = add(&t, app, vec![user("ANN"), user("Bob"), user("bob")]).await;
    let [None, Some(bob), None] = added[..] else { panic!("{added:?}") };
    let ann = t.read(move |conn| users::by_name(conn, app, "Ann")).await.expect("Ann");
    assert_eq!((ann.id, ann.username.as_str(), ann.password), (there, "Ann", None));
    // Known are those who are there; ours who came of this very export.
    for (source, ours) in [("source", true), ("another", false)] {
        let names = ["ann", "BOB", "carol"];
        let found = t.read(move |conn| known(conn, app, Kind::User, source, &names)).await;
        assert_eq!(found.get("Ann"), Some(Known { id: there, ours: false }), "{source}");
        assert_eq!(found.get("Bob"), Some(Known { id: bob, ours }), "{source}");
        assert_eq!(found.get("carol"), None);
    }
    let licenses = t.read(move |conn| known(conn, app, Kind::License, "source", &["ann"])).await;
    assert_eq!(licenses.get("ann"), None);
}

async fn many_come_at_once(t: Fixture) {
    const MANY: usize = 333;
    let app = t.app().await;
    t.user(app, "user100").await;
    let added = add(&t, app, (0..MANY).map(|n| user(&format!("user{n}"))).collect()).await;
    assert_eq!(added.len(), MANY);
    assert!(added.iter().enumerate().all(|(n, id)| id.is_some() == (n != 100)), "{added:?}");
    // Each number is that of the user of the same place.
    let ids: Vec<i64> = [0, 99, 101, 332].iter().map(|n| added[*n].expect("a number")).collect();
    let names = t
        .read(move |conn| {
            ids.iter()
                .map(|id| Ok(users::by_id(conn, app, *id)?.expect("a user").username))
                .collect::<Result<Vec<_>>>()
        })
        .await;
    assert_eq!(names, ["user0", "user99", "user101", "user332"]);
    assert_eq!(t.read(move |conn| tokens::all(conn, app, 1000)).await.len(), MANY - 1);
    assert!(add(&t, app, Vec::new()).await.is_empty());
}

async fn licenses_tell_their_users(t: Fixture) {
    let app = t.app().await;
    let ann = t.user(app, "Ann").await;
    let used = TakenLicense { usedby: Some("Ann".into()), user: Some(ann), ..license("USED") };
    let banned = TakenLicense { status: LicenseStatus::Banned, banned: Some("why".into()), ..license("BAD") };
    let endless = TakenLicense { duration: NEVER, status: LicenseStatus::NotUsed, ..license("FREE") };
    let new = vec![used, banned, endless, license("used")];
    let added = t.write(move |conn| add_licenses(conn, app, "source", &new)).await;
    assert_eq!(added.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, true, false]);
    let find =
        async |key: &'static str| t.read(move |conn| licenses::by_key(conn, app, key)).await.expect(key);
    let found = find("used").await;
    assert_eq!(
        (found.id, found.user, found.usedby.as_deref()),
        (added[0].expect("one"), Some(ann), Some("Ann"))
    );
    assert_eq!(
        (found.level.as_str(), found.note.as_deref(), found.gendate, found.usedon),
        ("2", Some("note"), 7, Some(8))
    );
    let bad = find("BAD").await;
    assert_eq!((bad.status, bad.banned.as_deref()), (LicenseStatus::Banned, Some("why")));
    assert_eq!(find("FREE").await.duration, NEVER);
}

async fn who_signs_in_by_a_license_has_no_password(t: Fixture) {
    let app = t.app().await;
    let nobodys = |name: &str| TakenUser { password: Some("nobody's".into()), ..user(name) };
    let added = add(&t, app, vec![nobodys("KEY"), user("OTHER"), nobodys("LOST")]).await;
    let ids: Vec<i64> = added.into_iter().flatten().collect();
    let (key, lost) = (ids.clone(), vec![ids[2]]);
    let licenses = t
        .write(move |conn| {
            let new = [("KEY", key[0]), ("OTHER", key[1])];
            let new = new.map(|(name, user)| TakenLicense {
                user: Some(user),
                usedby: Some(name.into()),
                ..license(name)
            });
            let added = add_licenses(conn, app, "source", &new)?;
            named_by_key(conn, app, &key[..2], "nobody's")?;
            named_by_lost_key(conn, app, &lost, "nobody's")?;
            // Whoever has one already keeps it.
            named_by_lost_key(conn, app, &key[..2], "hash")?;
            Ok(added)
        })
        .await;
    let mut found = Vec::new();
    for id in ids {
        let user = t.read(move |conn| users::by_id(conn, app, id)).await.expect("a user");
        found.push((user.by_license, user.password));
    }
    // Who has a password goes on with it.
    assert_eq!(found, [(licenses[0], None), (licenses[1], Some("hash".into())), (Some(0), None)]);
}

async fn a_token_that_is_somebody_elses_stays(t: Fixture) {
    let app = t.app().await;
    let ids: Vec<i64> = add(&t, app, vec![user("Ann"), user("Bob")]).await.into_iter().flatten().collect();
    let (ann, bob) = (ids[0], ids[1]);
    let set = async |id: i64, token: &'static str| {
        t.write(move |conn| set_token(conn, app, (Kind::User, id), token, Some("why"), Some("hash"))).await
    };
    assert!(set(ann, "had before").await);
    assert!(set(ann, "had before").await, "it is the own one");
    assert!(!set(bob, "had before").await);
    let of =
        async |id| t.read(move |conn| tokens::of_owner(conn, app, tokens::USER, id)).await.expect("a token");
    let (ann, bob) = (of(ann).await, of(bob).await);
    assert_eq!(
        (ann.token.as_str(), ann.banned.as_deref(), ann.hash.as_deref()),
        ("had before", Some("why"), Some("hash"))
    );
    assert_eq!((bob.token.as_str(), bob.banned), ("token of Bob", None));
}

async fn what_users_had_comes_once(t: Fixture) {
    let app = t.app().await;
    let (ann, bob) = (t.user(app, "Ann").await, t.user(app, "Bob").await);
    let variable = |user, name: &str, value: &str| TakenVariable {
        user,
        variable: UserVariable { name: name.into(), value: value.into(), read_only: true },
    };
    let first = vec![variable(ann, "colour", "red"), variable(bob, "colour", "blue")];
    t.write(move |conn| add_user_variables(conn, app, &first)).await;
    let again = vec![variable(ann, "colour", "green"), variable(ann, "size", "small")];
    t.write(move |conn| add_user_variables(conn, app, &again)).await;
    let mut has = t.read(move |conn| variables::all_of_user(conn, app, ann)).await;
    has.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(has.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["red", "small"]);
    let names = t.read(move |conn| user_variables_of(conn, app, &[ann, bob])).await;
    assert_eq!(names.len(), 3);
    assert!(names.contains(&(bob, "colour".into())));

    let had =
        |name: &str, state| TakenSubscription { user: ann, name: name.into(), state, license_key: None };
    let paused = Subscription::Paused { left: 5, by: claviger_domain::Pauser::Vendor };
    let new = vec![had("gold", Subscription::Until(99)), had("silver", paused)];
    t.write(move |conn| add_subscriptions(conn, app, &new)).await;
    let has = t.read(move |conn| user_subscriptions::of_user(conn, app, ann)).await;
    let told: Vec<_> = has.iter().map(|one| (one.subscription.as_str(), one.expires, one.paused)).collect();
    assert_eq!(told, [("gold", 99, false), ("silver", 5, true)]);
}

async fn how_far_it_is_goes_with_the_rows(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    let fails = move |conn: &mut Conn<'_>| {
        add_users(conn, app, "source", &[user("Ann")])?;
        set_upto(conn, app, "source", "users", 1, NOW)?;
        Err::<(), _>(StoreError::Closed)
    };
    assert!(t.store.db().write(fails).await.is_err());
    assert_eq!(t.read(move |conn| upto(conn, app, "source", "users")).await, 0);
    assert!(t.read(move |conn| users::by_name(conn, app, "Ann")).await.is_none());
    for rows in [250, 500] {
        t.write(move |conn| set_upto(conn, app, "source", "users", rows, NOW)).await;
        assert_eq!(t.read(move |conn| upto(conn, app, "source", "users")).await, rows);
    }
    for (app, source, table) in
        [(other, "source", "users"), (app, "another", "users"), (app, "source", "keys")]
    {
        assert_eq!(t.read(move |conn| upto(conn, app, source, table)).await, 0, "{source} {table}");
    }
}

async fn what_was_made_is_forgotten_in_slices(t: Fixture) {
    let (app, other) = (t.app().await, t.app().await);
    add(&t, app, (0..5).map(|n| user(&format!("user{n}"))).collect()).await;
    add(&t, other, vec![user("Ann")]).await;
    t.write(move |conn| add_users(conn, app, "another", &[user("Bob")])).await;
    t.write(move |conn| add_licenses(conn, app, "source", &[license("KEY")])).await;
    let forget = async || t.write(move |conn| forget_made(conn, app, "source", 4)).await;
    assert!(forget().await);
    assert!(forget().await);
    assert!(!forget().await);
    let left = "SELECT COUNT(*) FROM takeover_rows WHERE app = $1";
    for (app, count) in [(app, 1), (other, 1)] {
        let row = t.read(move |conn| conn.query_one(left, params![app])).await.expect("a row");
        assert_eq!(row.get::<i64>(0).expect("a number"), count);
    }
    let found = t.read(move |conn| known(conn, app, Kind::User, "source", &["user0"])).await;
    assert!(!found.get("user0").expect("a user").ours);
    assert!(!t.read(move |conn| takeover::is_busy(conn, app)).await);
}

async fn of_two_runs_each_begins_where_the_other_is(t: Fixture) {
    let app = t.app().await;
    let slice = async || {
        let slice = move |conn: &mut Conn<'_>| {
            let upto = hold_upto(conn, app, "source", "users", NOW)?;
            set_upto(conn, app, "source", "users", upto + 1, NOW)?;
            Ok::<_, StoreError>(upto)
        };
        t.store.db().write(slice).await.expect("a slice")
    };
    let mut from = futures_util::future::join_all((0..8).map(|_| slice())).await;
    from.sort_unstable();
    assert_eq!(from, (0..8).collect::<Vec<_>>());
}
