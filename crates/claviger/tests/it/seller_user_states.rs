//! The types that ban a user, pause him and change how long he may stay (`docs/protocol/seller.md`).

use serde_json::Value;

use crate::support::app::FORM;
use crate::support::http::request;
use crate::support::vendor::{PASS, failure, hostile, success};
use crate::support::{
    App, HWID, OTHER_HWID, Server, assert_json, assert_text, encode, eventually, form, now,
};

const LOGGED_IN: &str = "Logged in!";
const BANNED: &str = "The user is banned";
const BLACKLISTED: &str = "You've been blacklisted from our application";
const PAUSED: &str = "Your subscription is paused and can't be used right now";
const EXPIRED: &str = "No active subscription(s) found";
const UNAUTHED: &str = "Session is not validated";
const DAY: i64 = 86_400;

/// Behind the proxy that tells the addresses of the clients.
const PROXY: &str = "trusted_proxies = [\"127.0.0.0/8\"]\n";
const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.9";

/// What a login from another address is answered.
fn login_from(app: &App, address: &str, name: &str, hwid: &str) -> String {
    let session = app.init_with("1.1", None);
    let login = [("sessionid", session.id.as_str()), ("username", name), ("pass", PASS), ("hwid", hwid)];
    let body = form(&app.params("login", &login));
    let headers = [FORM, ("X-Forwarded-For", address)];
    let reply = request(&app.address, "POST", "/api/1.1/", &headers, body.as_bytes());
    reply.json()["message"].as_str().expect("a message").to_owned()
}

/// Type and value of what is on the blacklist.
fn blacklist(app: &App) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let rows = app.rows("fetchallblacks", "blacklists").into_iter();
    let mut list: Vec<_> = rows.map(|row| (text(&row["type"]), text(&row["data"]))).collect();
    list.sort();
    list
}

fn ban(app: &App, user: &str, reason: &str) {
    let reply = app.sell("banuser", &[("user", user), ("reason", reason)]);
    assert_json(&reply, 200, &success("Successfully banned user!"));
}

#[test]
fn a_banned_user_is_out_with_his_device_and_address() {
    let server = Server::start_with(PROXY);
    let (app, other) = (&server.app, server.create_app("other"));
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    other.add_user("alice");
    assert_eq!(login_from(app, HOME, "alice", HWID), LOGGED_IN);
    let (session, theirs) = (app.sign_in("bob"), other.sign_in("alice"));
    // The last login counts.
    let alice = [app.sign_in("alice"), app.sign_in("alice")];
    assert_eq!(login_from(app, HOME, "alice", HWID), LOGGED_IN);
    app.seller("type=resetuser&user=bob");
    session.is_dead();
    let session = app.init("1.2");
    let login = [("username", "bob"), ("pass", PASS), ("hwid", OTHER_HWID)];
    assert_eq!(session.call("login", &login).json()["message"], LOGGED_IN);

    ban(app, "ALICE", "cheats & lies");
    for session in alice {
        session.is_dead();
    }
    session.is_validated();
    theirs.is_validated();
    assert_eq!(app.userdata("alice")["banned"], "cheats & lies");
    assert_eq!(blacklist(app), [("hwid".into(), HWID.into()), ("ip".into(), HOME.into())]);
    assert_eq!(blacklist(&other), []);
    assert_eq!(login_from(app, ELSEWHERE, "alice", OTHER_HWID), BANNED);
    assert_eq!(login_from(app, ELSEWHERE, "bob", HWID), BLACKLISTED);
    assert_eq!(login_from(app, HOME, "bob", OTHER_HWID), BLACKLISTED);
    assert_eq!(login_from(app, ELSEWHERE, "bob", OTHER_HWID), LOGGED_IN);
    assert_eq!(login_from(&other, HOME, "alice", HWID), LOGGED_IN);
    assert_eq!(banned_tokens(&server), ["alice"]);
}

/// Whose tokens are banned.
fn banned_tokens(server: &Server) -> Vec<String> {
    let all = server.cli.json(&["token", "list", &server.app.path(), "--json"]);
    let rows = all.as_array().expect("a list").iter();
    let banned = rows.filter(|row| row["kind"] == "user" && !row["banned"].is_null());
    banned.map(|row| row["assigned"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn an_unbanned_user_is_back_with_his_device_and_address() {
    let server = Server::start_with(PROXY);
    let (app, other) = (&server.app, server.create_app("other"));
    for app in [app, &other] {
        app.add_user("alice");
        assert_eq!(login_from(app, HOME, "alice", HWID), LOGGED_IN);
        ban(app, "alice", "cheats");
    }
    app.seller("type=black&ip=192.0.2.1&hwid=a-device-of-somebody-else");
    assert_json(&app.seller("type=unbanuser&user=Alice"), 200, &success("Successfully unbanned user!"));
    assert_eq!(
        blacklist(app),
        [("hwid".into(), "a-device-of-somebody-else".into()), ("ip".into(), "192.0.2.1".into())]
    );
    assert_eq!(app.userdata("alice")["banned"], Value::Null);
    assert_eq!(banned_tokens(&server), [""; 0]);
    assert_eq!(login_from(app, HOME, "alice", HWID), LOGGED_IN);
    // Elsewhere he is banned as he was.
    assert_eq!(login_from(&other, HOME, "alice", HWID), BANNED);
    assert_eq!(blacklist(&other).len(), 2);
    assert_json(&app.seller("type=unbanuser&user=alice"), 200, &failure("Failed to unban user!"));
    ban(app, "alice", "again");
    let reply = app.seller("type=UnbanUser&user=alice&format=text");
    assert_text(&reply, 200, "Successfully unbanned user!");
}

#[test]
fn a_ban_is_lifted_from_all_devices_also_from_forgotten_ones() {
    let server = Server::start_with(PROXY);
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    assert_eq!(login_from(app, HOME, "alice", HWID), LOGGED_IN);
    app.sell("addhwiduser", &[("user", "alice"), ("hwid", OTHER_HWID)]);
    ban(app, "alice", "cheats");
    assert_eq!(blacklist(app).len(), 3);
    for hwid in [HWID, OTHER_HWID] {
        assert_eq!(login_from(app, ELSEWHERE, "bob", hwid), BLACKLISTED);
    }
    app.seller("type=resetuser&user=alice");
    assert_json(&app.seller("type=unbanuser&user=alice"), 200, &success("Successfully unbanned user!"));
    assert_eq!(blacklist(app), []);
    assert_eq!(login_from(app, HOME, "bob", OTHER_HWID), LOGGED_IN);
}

#[test]
fn who_never_logged_in_is_banned_alone() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    ban(app, "alice", "x");
    assert_eq!(blacklist(app), []);
    assert_eq!([app.login_says("alice", HWID), app.login_says("bob", HWID)], [BANNED, LOGGED_IN]);
}

#[test]
fn banuser_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let session = app.sign_in("alice");
    for query in ["", "&user=nobody", "&user=alice", "&user=alice&reason=", "&user=alice&reason=%20%00"] {
        let reply = app.seller(&format!("type=banuser{query}"));
        assert_json(&reply, 200, &failure("Ban reason is missing"));
    }
    assert_json(&app.seller("type=banuser&reason=x"), 200, &failure("User not found!"));
    for reason in ["x".repeat(100), "é".repeat(50), "é".repeat(5000)] {
        let reply = app.sell("banuser", &[("user", "alice"), ("reason", &reason)]);
        assert_json(&reply, 400, &failure("Invalid parameter: reason"));
    }
    assert_text(&app.seller("type=BanUser&user=alice&format=text"), 200, "Ban reason is missing");
    session.is_validated();
    assert_eq!(blacklist(app), []);
    // The longest, and to another one.
    for reason in ["é".repeat(49), "0".into(), "the first&reason=the second".into()] {
        ban(app, "alice", &reason);
        assert_eq!(app.userdata("alice")["banned"], reason);
    }
    session.is_dead();
}

#[test]
fn a_paused_user_waits_and_his_programs_with_him() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    app.seller("type=addvar&name=open&data=a&authed=0");
    app.seller("type=addvar&name=closed&data=a&authed=1");
    let (session, bob) = (app.sign_in("alice"), app.sign_in("bob"));
    assert_json(&app.seller("type=pauseuser&username=ALICE"), 200, &success("Successfully paused user!"));
    assert_eq!([app.login_says("alice", HWID), app.login_says("bob", HWID)], [PAUSED, LOGGED_IN]);
    // The session is not ended, but what needs a login is closed.
    session.fails(&session.call("check", &[]), EXPIRED);
    session.fails(&session.call("var", &[("varid", "closed")]), UNAUTHED);
    session.fails(&session.call("setvar", &[("var", "a"), ("data", "b")]), UNAUTHED);
    session.succeeds(&session.call("var", &[("varid", "open")]), "a", "");
    bob.is_validated();
    assert_eq!(app.userdata("alice")["subscriptions"], serde_json::json!([]));
    assert_json(&app.seller("type=pauseuser&username=alice"), 200, &failure("Failed to pause user!"));
    assert_json(&app.seller("type=unpauseuser&username=alice"), 200, &success("Successfully unpaused user!"));
    session.is_validated();
    session.succeeds(&session.call("var", &[("varid", "closed")]), "a", "");
    assert_eq!(app.login_says("alice", HWID), LOGGED_IN);
    assert_json(&app.seller("type=unpauseuser&username=alice"), 200, &failure("Failed to unpause user!"));
    // As for other types, but the name of the parameter is its own.
    assert_json(&app.seller("type=pauseuser&user=alice"), 200, &failure("Failed to pause user!"));
    let text = |kind: &str| app.seller(&format!("type={kind}&username=alice&format=text"));
    assert_text(&text("PauseUser"), 200, "Successfully paused user!");
    assert_text(&text("UnpauseUser"), 200, "Successfully unpaused user!");
}

#[test]
fn a_pause_keeps_the_time() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.seller("type=addsub&name=premium&level=2");
    app.seller("type=extend&user=alice&sub=premium&expiry=20");
    let (before, start) = ([app.expiry("alice", 0), app.expiry("alice", 1)], now());
    app.seller("type=pauseuser&username=alice");
    let paused = now();
    for n in [0, 1] {
        let left = app.expiry("alice", n);
        assert!((before[n] - paused..=before[n] - start).contains(&left), "{left}");
    }
    eventually("another second", || (now() > paused).then_some(()));
    let resumed = now();
    app.seller("type=unpauseuser&username=alice");
    for n in [0, 1] {
        let longer = app.expiry("alice", n) - before[n];
        assert!((resumed - paused..=now() - start).contains(&longer), "{longer}");
    }
}

#[test]
fn what_has_ended_is_not_paused() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.seller("type=subtract&user=alice&sub=default&seconds=864001");
    let expiry = app.expiry("alice", 0);
    assert_json(&app.seller("type=pauseuser&username=alice"), 200, &failure("Failed to pause user!"));
    assert_json(&app.seller("type=unpauseuser&username=alice"), 200, &failure("Failed to unpause user!"));
    assert_eq!(app.expiry("alice", 0), expiry);
    assert_eq!(app.login_says("alice", HWID), EXPIRED);
}

/// A user has exactly these subscriptions, oldest first, for about so many half days.
fn has(app: &App, user: &str, expected: &[(&str, i64)]) {
    let subs = app.sell("usersub", &[("user", user)]).json()["subs"].clone();
    let now = now();
    let found: Vec<_> = subs
        .as_array()
        .unwrap_or_else(|| panic!("{subs}"))
        .iter()
        .map(|row| {
            let expiry: i64 = row["expiry"].as_str().expect("a text").parse().expect("a number");
            (row["subscription"].as_str().expect("a name"), (expiry - now + DAY / 4).div_euclid(DAY / 2))
        })
        .collect();
    assert_eq!(found, expected, "{user}");
}

fn extend(app: &App, query: &str) {
    let reply = app.seller(&format!("type=extend&{query}"));
    assert_json(&reply, 200, &success("Successfully extended user(s)!"));
}

#[test]
fn extend_prolongs_what_runs_and_makes_what_does_not() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.add_user("bob");
    app.seller("type=addsub&name=premium&level=2");
    let session = app.sign_in("alice");
    extend(app, "user=ALICE&sub=default&expiry=5");
    has(app, "alice", &[("default", 30)]);
    extend(app, "user=alice&sub=default&expiry=0.5&activeOnly=1");
    has(app, "alice", &[("default", 31)]);
    extend(app, "user=alice&sub=premium&expiry=1");
    has(app, "alice", &[("default", 31), ("premium", 2)]);
    // What has ended stays so, and another one begins.
    app.seller(&format!("type=subtract&user=alice&sub=premium&seconds={}", 3 * DAY));
    extend(app, "user=alice&sub=premium&expiry=4&activeOnly=false");
    has(app, "alice", &[("default", 31), ("premium", -4), ("premium", 8)]);
    extend(app, "user=alice&sub=premium&expiry=1&active_only=true");
    has(app, "alice", &[("default", 31), ("premium", -4), ("premium", 10)]);
    // The first of two, and nothing at all.
    extend(app, "user=alice&user=bob&sub=default&expiry=0");
    has(app, "alice", &[("default", 31), ("premium", -4), ("premium", 10)]);
    has(app, "bob", &[("default", 20)]);
    session.is_validated();
    let reply = app.seller("type=Extend&user=bob&sub=default&expiry=1&format=text");
    assert_text(&reply, 200, "Successfully extended user(s)!");
}

#[test]
fn extend_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    let refuses = |query: &str, message: &str| {
        assert_json(&app.seller(&format!("type=extend{query}")), 200, &failure(message));
    };
    // There is nobody at first.
    refuses("&user=all&sub=default&expiry=1", "User(s) not found!");
    refuses("&user=all&sub=default&expiry=1&activeOnly=1", "User(s) not found!");
    app.add_user("alice");
    app.seller("type=addsub&name=premium&level=2");
    let no_number = "Expiry not set correctly, must be number of days";
    for expiry in ["", "x", "1,5", "NaN", "inf", "null", "%00", "%FF", &encode("é".repeat(5000))] {
        refuses(&format!("&user=nobody&sub=none&expiry={expiry}"), no_number);
    }
    refuses("", no_number);
    for sub in hostile().iter().map(String::as_str).chain(["", "none", "Default"]) {
        refuses(&format!("&user=nobody&sub={sub}&expiry=-1"), "Subscription not found!");
    }
    refuses("&expiry=1", "Subscription not found!");
    for expiry in ["-1", "-0.1"] {
        let future = "Subscription expiry must be set in the future!";
        refuses(&format!("&user=nobody&sub=default&expiry={expiry}"), future);
    }
    for user in ["", "&user=", "&user=nobody"] {
        refuses(&format!("{user}&sub=default&expiry=1"), "User(s) not found!");
    }
    for flag in ["activeOnly", "active_only", "activeonly"] {
        for user in ["alice", "all"] {
            let query = format!("&user={user}&sub=premium&expiry=1&{flag}=1");
            refuses(&query, "Failed to extend user(s)");
        }
    }
    has(app, "alice", &[("default", 20)]);
    let reply = app.seller("type=extend&user=nobody&sub=default&expiry=1&format=text");
    assert_text(&reply, 200, "User(s) not found!");
}

#[test]
fn subtract() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let (session, before) = (app.sign_in("alice"), app.expiry("alice", 0));
    let done = success("Successfully subtracted time from subscription!");
    for (seconds, left) in [("1", 1), ("%20999%20", 1000), ("86400&seconds=9", 87_400)] {
        let reply = app.seller(&format!("type=subtract&user=Alice&sub=default&seconds={seconds}"));
        assert_json(&reply, 200, &done);
        assert_eq!(app.expiry("alice", 0), before - left);
    }
    session.is_validated();
    // It may end by it; the session does not.
    let reply = app.seller("type=Subtract&user=alice&sub=default&seconds=864000&format=text");
    assert_text(&reply, 200, "Successfully subtracted time from subscription!");
    assert_eq!([app.login_says("alice", HWID), app.login_says("bob", HWID)], [EXPIRED, LOGGED_IN]);
    session.fails(&session.call("check", &[]), EXPIRED);
    let reply = app.seller("type=subtract&user=alice&sub=default&seconds=1");
    assert_json(&reply, 200, &failure("Failed to subtract from susbcriptions!"));
    has(app, "bob", &[("default", 20)]);
    app.seller("type=extend&user=alice&sub=default&expiry=1");
    session.is_validated();
}

#[test]
fn subtract_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    let refuses = |query: &str, message: &str| {
        assert_json(&app.seller(&format!("type=subtract{query}")), 200, &failure(message));
    };
    let failed = "Failed to subtract from susbcriptions!";
    refuses("&user=all&sub=default&seconds=1", failed);
    app.add_user("alice");
    app.seller("type=addsub&name=premium&level=2");
    let positive = "Seconds specified must be greater than zero!";
    let long = encode("é".repeat(5000));
    for seconds in ["", "0", "-1", "x", "NaN", "null", "%00", "%FF", "-99999999999999999999", &long] {
        refuses(&format!("&user=nobody&sub=none&seconds={seconds}"), positive);
        refuses(&format!("&user=alice&sub=default&seconds={seconds}"), positive);
    }
    refuses("", positive);
    for sub in hostile().iter().map(String::as_str).chain(["", "none", "Default", "premium"]) {
        refuses(&format!("&user=alice&sub={sub}&seconds=1"), failed);
        refuses(&format!("&user=all&sub={sub}&seconds=1"), failed);
    }
    refuses("&sub=default&seconds=1", failed);
    refuses("&user=alice&seconds=1", failed);
    has(app, "alice", &[("default", 20)]);
    // However much: it ends, and nothing breaks.
    let reply = app.seller("type=subtract&user=alice&sub=default&seconds=9223372036854775807");
    assert_json(&reply, 200, &success("Successfully subtracted time from subscription!"));
    assert_eq!(app.login_says("alice", HWID), EXPIRED);
}
