//! The types that change all users at once, few and many (`docs/protocol/seller.md`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::vendor::{failure, success};
use crate::support::{
    App, HWID, OTHER_HWID, Seal, Server, Session, assert_json, assert_text, eventually, now,
};

const LOGGED_IN: &str = "Logged in!";
const NO_USER: &str = "Invalid username";
const PAUSED: &str = "Your subscription is paused and can't be used right now";
const EXPIRED: &str = "No active subscription(s) found";
const APP_PAUSED: &str = "Application is currently paused, please wait for the developer to say otherwise.";
const DAY: i64 = 86_400;

/// More than are changed in one go.
const MANY: usize = 3000;

fn ok(app: &App, query: &str, message: &str) {
    assert_json(&app.seller(&format!("type={query}")), 200, &success(message));
}

fn refuses(app: &App, query: &str, message: &str) {
    assert_json(&app.seller(&format!("type={query}")), 200, &failure(message));
    assert_text(&app.seller(&format!("type={query}&format=text")), 200, message);
}

fn delete_all(app: &App) {
    ok(app, "delallusers", "Successfully deleted all users!");
}

fn names(app: &App) -> Vec<String> {
    let rows = app.rows("fetchallusernames", "usernames").into_iter();
    rows.map(|row| row["username"].as_str().expect("a name").to_owned()).collect()
}

/// An application with users `alice`, `bob` and `carol`, each signed in, and another with an `alice`.
fn three() -> (Server, [Session; 3], Session) {
    let server = Server::start();
    let sessions = ["alice", "bob", "carol"].map(|user| {
        server.app.add_user(user);
        server.app.sign_in(user)
    });
    let other = server.create_app("other");
    other.add_user("alice");
    let theirs = other.sign_in("alice");
    (server, sessions, theirs)
}

#[test]
fn without_users_nothing_can_be_done() {
    let server = Server::start();
    let app = &server.app;
    server.create_app("other").add_user("alice");
    let session = app.init("1.2");
    for (query, message) in [
        ("delallusers", "Failed to delete all users!"),
        ("delexpusers", "You have no users!"),
        ("resetalluser", "Failed to reset all users!"),
        ("extend&user=all&sub=default&expiry=1", "User(s) not found!"),
        ("subtract&user=all&sub=default&seconds=1", "Failed to subtract from susbcriptions!"),
        ("setvar&user=all&var=a&data=b", "No users found!"),
        ("massUserVarDelete&name=a", "Failed to delete user variables with that name!"),
        ("pausesub&subscription=default", "Failed to pause subscription!"),
        ("unpausesub&subscription=default", "Failed to unpause subscription!"),
    ] {
        refuses(app, query, message);
        assert_eq!(app.seller_as("HEAD", &format!("type={query}")).status, 200);
    }
    session.is_unvalidated();
}

#[test]
fn delallusers() {
    let (server, sessions, theirs) = three();
    let app = &server.app;
    let (key, unvalidated) = (app.add_license("expiry=10"), app.init("1.2"));
    app.init("1.2").register("dave", "p", &key);
    ok(app, "setvar&user=all&var=a&data=b", "Successfully set variable!");
    ok(app, "muteuser&user=alice&time=9999", "Successfully muted user!");
    assert_eq!(app.seller_as("HEAD", "type=delallusers").status, 200);
    assert_eq!(names(app).len(), 4);
    delete_all(app);
    for session in &sessions {
        session.is_dead();
    }
    unvalidated.is_unvalidated();
    theirs.is_validated();
    assert_eq!(names(app), [""; 0]);
    for (kind, message) in [
        ("fetchallusers", "No users found"),
        ("fetchalluservars", "No user variables Found"),
        ("fetchallmutes", "No mutes found"),
    ] {
        assert_json(&app.seller(&format!("type={kind}")), 406, &failure(message));
    }
    let tokens = server.cli.json(&["token", "list", &app.path(), "--json"]);
    assert!(tokens.as_array().expect("a list").iter().all(|token| token["kind"] != "user"), "{tokens}");
    for user in ["alice", "bob", "carol"] {
        assert_eq!(app.login_says(user, HWID), NO_USER);
    }
    refuses(app, "delallusers", "Failed to delete all users!");
    assert_json(&app.seller("type=dellallusers"), 200, &failure("Type doesn't exist"));
    // Keys stay used.
    let reply = unvalidated.call("register", &[("username", "dave"), ("pass", "p"), ("key", &key)]);
    unvalidated.fails(&reply, "License key has already been used");
    app.add_user("alice");
    assert_text(&app.seller("type=DelAllUsers&format=text"), 200, "Successfully deleted all users!");
}

#[test]
fn delexpusers_spares_the_paused() {
    let (server, [alice, bob, carol], theirs) = three();
    let app = &server.app;
    app.add_user("dave");
    app.add_user("eve");
    refuses(app, "delexpusers", "No users are expired!");
    // Alice runs, Bob is paused, Carol and Eve have expired, Dave has nothing at all.
    ok(app, "pauseuser&username=bob", "Successfully paused user!");
    for user in ["carol", "eve"] {
        app.seller(&format!("type=subtract&user={user}&sub=default&seconds=999999"));
    }
    app.seller("type=delsub&user=dave&sub=default");
    ok(app, "setvar&user=all&var=a&data=b", "Successfully set variable!");
    carol.fails(&carol.call("check", &[]), EXPIRED);
    ok(app, "delexpusers", "Successfully deleted expired users!");
    carol.is_dead();
    alice.is_validated();
    theirs.is_validated();
    bob.fails(&bob.call("check", &[]), EXPIRED);
    assert_eq!(names(app), ["alice", "bob"]);
    assert_eq!(app.rows("fetchalluservars", "vars").len(), 2);
    assert_eq!(app.login_says("carol", HWID), NO_USER);
    refuses(app, "delexpusers", "No users are expired!");
    ok(app, "unpauseuser&username=bob", "Successfully unpaused user!");
    bob.is_validated();
    app.seller("type=subtract&user=bob&sub=default&seconds=999999");
    assert_text(&app.seller("type=DelExpUsers&format=text"), 200, "Successfully deleted expired users!");
}

#[test]
fn one_running_subscription_is_enough() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.seller("type=addsub&name=premium&level=2");
    app.seller("type=extend&user=alice&sub=premium&expiry=1");
    app.seller("type=subtract&user=alice&sub=default&seconds=999999");
    refuses(app, "delexpusers", "No users are expired!");
    assert_eq!(names(app), ["alice"]);
}

#[test]
fn resetalluser() {
    let (server, sessions, theirs) = three();
    let app = &server.app;
    let unvalidated = app.init("1.2");
    ok(app, "resetalluser", "Successfully reset all users!");
    for session in sessions {
        session.is_dead();
    }
    unvalidated.is_unvalidated();
    theirs.is_validated();
    assert!(app.rows("fetchallusers", "users").iter().all(|row| row["hwid"].is_null()));
    for user in ["alice", "bob", "carol"] {
        assert_eq!(app.login_says(user, OTHER_HWID), LOGGED_IN);
    }
    assert_eq!(theirs.app.userdata("alice")["hwid"], HWID);
    assert_text(&app.seller("type=ResetAllUser&format=text"), 200, "Successfully reset all users!");
    // To what they are already.
    ok(app, "resetalluser", "Successfully reset all users!");
}

/// When the n-th subscription of each user ends.
fn expiries(app: &App, n: usize) -> Vec<i64> {
    names(app).iter().map(|name| app.expiry(name, n)).collect()
}

#[test]
fn extend_and_subtract_for_all() {
    let (server, sessions, theirs) = three();
    let app = &server.app;
    let (before, other) = (expiries(app, 0), expiries(&theirs.app, 0));
    for (query, seconds) in [("all&expiry=2", 2 * DAY), ("ALL&expiry=0.5&activeOnly=1", 5 * DAY / 2)] {
        ok(app, &format!("extend&sub=default&user={query}"), "Successfully extended user(s)!");
        assert_eq!(expiries(app, 0), before.iter().map(|time| time + seconds).collect::<Vec<_>>());
    }
    ok(
        app,
        &format!("subtract&user=All&sub=default&seconds={}", 5 * DAY / 2),
        "Successfully subtracted time from subscription!",
    );
    assert_eq!(expiries(app, 0), before);
    // Those who have it are prolonged once, the others get it.
    app.seller("type=addsub&name=premium&level=2");
    ok(app, "extend&user=bob&sub=premium&expiry=3", "Successfully extended user(s)!");
    let (start, of_bob) = (now(), app.expiry("bob", 1));
    ok(app, "extend&user=all&sub=premium&expiry=1", "Successfully extended user(s)!");
    let after = expiries(app, 1);
    assert_eq!(after[1], of_bob + DAY);
    for n in [0, 2] {
        assert!((start + DAY..=now() + DAY).contains(&after[n]), "{after:?}");
    }
    assert_eq!(expiries(app, 0), before);
    for session in &sessions {
        session.is_validated();
    }
    // It may end by it; the sessions do not.
    for sub in ["default", "premium"] {
        ok(
            app,
            &format!("subtract&user=all&sub={sub}&seconds=999999"),
            "Successfully subtracted time from subscription!",
        );
    }
    for session in &sessions {
        session.fails(&session.call("check", &[]), EXPIRED);
    }
    refuses(app, "extend&user=all&sub=default&expiry=1&activeOnly=1", "Failed to extend user(s)");
    refuses(app, "subtract&user=all&sub=default&seconds=1", "Failed to subtract from susbcriptions!");
    assert_eq!(expiries(&theirs.app, 0), other);
    theirs.is_validated();
}

#[test]
fn a_paused_subscription_keeps_the_time_of_all_who_have_it() {
    let (server, [alice, bob, _], theirs) = three();
    let app = &server.app;
    app.seller("type=addsub&name=premium&level=2");
    ok(app, "extend&user=bob&sub=premium&expiry=3", "Successfully extended user(s)!");
    let (before, premium, start) = (expiries(app, 0), app.expiry("bob", 1), now());
    ok(app, "pausesub&subscription=default", "Successfully paused subscription!");
    let paused = now();
    assert_eq!(["alice", "bob", "carol"].map(|user| app.login_says(user, HWID)), [PAUSED, LOGGED_IN, PAUSED]);
    alice.fails(&alice.call("check", &[]), EXPIRED);
    bob.is_validated();
    theirs.is_validated();
    for (left, before) in expiries(app, 0).iter().zip(&before) {
        assert!((before - paused..=before - start).contains(left), "{left}");
    }
    assert_eq!(app.expiry("bob", 1), premium);
    refuses(app, "pausesub&subscription=default", "Failed to pause subscription!");
    eventually("another second", || (now() > paused).then_some(()));
    let resumed = now();
    ok(app, "unpausesub&subscription=default", "Successfully unpaused subscription!");
    for (after, before) in expiries(app, 0).iter().zip(&before) {
        assert!((resumed - paused..=now() - start).contains(&(after - before)), "{after}");
    }
    alice.is_validated();
    refuses(app, "unpausesub&subscription=default", "Failed to unpause subscription!");
}

#[test]
fn a_paused_application_keeps_the_time_of_all() {
    let (server, [alice, bob, carol], theirs) = three();
    let app = &server.app;
    app.seller("type=subtract&user=carol&sub=default&seconds=999999");
    ok(app, "pauseuser&username=bob", "Successfully paused user!");
    let (before, start) = (expiries(app, 0), now());
    ok(app, "pauseapp", "Successfully paused application");
    let paused = now();
    for session in [&alice, &bob, &carol] {
        session.fails(&session.call("check", &[]), APP_PAUSED);
    }
    let init = app.client("1.2", "init", &[("ver", "1.0")]);
    app.assert_failure("1.2", &init, Seal::Key(&app.secret), APP_PAUSED);
    theirs.is_validated();
    let left = expiries(app, 0);
    assert!((before[0] - paused..=before[0] - start).contains(&left[0]), "{left:?}");
    assert_eq!(left[1..], before[1..]);
    refuses(app, "pauseapp", "Failed to pause application");
    // It is the application's pause, not his.
    refuses(app, "pauseuser&username=alice", "Failed to pause user!");
    eventually("another second", || (now() > paused).then_some(()));
    let resumed = now();
    ok(app, "unpauseapp", "Successfully unpaused application");
    let after = expiries(app, 0);
    assert!((resumed - paused..=now() - start).contains(&(after[0] - before[0])), "{after:?}");
    assert_eq!(after[1..], before[1..]);
    alice.is_validated();
    assert_eq!(
        ["alice", "bob", "carol"].map(|user| app.login_says(user, HWID)),
        [LOGGED_IN, PAUSED, EXPIRED]
    );
    refuses(app, "unpauseapp", "Failed to unpause application");
    ok(app, "unpauseuser&username=bob", "Successfully unpaused user!");
    bob.is_validated();
    assert_text(&app.seller("type=PauseApp&format=text"), 200, "Successfully paused application");
    assert_text(&app.seller("type=UnpauseApp&format=text"), 200, "Successfully unpaused application");
}

/// Values of a field, each once.
fn distinct(rows: &[Value], field: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[field].to_string()).collect()
}

/// The subscriptions of all users.
fn subscriptions(app: &App) -> Vec<Value> {
    let rows = app.rows("fetchallusers&include=subscriptions", "users").into_iter();
    rows.flat_map(|row| row["subscriptions"].as_array().expect("a list").clone()).collect()
}

#[test]
fn many_users_are_changed_completely() {
    let server = Server::start();
    let app = &server.app;
    let users = app.add_users(MANY);
    let before: i64 = subscriptions(app).iter().map(expiry).sum();

    ok(app, "setvar&user=all&var=a&data=one", "Successfully set variable!");
    ok(app, "setvar&user=all&var=a&data=two", "Successfully set variable!");
    let variables = app.rows("fetchalluservars", "vars");
    assert_eq!(distinct(&variables, "user").len(), MANY);
    assert_eq!(distinct(&variables, "data"), BTreeSet::from([r#""two""#.to_owned()]));
    ok(app, "massUserVarDelete&name=a", "Successfully deleted user variables with that name!");
    assert_eq!(app.seller("type=fetchalluservars").status, 406);

    ok(app, "extend&user=all&sub=default&expiry=1", "Successfully extended user(s)!");
    ok(app, "subtract&user=all&sub=default&seconds=400", "Successfully subtracted time from subscription!");
    let all = subscriptions(app);
    assert_eq!(all.len(), MANY);
    let count = i64::try_from(MANY).expect("a number");
    assert_eq!(all.iter().map(expiry).sum::<i64>(), before + count * (DAY - 400));

    for (pause, unpause) in
        [("pausesub&subscription=default", "unpausesub&subscription=default"), ("pauseapp", "unpauseapp")]
    {
        for (query, paused) in [(pause, "\"1\""), (unpause, "\"0\"")] {
            assert_eq!(app.seller(&format!("type={query}")).json()["success"], true);
            assert_eq!(
                distinct(&subscriptions(app), "paused"),
                BTreeSet::from([paused.to_owned()]),
                "{query}"
            );
        }
    }
    app.seller("type=addsub&name=premium&level=2");
    ok(app, "extend&user=all&sub=premium&expiry=1", "Successfully extended user(s)!");
    let premium = app.seller("type=countsubs&name=premium").json()["count"].clone();
    assert_eq!(premium, MANY);
    assert_eq!(distinct(&subscriptions(app), "id").len(), 2 * MANY);
    assert_eq!(names(app).into_iter().collect::<BTreeSet<_>>(), users.into_iter().collect());
}

fn expiry(row: &Value) -> i64 {
    row["expiry"].as_str().expect("a text").parse().expect("a number")
}

#[test]
fn many_users_are_reset_at_once() {
    let server = Server::start();
    let app = &server.app;
    let users = app.add_users(MANY);
    let some = [0, MANY / 2, MANY - 1].map(|n| {
        let session = app.init("1.2");
        let login = [("username", users[n].as_str()), ("pass", "p"), ("hwid", HWID)];
        assert_eq!(session.call("login", &login).json()["message"], LOGGED_IN);
        session
    });
    ok(app, "resetalluser", "Successfully reset all users!");
    for session in some {
        session.is_dead();
    }
    assert_eq!(distinct(&app.rows("fetchallusers", "users"), "hwid"), BTreeSet::from(["null".to_owned()]));
}

#[test]
fn many_users_are_gone_at_once() {
    let server = Server::start();
    let app = &server.app;
    let users = app.add_users(MANY);
    let login = |name: &str| app.login(name, "p", HWID).json()["message"].clone();
    let some = [0, MANY / 2, MANY - 1].map(|n| users[n].as_str());
    for name in some {
        assert_eq!(login(name), LOGGED_IN);
    }
    ok(app, "setvar&user=all&var=a&data=b", "Successfully set variable!");
    delete_all(app);
    assert_json(&app.seller("type=fetchallusers"), 406, &failure("No users found"));
    assert_json(&app.seller("type=fetchalluservars"), 406, &failure("No user variables Found"));
    refuses(app, "delallusers", "Failed to delete all users!");
    for name in some {
        assert_eq!(login(name), NO_USER);
        // Another of that name stays, and has nothing of the first.
        app.add_user(name);
    }
    assert_eq!(app.session_ids().len(), 3);
    let server = server.crash_and_restart();
    let app = &server.app;
    assert_eq!(names(app), some);
    let all = app.rows("fetchallusers&include=subscriptions", "users");
    assert!(all.iter().all(|row| row["subscriptions"].as_array().map(Vec::len) == Some(1)), "{all:?}");
    assert_json(&app.seller("type=fetchalluservars"), 406, &failure("No user variables Found"));
}

#[test]
fn many_users_expire_and_go() {
    let server = Server::start();
    let app = &server.app;
    let users = app.add_users(MANY);
    ok(
        app,
        "subtract&user=all&sub=default&seconds=999999",
        "Successfully subtracted time from subscription!",
    );
    let kept = [1, MANY / 2, MANY - 1].map(|n| users[n].as_str());
    for name in kept {
        assert_eq!(app.sell("extend", &[("user", name), ("sub", "default"), ("expiry", "1")]).status, 200);
    }
    app.sell("pauseuser", &[("username", kept[1])]);
    let [spared, expired] = [kept[0], &users[0]].map(|name| {
        let session = app.init("1.2");
        let login = [("username", name), ("pass", "p"), ("hwid", HWID)];
        session.call("login", &login);
        session
    });
    spared.is_validated();
    ok(app, "delexpusers", "Successfully deleted expired users!");
    spared.is_validated();
    expired.is_unvalidated();
    assert_eq!(app.login(&users[0], "p", HWID).json()["message"], NO_USER);
    assert_eq!(names(app).into_iter().collect::<BTreeSet<_>>(), kept.map(String::from).into());
    refuses(app, "delexpusers", "No users are expired!");
}
