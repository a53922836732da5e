//! Names in other characters, and those that an older release kept.

use claviger_store::{
    accounts, apps, chat,
    licenses::{self, NewLicenses},
    owners, users, variables,
};

use crate::support::{Fixture, NOW, Place, both};

both![other_spellings_are_the_same_name, a_name_is_taken_in_every_spelling];

/// Composed, decomposed, in capitals, wide, with blanks and invisible characters around it.
const SPELLINGS: [&str; 7] = [
    "Zo\u{EB} X",
    "Zoe\u{308} X",
    "ZOE\u{308} X",
    "ｚｏｅ\u{308}\u{3000}Ｘ",
    "zo\u{EB}  x",
    "\u{A0}Zo\u{EB} X\u{200B}",
    "\u{FEFF}Zo\u{200D}\u{EB} X",
];

async fn user(t: &Fixture, app: i64, name: &str) -> Option<String> {
    let name = name.to_owned();
    let found = t.read(move |conn| users::by_name(conn, app, &name)).await;
    found.map(|user| user.username)
}

async fn license(t: &Fixture, app: i64, key: &str) -> Option<String> {
    let key = key.to_owned();
    t.read(move |conn| licenses::spelling(conn, app, &key)).await
}

fn new_user(username: &str) -> users::NewUser<'_> {
    users::NewUser {
        username,
        password: None,
        hwids: None,
        email_hash: None,
        ip: None,
        owner: "seller",
        any_device: false,
        created: NOW,
        last_login: None,
        made_with: None,
        by_license: None,
    }
}

async fn other_spellings_are_the_same_name(t: Fixture) {
    let app = t.app().await;
    t.user(app, SPELLINGS[1]).await;
    t.user(app, "Zoe X").await;
    let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
    assert!(t.write(move |conn| licenses::insert(conn, app, SPELLINGS[1], &new)).await.is_some());
    t.owner(SPELLINGS[1]).await;
    for name in SPELLINGS {
        assert_eq!(user(&t, app, name).await.as_deref(), Some(SPELLINGS[1]), "{name:?}");
        assert_eq!(license(&t, app, name).await.as_deref(), Some(SPELLINGS[1]), "{name:?}");
        let owner = t.read(move |conn| owners::by_name(conn, name)).await;
        assert_eq!(owner.expect("an owner").name, SPELLINGS[1]);
        assert!(t.write(move |conn| owners::set_role(conn, name, claviger_domain::Role::Seller)).await);
    }
    assert_eq!(user(&t, app, "zoe x").await.as_deref(), Some("Zoe X"));
}

async fn a_name_is_taken_in_every_spelling(t: Fixture) {
    let app = t.app().await;
    let first = t.user(app, SPELLINGS[0]).await;
    for name in SPELLINGS {
        assert_eq!(t.write(move |conn| users::insert(conn, app, &new_user(name))).await, None, "{name:?}");
        assert!(t.read(move |conn| users::is_taken(conn, app, name, first + 1)).await);
        assert!(!t.read(move |conn| users::is_taken(conn, app, name, first)).await);
        let new = NewLicenses { duration: 60, level: "1", note: None, genby: "seller", gendate: NOW };
        let added = t.write(move |conn| licenses::insert(conn, app, name, &new)).await;
        assert_eq!(added.is_some(), name == SPELLINGS[0], "{name:?}");
    }
}

/// Rows as the last release kept them: names that are one today, some of them twice.
const OLD: &str = "
    INSERT INTO owners VALUES (1, 'AAAAAAAAAA', 'Zoe\u{308}', 'zoe\u{308}', 'seller', NULL, NULL, 5);
    INSERT INTO apps VALUES
        (7, 1, 'Lo\u{200B}ader', 'lo\u{200B}ader', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5),
        (8, 1, 'Loader', 'loader', CAST('' AS {bytes}), CAST('' AS {bytes}), '{}', 0, 5);
    INSERT INTO session_generations VALUES (7, 1), (8, 1);
    INSERT INTO counters VALUES (7, 'users', 9);
    INSERT INTO users (app, id, username, username_folded, owner, created) VALUES
        (7, 1, 'Zoe\u{308}', 'zoe\u{308}', 'seller', 5),
        (7, 2, 'ZO\u{CB}', 'zo\u{EB}', 'seller', 5),
        (7, 3, 'Ａｎｎ', 'ａｎｎ', 'seller', 5),
        (7, 4, 'An\u{200B}n', 'an\u{200B}n', 'seller', 5),
        (7, 5, 'Bob', 'bob', 'seller', 5),
        (7, 6, ' Cid  X', ' cid  x', 'seller', 5),
        (7, 7, 'ΣΑΣ', 'σας', 'seller', 5),
        (7, 8, 'a\nb', 'a\nb', 'seller', 5),
        (8, 1, 'Zoe\u{308}', 'zoe\u{308}', 'seller', 5);
    INSERT INTO licenses (app, id, key, key_folded, duration, status, level, genby, gendate) VALUES
        (7, 1, ' AB-1 ', ' ab-1 ', 60, 'Not Used', '1', 'seller', 5),
        (7, 2, 'U\u{308}-2', 'u\u{308}-2', 60, 'Not Used', '1', 'seller', 5);
    INSERT INTO accounts (id, app, role, username, username_folded, email_hash, password, key_levels, permissions,
        created) VALUES (1, 7, 'manager', 'Jose\u{301}', 'jose\u{301}', 'x', 'x', 'N/A', 1, 5);
    INSERT INTO chat_channels VALUES (7, ' lobby ', 0), (7, '  news', 0), (7, 'news', 0);
    INSERT INTO variables VALUES (7, ' motd', 'x', 0);
    INSERT INTO user_variables VALUES (7, 1, ' rank ', ' x ', 0), (7, 2, ' rank ', 'y', 0);";

async fn old_names_are_found(t: Fixture) {
    for (name, found) in [
        // Each of two finds its own, as it was spelled.
        ("Zoe\u{308}", Some("Zoe\u{308}")),
        ("zoe\u{308}", Some("Zoe\u{308}")),
        ("ZO\u{CB}", Some("ZO\u{CB}")),
        ("zo\u{EB}", Some("ZO\u{CB}")),
        ("ａｎｎ", Some("Ａｎｎ")),
        ("an\u{200B}n", Some("An\u{200B}n")),
        // What was free goes to the first of them.
        ("ann", Some("Ａｎｎ")),
        ("BOB", Some("Bob")),
        ("Cid X", Some(" Cid  X")),
        (" cid  x", Some(" Cid  X")),
        ("σας", Some("ΣΑΣ")),
        ("ΣΑΣ", Some("ΣΑΣ")),
        ("a\nb", Some("a\nb")),
        ("Zoe", None),
    ] {
        assert_eq!(user(&t, 7, name).await.as_deref(), found, "{name:?}");
    }
    assert_eq!(user(&t, 8, "ZO\u{CB}").await.as_deref(), Some("Zoe\u{308}"));
    for (key, found) in [("ab-1", " AB-1 "), ("\u{DC}-2", "U\u{308}-2"), ("u\u{308}-2", "U\u{308}-2")] {
        assert_eq!(license(&t, 7, key).await.as_deref(), Some(found), "{key:?}");
    }
    let account = t.write(|conn| accounts::lock_by_name(conn, "JOS\u{C9}")).await;
    assert_eq!(account.expect("an account").username, "Jose\u{301}");
    for (owner, name, id) in
        [("ZO\u{CB}", "loader", 8), ("Zoe\u{308}", "LOADER", 8), ("zo\u{EB}", "lo\u{200B}ader", 7)]
    {
        let app = t.read(move |conn| apps::by_owner_name(conn, owner, name)).await;
        assert_eq!(app.expect("an application").id, id, "{owner}/{name:?}");
        let app = t.read(move |conn| apps::by_owner_id(conn, "AAAAAAAAAA", name)).await;
        assert_eq!(app.expect("an application").id, id, "{name:?}");
    }
    let channels = t.read(|conn| chat::channels(conn, 7)).await;
    let mut names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["  news", "lobby", "news"]);
    assert!(t.read(|conn| variables::get(conn, 7, "motd")).await.is_some());
    for user in [1, 2] {
        let of_user = t.read(move |conn| variables::all_of_user(conn, 7, user)).await;
        assert_eq!(of_user[0].name, "rank");
    }
}

/// No new user gets a name that is an old one's, in its old form or the new one; and a rename ends what was odd.
async fn old_names_are_taken_until_renamed(t: Fixture) {
    for name in ["zo\u{EB}", "Zoe\u{308}", "Ann", "An\u{200B}n", "an\u{200D}n", "cid x", " Cid  X", "σας"]
    {
        assert_eq!(t.write(move |conn| users::insert(conn, 7, &new_user(name))).await, None, "{name:?}");
        assert!(t.read(move |conn| users::is_taken(conn, 7, name, 0)).await, "{name:?}");
    }
    let zoe = t.write(|conn| users::lock(conn, 7, 1)).await.expect("a user");
    assert!(t.read(|conn| users::is_taken(conn, 7, "zo\u{EB}", 1)).await);
    t.write(move |conn| users::rename(conn, 7, &zoe, "Zoe\u{308} 2")).await;
    assert_eq!(user(&t, 7, "ZO\u{CB} 2").await.as_deref(), Some("Zoe\u{308} 2"));
    assert_eq!(user(&t, 7, "Zoe\u{308}").await.as_deref(), Some("ZO\u{CB}"));
}

async fn old(place: Place) -> Fixture {
    Fixture::open(place.made_by(3, OLD)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn old_names_sqlite() {
    let t = old(Place::sqlite()).await;
    old_names_are_found(t).await;
    old_names_are_taken_until_renamed(old(Place::sqlite()).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_names_postgres() {
    let t = old(Place::postgres()).await;
    old_names_are_found(t).await;
    old_names_are_taken_until_renamed(old(Place::postgres()).await).await;
}
