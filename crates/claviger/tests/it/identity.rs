//! Who a license belongs to, what a ban of it reaches, and what others see of a key. On both databases.

use crate::support::postgres::Database;
use crate::support::vendor::{PASS, failure, success};
use crate::support::{ALL_VERSIONS, App, HWID, Server, Session, assert_json};

const BANNED: &str = "The user is banned";
const KEY_BANNED: &str = "Your license is banned";

fn on_both(test: fn(&Server)) {
    test(&Server::start());
    let database = Database::create();
    test(&Server::start_on(&database.url));
}

/// A license of a day.
fn license(app: &App) -> String {
    app.add_license("expiry=1")
}

/// A session in which a user has just registered; the license that was used.
fn register(app: &App, name: &str) -> (Session, String) {
    let (session, key) = (app.init("1.2"), license(app));
    session.register(name, PASS, &key);
    (session, key)
}

/// The answer of the Seller API is this success.
fn done(app: &App, query: &str, message: &str) {
    assert_json(&app.seller(&format!("type={query}")), 200, &success(message));
}

fn ban(app: &App, query: &str) {
    done(app, &format!("ban&{query}"), "Successfully banned license!");
}

fn unban(app: &App, key: &str) {
    done(app, &format!("unban&key={key}"), "Successfully unbanned license!");
}

fn ban_user(app: &App, user: &str, reason: &str) {
    done(app, &format!("banuser&user={user}&reason={reason}"), "Successfully banned user!");
}

/// The reason that is told of a user's ban.
fn reason(app: &App, user: &str) -> Option<String> {
    app.userdata(user)["banned"].as_str().map(String::from)
}

/// What `getkey` answers.
fn key_of(app: &App, user: &str, key: Option<&str>) {
    let expected = key
        .map_or_else(|| failure("License not found"), |key| format!(r#"{{"success":true,"key":"{key}"}}"#));
    for kind in ["getkey", "getkeyfromuser"] {
        assert_json(&app.seller(&format!("type={kind}&user={user}")), 200, &expected);
    }
}

fn status(app: &App, key: &str) -> String {
    app.seller(&format!("type=keydata&key={key}")).json()["status"].as_str().expect("a status").into()
}

/// All ways on which a user may go.
fn delete_alice(server: &Server, app: &App, way: usize) {
    match way {
        0 => done(app, "deluser&user=ALICE", "Successfully deleted user!"),
        1 => {
            app.seller("type=subtract&user=alice&sub=default&seconds=864000");
            done(app, "delexpusers", "Successfully deleted expired users!");
        }
        2 => done(app, "delallusers", "Successfully deleted all users!"),
        _ => drop(server.cli.ok(&["user", "delete", &app.path(), "alice", "--yes"])),
    }
}

#[test]
fn a_license_belongs_to_its_user_and_to_nobody_else_of_the_name() {
    on_both(|server| {
        for way in 0..4 {
            let app = &server.create_app(&format!("app {way}"));
            let (gone, old) = register(app, "alice");
            key_of(app, "alice", Some(&old));
            delete_alice(server, app, way);
            gone.is_dead();
            key_of(app, "alice", None);
            app.add_user("Alice");
            key_of(app, "alice", None);
            app.seller("type=deluser&user=alice");
            let (session, new) = register(app, "alice");
            key_of(app, "ALICE", Some(&new));
            // The device that has just been bound is no business of the old license.
            let info = app.seller(&format!("type=info&key={old}")).json();
            assert_eq!([&info["hwid"], &info["usedby"], &info["status"]], ["", "alice", "Used"], "{info}");
            assert_eq!(app.seller(&format!("type=info&key={new}")).json()["hwid"], HWID);

            ban(app, &format!("key={old}&reason=stolen&userToo=1"));
            assert_eq!(reason(app, "alice"), None);
            session.is_validated();
            ban_user(app, "alice", "rude");
            unban(app, &old);
            assert_eq!(reason(app, "alice").as_deref(), Some("rude"));
            done(app, "unbanuser&user=alice", "Successfully unbanned user!");
            done(app, &format!("del&key={old}&userToo=1"), "Successfully deleted license!");
            done(app, "verifyuser&user=alice", "User Successfully Verified");
            done(app, &format!("delmultiple&key={new}&userToo=1"), "Successfully deleted license(s)");
            assert_json(&app.seller("type=verifyuser&user=alice"), 406, &failure("User Not Found"));
        }
    });
}

#[test]
fn a_license_stays_with_a_user_who_takes_another_name() {
    on_both(|server| {
        let app = &server.app;
        let (session, first) = register(app, "alice");
        session.call("changeUsername", &[("newUsername", "Zoë")]);
        let (stranger, second) = register(app, "alice");
        done(
            app,
            "editusername&currentUsername=zoë&newUsername=carol",
            "Successfully changed username, user logged out!",
        );
        key_of(app, "carol", Some(&first));
        key_of(app, "alice", Some(&second));
        let usedby = |key: &str| app.seller(&format!("type=keydata&key={key}")).json()["usedby"].clone();
        assert_eq!([usedby(&first), usedby(&second)], ["carol", "alice"]);
        let listed = server.cli.json(&["license", "list", &app.path(), "--json"]);
        let listed = listed.as_array().expect("a list").iter().find(|row| row["key"] == first.as_str());
        assert_eq!(listed.expect("the license")["used_by"], "carol");
        ban(app, &format!("key={first}&reason=stolen&userToo=1"));
        assert_eq!(
            [reason(app, "carol").as_deref(), reason(app, "alice").as_deref()],
            [Some("stolen"), None]
        );
        stranger.is_validated();
    });
}

#[test]
fn lifting_a_licenses_ban_lifts_what_that_ban_did_and_no_more() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        let (_, key) = register(app, "alice");
        let renewal = license(app);
        done(app, &format!("assignkey&user=alice&key={renewal}"), "Successfully Assigned Key To User!");
        let bare = license(app);
        let is = |expected: Option<&str>| assert_eq!(reason(app, "alice").as_deref(), expected);
        ban_user(app, "alice", "rude");
        for other in [&key, &renewal, &bare] {
            unban(app, other);
            is(Some("rude"));
            ban(app, &format!("key={other}&reason=stolen"));
            is(Some("rude"));
            unban(app, other);
            is(Some("rude"));
        }
        // Each ban goes by itself, whichever way it came; the newest that is left is told.
        ban(app, &format!("key={key}&reason=first&userToo=1"));
        is(Some("first"));
        server.cli.ok(&["license", "ban", &path, &renewal, "--reason", "second", "--user-too"]);
        is(Some("second"));
        let shown = server.cli.json(&["user", "show", &path, "alice", "--json"]);
        let bans: Vec<_> = shown["bans"].as_array().expect("a list").iter().collect();
        let bans: Vec<_> =
            bans.iter().map(|ban| (ban["reason"].as_str(), ban["with_license"].as_bool())).collect();
        let expected = [("second", true), ("first", true), ("rude", false)];
        assert_eq!(bans, expected.map(|(reason, with)| (Some(reason), Some(with))));
        server.cli.ok(&["license", "unban", &path, &renewal]);
        is(Some("first"));
        unban(app, &renewal);
        is(Some("first"));
        unban(app, &key);
        is(Some("rude"));
        done(app, "unbanuser&user=alice", "Successfully unbanned user!");
        is(None);
        assert_json(&app.seller("type=unbanuser&user=alice"), 200, &failure("Failed to unban user!"));
        // All at once: the user is free, the licenses are not.
        for key in [&key, &renewal] {
            ban(app, &format!("key={key}&reason=stolen&user_too=true"));
        }
        server.cli.ok(&["user", "unban", &path, "alice"]);
        is(None);
        assert_eq!([status(app, &key), status(app, &renewal)], ["Banned", "Banned"]);
        for key in [&key, &renewal] {
            unban(app, key);
            assert_eq!(status(app, key), "Used");
        }
    });
}

#[test]
fn a_banned_license_no_longer_signs_in() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        for version in ALL_VERSIONS {
            let (key, fresh) = (license(app), license(app));
            let session = app.init(version);
            session.license(&key);
            let expiry = app.expiry(&key, 0);
            ban(app, &format!("key={key}&reason=stolen"));
            session.is_dead();
            server.cli.ok(&["license", "ban", &path, &fresh, "--reason", "leaked"]);
            let session = app.init(version);
            for key in [&key, &key.to_uppercase(), &fresh] {
                session.fails(&session.call("license", &[("key", key), ("hwid", HWID)]), KEY_BANNED);
            }
            let login = [("username", key.as_str()), ("pass", &key), ("hwid", HWID)];
            session.fails(&session.call("login", &login), BANNED);
            let bob = [("username", "bob"), ("pass", PASS), ("key", &key), ("hwid", HWID)];
            session.fails(&session.call("register", &bob), KEY_BANNED);
            session.is_unvalidated();
            // The device is nobody's fault.
            session.fails(&session.call("checkblacklist", &[("hwid", HWID)]), "Client is not blacklisted");
            unban(app, &key);
            session.license(&key);
            session.is_validated();
            assert_eq!(app.expiry(&key, 0), expiry);
        }
    });
}

#[test]
fn a_banned_license_signs_in_on_no_other_way_either() {
    on_both(|server| {
        let app = &server.app;
        for version in ALL_VERSIONS {
            let [key, named, other] = [license(app), license(app), license(app)];
            let mail = format!("{}@example.com", key.to_lowercase());
            app.init(version).license(&key);
            done(app, &format!("editemail&user={key}&email={mail}"), "Successfully changed email!");
            app.init(version).register(&named, PASS, &named);
            app.init(version).register(&format!("alice {version}"), PASS, &other);
            for banned in [&key, &named, &other] {
                ban(app, &format!("key={banned}&reason=stolen"));
            }
            for user in [&key, &named] {
                done(app, &format!("unbanuser&user={user}"), "Successfully unbanned user!");
            }
            let session = app.init(version);
            let login = |kind: &str, name: &str, value: &str, pass: &str| {
                session.call(kind, &[(name, value), ("pass", pass), ("hwid", HWID)])
            };
            let in_capitals = key.to_uppercase();
            for (kind, name, value, pass) in [
                ("login", "username", &key, key.as_str()),
                ("login", "username", &in_capitals, &key),
                ("login", "username", &key, "a wrong one"),
                ("login", "username", &named, PASS),
                ("loginEmail", "email", &mail, &key),
                ("license", "key", &key, &key),
            ] {
                session.fails(&login(kind, name, value, pass), KEY_BANNED);
            }
            session.is_unvalidated();
            // A name of one's own is a way in of one's own.
            done(
                app,
                &format!("editusername&currentUsername={key}&newUsername=dora{version}"),
                "Successfully changed username, user logged out!",
            );
            assert_eq!(app.login_says(&format!("alice {version}"), HWID), "Logged in!");
            login("login", "username", &format!("dora{version}"), &key);
            session.is_validated();
            // The user's own ban is told first.
            ban_user(app, &named, "rude");
            let session = app.init(version);
            let named_in = [("username", named.as_str()), ("pass", PASS), ("hwid", HWID)];
            session.fails(&session.call("login", &named_in), BANNED);
            done(app, &format!("unbanuser&user={named}"), "Successfully unbanned user!");
        }
    });
}

#[test]
fn a_users_own_ban_is_told_where_the_license_is_not_banned() {
    on_both(|server| {
        let app = &server.app;
        let key = license(app);
        app.init("1.2").license(&key);
        ban_user(app, &key, "rude");
        let session = app.init("1.2");
        let sign_in = || session.call("license", &[("key", &key), ("hwid", "another-device-of-nobody")]);
        session.fails(&sign_in(), BANNED);
        ban(app, &format!("key={key}&reason=stolen"));
        session.fails(&sign_in(), KEY_BANNED);
        unban(app, &key);
        session.fails(&sign_in(), BANNED);
        done(app, &format!("unbanuser&user={key}"), "Successfully unbanned user!");
        session.license(&key);
    });
}

#[test]
fn who_has_a_password_goes_on_without_the_license() {
    on_both(|server| {
        let app = &server.app;
        for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
            let name = format!("alice{n}");
            let (_, key) = register(app, &name);
            let session = app.init(version);
            session.call("login", &[("username", &name), ("pass", PASS), ("hwid", HWID)]);
            ban(app, &format!("key={key}&reason=stolen"));
            session.is_validated();
            assert_eq!(reason(app, &name), None);
            let other = app.init(version);
            other.fails(&other.call("license", &[("key", &key), ("hwid", HWID)]), KEY_BANNED);
            assert_eq!(app.login_says(&name, HWID), "Logged in!");
        }
        let (session, key) = register(app, "carol");
        ban(app, &format!("key={key}&reason=stolen&userToo=1"));
        session.is_dead();
        assert_eq!(reason(app, "carol").as_deref(), Some("stolen"));
    });
}

#[test]
fn a_renewal_is_not_what_one_signs_in_with() {
    on_both(|server| {
        let app = &server.app;
        let [key, renewal] = [license(app), license(app)];
        let session = app.init("1.3");
        session.license(&key);
        let upgraded = session.call("upgrade", &[("username", &key), ("key", &renewal)]);
        session.succeeds(&upgraded, "Upgraded successfully", "");
        ban(app, &format!("key={renewal}&reason=stolen"));
        session.is_validated();
        // With a name of their own, users have a way in of their own.
        done(
            app,
            &format!("editusername&currentUsername={key}&newUsername=dora"),
            "Successfully changed username, user logged out!",
        );
        let session = app.init("1.3");
        session.call("login", &[("username", "dora"), ("pass", &key), ("hwid", HWID)]);
        ban(app, &format!("key={key}&reason=stolen"));
        session.is_validated();
    });
}

#[test]
fn nothing_is_spent_on_a_banned_user() {
    on_both(|server| {
        let app = &server.app;
        register(app, "alice");
        let (key, before) = (license(app), app.expiry("alice", 0));
        ban_user(app, "alice", "rude");
        for version in ALL_VERSIONS {
            let session = app.init(version);
            for name in ["alice", "ALICE"] {
                session.fails(&session.call("upgrade", &[("username", name), ("key", &key)]), BANNED);
            }
        }
        let assign = format!("assignkey&user=alice&key={key}");
        let refused = failure("Failed to upgrade!(aka assign key)");
        assert_json(&app.seller(&format!("type={assign}")), 200, &refused);
        assert_eq!(status(app, &key), "Not Used");
        assert_eq!(app.expiry("alice", 0), before);
        app.seller("type=unbanuser&user=alice");
        done(app, &assign, "Successfully Assigned Key To User!");
        assert_eq!(app.expiry("alice", 0), before + 86_400);
    });
}

/// Names of who said something in the channel `talk`, as this session is told.
fn authors(session: &Session) -> Vec<String> {
    let reply = session.call("chatget", &[("channel", "talk")]).json();
    let messages = reply["messages"].as_array().unwrap_or_else(|| panic!("{reply}")).iter();
    messages.map(|said| said["author"].as_str().expect("a name").to_owned()).collect()
}

fn say(session: &Session) {
    let said = session.call("chatsend", &[("channel", "talk"), ("message", "hi")]);
    session.succeeds(&said, "Successfully sent chat message", "");
}

fn online(session: &Session) -> Vec<String> {
    let reply = session.call("fetchOnline", &[]).json();
    let users = reply["users"].as_array().unwrap_or_else(|| panic!("{reply}")).iter();
    users.map(|user| user["credential"].as_str().expect("a name").to_owned()).collect()
}

/// `user-` and twelve hexadecimal digits.
fn assert_made_up(name: &str) {
    let digits = name.strip_prefix("user-").unwrap_or_else(|| panic!("{name}"));
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    assert!(digits.len() == 12 && digits.bytes().all(hex), "{name}");
}

#[test]
fn others_never_see_a_key() {
    on_both(|server| {
        let app = &server.app;
        server.cli.ok(&["chat", "add", &app.path(), "talk"]);
        let [first, second] = [license(app), license(app)];
        let (alice, _) = register(app, "alice");
        let [one, two] = [app.init("1.1"), app.init("1.3")];
        one.license(&first);
        two.license(&second);
        for session in [&alice, &one, &two, &one] {
            say(session);
        }
        let seen = authors(&alice);
        assert_eq!(seen[0], "alice");
        seen[1..].iter().for_each(|name| assert_made_up(name));
        assert!(seen[1] == seen[3] && seen[1] != seen[2], "{seen:?}");
        for session in [&alice, &one, &two] {
            assert_eq!(authors(session), seen, "always the same, for everybody");
            let mut expected = vec!["alice".to_owned(), seen[1].clone(), seen[2].clone()];
            expected.sort();
            assert_eq!(online(session), expected);
        }
        // The vendor sees who it is.
        let rows = app.rows("fetchallsessions", "sessions");
        assert!([&first, &second].iter().all(|key| rows.iter().any(|row| row["credential"] == key.as_str())));
        // A name of one's own is for everybody; what the deleted said stays theirs.
        one.call("changeUsername", &[("newUsername", "bob")]);
        app.seller(&format!("type=deluser&user={second}"));
        assert_eq!(authors(&alice), ["alice", "bob", &seen[2], "bob"]);
        app.seller(&format!("type=del&key={second}"));
        assert_eq!(authors(&alice)[2], seen[2]);
    });
}

#[test]
fn a_key_as_name_is_as_secret_however_it_was_registered() {
    on_both(|server| {
        let app = &server.app;
        server.cli.ok(&["chat", "add", &app.path(), "talk"]);
        let [first, second] = [license(app), license(app)];
        let session = app.init("1.2");
        session.register(&first, PASS, &first);
        say(&session);
        let activation = [("user", second.as_str()), ("key", &second.to_uppercase()), ("pass", &second)];
        assert_eq!(app.sell("activate", &activation).json()["message"], "Logged in!");
        let other = app.init("1.2");
        other.license(&second);
        say(&other);
        authors(&session).iter().chain(&online(&session)).for_each(|name| assert_made_up(name));
        ban(app, &format!("key={first}"));
        session.is_dead();
    });
}

#[test]
fn a_tokens_own_ban_outlives_its_users() {
    on_both(|server| {
        let (app, path) = (&server.app, server.app.path());
        let (_, key) = register(app, "alice");
        let token = |of: &str| {
            let all = server.cli.json(&["token", "list", &path, "--json"]);
            let found = all.as_array().expect("a list").iter().find(|row| row["assigned"] == of);
            found.expect("a token").clone()
        };
        let text = |of: &str| token(of)["token"].as_str().expect("a text").to_owned();
        let (of_alice, of_key) = (text("alice"), text(&key));
        ban_user(app, "alice", "rude");
        ban(app, &format!("key={key}&reason=stolen"));
        assert_eq!([&token("alice")["banned"], &token(&key)["banned"]], ["rude", "stolen"]);
        assert_eq!(
            server.cli.ok(&["token", "unban", &path, &of_alice]),
            "the token of alice stays refused: its user is banned\n"
        );
        for token in [&of_alice, &of_key] {
            server.cli.ok(&["token", "ban", &path, token, "--reason", "copied"]);
        }
        app.seller("type=unbanuser&user=alice");
        unban(app, &key);
        assert_eq!([&token("alice")["banned"], &token(&key)["banned"]], ["copied", "copied"]);
        let unbanned = server.cli.ok(&["token", "unban", &path, &of_alice]);
        assert_eq!(unbanned, "unbanned the token of alice\n");
        assert!(token("alice")["banned"].is_null());
        // Whoever comes after alice gets a token of their own.
        app.seller("type=deluser&user=alice");
        register(app, "alice");
        assert_ne!(text("alice"), of_alice);
    });
}
