//! The types of subscriptions (`docs/protocol/seller.md`).

use crate::support::vendor::{PASS, hostile};
use crate::support::{App, HWID, Server, assert_json, assert_text, encode, eventually, now};

const NO_LEVEL: &str = "There is no subscription created for your key level. Contact application developer.";
const EXPIRED: &str = "No active subscription(s) found";
const PAUSED: &str = "Your subscription is paused and can't be used right now";

const CREATED: &str = r#"{"success":true,"message":"Successfully created subscription!"}"#;
const NOT_CREATED: &str = r#"{"success":false,"message":"Failed to create subscription!"}"#;
const LEVEL_LONG: &str = r#"{"success":false,"message":"Level too long"}"#;
const LEVEL_NUMBER: &str = r#"{"success":false,"message":"Level must be a number"}"#;
const EDITED: &str = r#"{"success":true,"message":"Subscription successfully edited"}"#;
const NOT_EDITED: &str = r#"{"success":false,"message":"Failed to edit subscription"}"#;
const DELETED: &str = r#"{"success":true,"message":"Successfully deleted subscription!"}"#;
const NOT_DELETED: &str = r#"{"success":false,"message":"Failed to delete subscription!"}"#;
const IS_PAUSED: &str = r#"{"success":true,"message":"Successfully paused subscription!"}"#;
const NOT_PAUSED: &str = r#"{"success":false,"message":"Failed to pause subscription!"}"#;
const UNPAUSED: &str = r#"{"success":true,"message":"Successfully unpaused subscription!"}"#;
const NOT_UNPAUSED: &str = r#"{"success":false,"message":"Failed to unpause subscription!"}"#;
const NO_NAME: &str = r#"{"success":false,"message":"Paramater with name \"name\" missing"}"#;
const NO_SUCH_NAME: &str =
    r#"{"success":false,"message":"You haven't created a subscription with that name"}"#;
const NONE_FOUND: &str = r#"{"success":false,"message":"No subscriptions found"}"#;

/// The list as it must be, rows with name and level.
fn assert_subs(app: &App, rows: &[(&str, &str)]) {
    let reply = app.seller("type=fetchallsubs");
    if rows.is_empty() {
        assert_json(&reply, 406, NONE_FOUND);
        return;
    }
    let rows: Vec<String> =
        rows.iter().map(|(name, level)| format!(r#"{{"name":"{name}","level":"{level}"}}"#)).collect();
    let expected = format!(
        r#"{{"success":true,"message":"Successfully retrieved subscriptions","subs":[{}]}}"#,
        rows.join(",")
    );
    assert_json(&reply, 200, &expected);
}

fn assert_count(app: &App, name: &str, count: u32) {
    let reply = app.seller(&format!("type=countsubs&name={}", encode(name)));
    let expected =
        format!(r#"{{"success":true,"message":"Subscription count found successfully","count":{count}}}"#);
    assert_json(&reply, 200, &expected);
}

fn add(app: &App, name: &str, level: &str) {
    let reply = app.seller(&format!("type=addsub&name={}&level={level}", encode(name)));
    assert_json(&reply, 200, CREATED);
}

/// Makes a user with a new license of this level.
fn register(app: &App, user: &str, level: &str) {
    let key = app.add_license(&format!("expiry=10&level={level}"));
    app.init("1.2").register(user, PASS, &key);
}

/// Name and level of what a user has, or the message of a login that failed.
fn running(app: &App, user: &str) -> Result<Vec<(String, String)>, String> {
    let reply = app.login(user, PASS, HWID).json();
    if reply["success"] != true {
        return Err(reply["message"].as_str().expect("a message").to_owned());
    }
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let rows = reply["info"]["subscriptions"].as_array().expect("subscriptions").iter();
    Ok(rows.map(|row| (text(&row["subscription"]), text(&row["level"]))).collect())
}

fn has(app: &App, user: &str, rows: &[(&str, &str)]) {
    let rows: Vec<_> = rows.iter().map(|&(name, level)| (name.to_owned(), level.to_owned())).collect();
    assert_eq!(running(app, user), Ok(rows), "{user}");
}

fn has_none(app: &App, user: &str, message: &str) {
    assert_eq!(running(app, user), Err(message.to_owned()), "{user}");
}

/// When the only subscription of a user ends.
fn expiry(app: &App, user: &str) -> i64 {
    let reply = app.login(user, PASS, HWID).json();
    let expiry = reply["info"]["subscriptions"][0]["expiry"].as_str();
    expiry.unwrap_or_else(|| panic!("{reply}")).parse().expect("a number")
}

#[test]
fn a_level_is_worth_what_has_it() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.2");
    let key = app.add_license("expiry=1&level=2");
    let license = || session.call("license", &[("key", &key), ("hwid", HWID)]);
    session.fails(&license(), NO_LEVEL);
    add(app, "premium", "2");
    add(app, "extra", "2");
    assert_subs(app, &[("default", "1"), ("premium", "2"), ("extra", "2")]);
    let rows = &license().json()["info"]["subscriptions"];
    assert_eq!(rows[0]["subscription"], "premium", "{rows}");
    assert_eq!((&rows[1]["subscription"], &rows[1]["level"]), (&"extra".into(), &"2".into()), "{rows}");
    // The old ones are what they were.
    register(app, "alice", "1");
    has(app, "alice", &[("default", "1")]);
}

#[test]
fn addsub_refuses() {
    let server = Server::start();
    let app = &server.app;
    let add = |query: &str| app.seller(&format!("type=addsub&{query}"));
    // In the order of the checks: each row breaks all the rules that follow, too.
    for level in ["1".repeat(13), "x".repeat(13), encode("é".repeat(7)), encode("é".repeat(5000))] {
        assert_json(&add(&format!("name=default&level={level}")), 200, LEVEL_LONG);
        assert_json(&add(&format!("level={level}")), 200, LEVEL_LONG);
    }
    for level in ["x", "1x", "null", "%C3%A9", "%FF", "1%001", "1%201", "NaN", "", "%00", "%20"] {
        assert_json(&add(&format!("name=default&level={level}")), 200, LEVEL_NUMBER);
        assert_json(&add(&format!("level={level}")), 200, LEVEL_NUMBER);
    }
    assert_json(&add("name=default"), 200, LEVEL_NUMBER);
    assert_json(&add(""), 200, LEVEL_NUMBER);
    for name in
        ["level=2", "level=2&name=", "level=2&name=%00", "level=2&name=%20%09", "level=2&name=default"]
    {
        assert_json(&add(name), 200, NOT_CREATED);
    }
    assert_subs(app, &[("default", "1")]);
}

#[test]
fn names_have_49_bytes_and_levels_12() {
    let server = Server::start();
    let app = &server.app;
    let too_long = r#"{"success":false,"message":"Invalid parameter: name"}"#;
    for name in ["x".repeat(50), "é".repeat(25), "é".repeat(5000)] {
        assert_json(&app.seller(&format!("type=addsub&level=1&name={}", encode(name))), 400, too_long);
    }
    let (name, level) = (format!("{}x", "é".repeat(24)), "9".repeat(12));
    add(app, &name, &level);
    assert_subs(app, &[("default", "1"), (&name, &level)]);
    app.add_license(&format!("expiry=1&level={level}"));
    register(app, "alice", &level);
    has(app, "alice", &[(&name, &level)]);
}

#[test]
fn names_are_kept_as_they_are() {
    let server = Server::start();
    let app = &server.app;
    app.seller("type=delappsub&name=default");
    for name in ["Zoë's 100% & <b>", "0", "all", "null"] {
        add(app, name, "1");
        assert_subs(app, &[(name, "1")]);
        assert_count(app, name, 0);
        let reply = app.seller(&format!("type=delappsub&name={}", encode(name)));
        assert_json(&reply, 200, DELETED);
    }
    add(app, "a \"quoted\" \\ name", "1");
    assert_subs(app, &[(r#"a \"quoted\" \\ name"#, "1")]);
    // The first of two counts.
    assert_json(&app.seller("type=addsub&name=one&name=two&level=3&level=4"), 200, CREATED);
    assert_subs(app, &[(r#"a \"quoted\" \\ name"#, "1"), ("one", "3")]);
}

#[test]
fn delappsub() {
    let server = Server::start();
    let app = &server.app;
    register(app, "alice", "1");
    let key = app.add_license("expiry=1");
    for name in hostile() {
        assert_json(&app.seller(&format!("type=delappsub&name={name}")), 200, NOT_DELETED);
    }
    assert_json(&app.seller("type=delappsub"), 200, NOT_DELETED);
    assert_json(&app.seller("type=delappsub&name=premium"), 200, NOT_DELETED);
    assert_subs(app, &[("default", "1")]);
    assert_json(&app.seller("type=delappsub&name=default"), 200, DELETED);
    assert_json(&app.seller("type=delappsub&name=default"), 200, NOT_DELETED);
    assert_subs(app, &[]);
    // Nobody gets it any more; who has it keeps it.
    let session = app.init("1.2");
    session.fails(&session.call("license", &[("key", &key), ("hwid", HWID)]), NO_LEVEL);
    assert_eq!(app.login("alice", PASS, HWID).json()["info"]["subscriptions"][0]["subscription"], "default");
    add(app, "default", "1");
    session.license(&key);
}

#[test]
fn editsub() {
    let server = Server::start();
    let app = &server.app;
    add(app, "premium", "2");
    register(app, "alice", "2");
    assert_json(&app.seller("type=editsub&sub=premium&level=3"), 200, EDITED);
    assert_subs(app, &[("default", "1"), ("premium", "3")]);
    has(app, "alice", &[("premium", "3")]);
    register(app, "bob", "3");
    has(app, "bob", &[("premium", "3")]);
    // To the value that it has.
    assert_json(&app.seller("type=editsub&sub=premium&level=3"), 200, EDITED);
    // As a published library names it; the right name wins.
    assert_json(&app.seller("type=editsub&name=premium&level=4"), 200, EDITED);
    assert_subs(app, &[("default", "1"), ("premium", "4")]);
    assert_json(&app.seller("type=editsub&name=default&sub=premium&level=5"), 200, EDITED);
    assert_json(&app.seller("type=editsub&sub=premium&sub=default&level=6&level=7"), 200, EDITED);
    assert_subs(app, &[("default", "1"), ("premium", "6")]);
}

#[test]
fn editsub_refuses() {
    let server = Server::start();
    let app = &server.app;
    for name in hostile() {
        assert_json(&app.seller(&format!("type=editsub&sub={name}&level=2")), 200, NOT_EDITED);
    }
    assert_json(&app.seller("type=editsub&level=2"), 200, NOT_EDITED);
    assert_json(&app.seller("type=editsub&sub=premium&level=2"), 200, NOT_EDITED);
    let edit = |level: &str| app.seller(&format!("type=editsub&sub=default&level={level}"));
    for level in ["1".repeat(13), encode("é".repeat(7)), encode("é".repeat(5000))] {
        assert_json(&edit(&level), 200, LEVEL_LONG);
    }
    for level in ["x", "2x", "null", "%FF", "", "%00"] {
        assert_json(&edit(level), 200, LEVEL_NUMBER);
    }
    assert_json(&app.seller("type=editsub&sub=default"), 200, LEVEL_NUMBER);
    assert_subs(app, &[("default", "1")]);
}

#[test]
fn delsub() {
    let server = Server::start();
    let app = &server.app;
    add(app, "premium", "2");
    for user in ["alice", "bob"] {
        register(app, user, "1");
        let upgrade = [("username", user), ("key", &app.add_license("expiry=1&level=2"))];
        app.init("1.2").call("upgrade", &upgrade);
    }
    let refuse = |query: &str| assert_json(&app.seller(&format!("type=delsub{query}")), 200, NOT_DELETED);
    for value in hostile() {
        refuse(&format!("&user=alice&sub={value}"));
        refuse(&format!("&user={value}&sub=default"));
    }
    for query in ["", "&user=alice", "&sub=default", "&user=nobody&sub=default", "&user=all&sub=default"] {
        refuse(query);
    }
    assert_json(&app.seller("type=delsub&user=ALICE&sub=premium"), 200, DELETED);
    refuse("&user=alice&sub=premium");
    has(app, "alice", &[("default", "1")]);
    assert_json(&app.seller("type=delsub&user=alice&sub=default"), 200, DELETED);
    has_none(app, "alice", EXPIRED);
    has(app, "bob", &[("default", "1"), ("premium", "2")]);
    assert_subs(app, &[("default", "1"), ("premium", "2")]);
}

#[test]
fn delsub_takes_every_row_of_the_name() {
    let server = Server::start();
    let app = &server.app;
    register(app, "alice", "1");
    assert_json(&app.seller("type=pausesub&subscription=default"), 200, IS_PAUSED);
    let upgrade = [("username", "alice"), ("key", &app.add_license("expiry=1"))];
    app.init("1.2").call("upgrade", &upgrade);
    assert_json(&app.seller("type=delsub&user=alice&sub=default"), 200, DELETED);
    has_none(app, "alice", EXPIRED);
    assert_json(&app.seller("type=delsub&user=alice&sub=default"), 200, NOT_DELETED);
}

#[test]
fn pausing_stops_the_clock() {
    let server = Server::start();
    let app = &server.app;
    add(app, "premium", "2");
    register(app, "alice", "1");
    register(app, "bob", "2");
    let (before, start) = (expiry(app, "alice"), now());
    assert_json(&app.seller("type=pausesub&subscription=default"), 200, IS_PAUSED);
    let paused = now();
    has_none(app, "alice", PAUSED);
    has(app, "bob", &[("premium", "2")]);
    assert_json(&app.seller("type=pausesub&subscription=default"), 200, NOT_PAUSED);
    eventually("another second", || (now() > paused).then_some(()));
    let resumed = now();
    assert_json(&app.seller("type=unpausesub&subscription=default"), 200, UNPAUSED);
    let longer = expiry(app, "alice") - before;
    assert!((resumed - paused..=now() - start).contains(&longer), "{longer}");
    assert_json(&app.seller("type=unpausesub&subscription=default"), 200, NOT_UNPAUSED);
}

#[test]
fn a_pause_leaves_other_subscriptions_of_the_user() {
    let server = Server::start();
    let app = &server.app;
    add(app, "premium", "1");
    register(app, "alice", "1");
    has(app, "alice", &[("default", "1"), ("premium", "1")]);
    assert_json(&app.seller("type=pausesub&subscription=default"), 200, IS_PAUSED);
    has(app, "alice", &[("premium", "1")]);
    assert_json(&app.seller("type=pausesub&subscription=premium"), 200, IS_PAUSED);
    has_none(app, "alice", PAUSED);
    assert_json(&app.seller("type=unpausesub&subscription=default"), 200, UNPAUSED);
    has(app, "alice", &[("default", "1")]);
}

#[test]
fn pauses_that_fail() {
    let server = Server::start();
    let app = &server.app;
    add(app, "premium", "2");
    register(app, "alice", "1");
    let names = hostile().into_iter().chain(["", "nothing", "premium"].map(str::to_owned));
    for name in names {
        assert_json(&app.seller(&format!("type=pausesub&subscription={name}")), 200, NOT_PAUSED);
        assert_json(&app.seller(&format!("type=unpausesub&subscription={name}")), 200, NOT_UNPAUSED);
    }
    assert_json(&app.seller("type=pausesub"), 200, NOT_PAUSED);
    assert_json(&app.seller("type=unpausesub"), 200, NOT_UNPAUSED);
    assert_json(&app.seller("type=unpausesub&subscription=default"), 200, NOT_UNPAUSED);
    has(app, "alice", &[("default", "1")]);
}

#[test]
fn a_subscription_that_ended_is_not_paused() {
    let server = Server::start();
    let app = &server.app;
    // About two seconds.
    let key = app.add_license("expiry=0.000025");
    app.init("1.2").register("alice", PASS, &key);
    eventually("the subscription to expire", || (running(app, "alice") == Err(EXPIRED.into())).then_some(()));
    assert_count(app, "default", 0);
    assert_json(&app.seller("type=pausesub&subscription=default"), 200, NOT_PAUSED);
    has_none(app, "alice", EXPIRED);
}

#[test]
fn countsubs() {
    let server = Server::start();
    let app = &server.app;
    let count = |query: &str| app.seller(&format!("type=countsubs{query}"));
    for query in ["", "&name=", "&name=%20%00", "&sub=default"] {
        assert_json(&count(query), 200, NO_NAME);
    }
    for name in hostile() {
        if name != "%00" {
            assert_json(&count(&format!("&name={name}")), 200, NO_SUCH_NAME);
        }
    }
    assert_json(&count("&name=premium"), 200, NO_SUCH_NAME);
    assert_count(app, "default", 0);
    register(app, "alice", "1");
    register(app, "bob", "1");
    assert_count(app, "default", 2);
    add(app, "premium", "2");
    assert_count(app, "premium", 0);
    app.seller("type=delsub&user=bob&sub=default");
    assert_count(app, "default", 1);
    // What is paused does not run.
    app.seller("type=pausesub&subscription=default");
    assert_count(app, "default", 0);
    app.seller("type=unpausesub&subscription=default");
    assert_count(app, "default", 1);
}

#[test]
fn fetchallsubs_in_pages() {
    let server = Server::start();
    let app = &server.app;
    for (name, level) in [("zebra", "2"), ("ant", "3")] {
        add(app, name, level);
    }
    // In the order of their making, also where the names sort otherwise.
    assert_subs(app, &[("default", "1"), ("zebra", "2"), ("ant", "3")]);
    let first = app.seller("type=fetchallsubs&limit=2").json();
    assert_eq!(first["subs"].as_array().map(Vec::len), Some(2), "{first}");
    let cursor = encode(first["cursor"].as_str().expect("a cursor"));
    let second = app.seller(&format!("type=fetchallsubs&limit=2&cursor={cursor}"));
    let expected = r#"{"success":true,"message":"Successfully retrieved subscriptions","subs":[{"name":"ant","level":"3"}]}"#;
    assert_json(&second, 200, expected);
    for (query, name) in [("limit=0", "limit"), ("limit=x", "limit"), ("limit=1&cursor=!", "cursor")] {
        let expected = format!(r#"{{"success":false,"message":"Invalid parameter: {name}"}}"#);
        assert_json(&app.seller(&format!("type=fetchallsubs&{query}")), 400, &expected);
    }
}

#[test]
fn another_application_is_another_matter() {
    let server = Server::start();
    let (app, other) = (&server.app, server.create_app("other"));
    add(app, "premium", "2");
    register(app, "alice", "2");
    register(&other, "bob", "1");
    for (query, failure) in [
        ("delappsub&name=premium", NOT_DELETED),
        ("editsub&sub=premium&level=3", NOT_EDITED),
        ("delsub&user=alice&sub=premium", NOT_DELETED),
        ("pausesub&subscription=premium", NOT_PAUSED),
        ("unpausesub&subscription=premium", NOT_UNPAUSED),
        ("countsubs&name=premium", NO_SUCH_NAME),
    ] {
        assert_json(&other.seller(&format!("type={query}")), 200, failure);
    }
    assert_subs(&other, &[("default", "1")]);
    add(&other, "premium", "9");
    assert_json(&other.seller("type=pausesub&subscription=default"), 200, IS_PAUSED);
    assert_subs(app, &[("default", "1"), ("premium", "2")]);
    has(app, "alice", &[("premium", "2")]);
    assert_count(&other, "premium", 0);
    assert_count(app, "premium", 1);
}

#[test]
fn plain_text_and_other_cases() {
    let server = Server::start();
    let app = &server.app;
    let text = |query: &str| app.seller(&format!("type={query}&format=text"));
    let ok = |query: &str, body: &str| assert_text(&text(query), 200, body);
    ok("AddSub&name=premium&level=2", "Successfully created subscription!");
    ok("addSub&name=premium&level=2", "Failed to create subscription!");
    ok("addsub&name=x&level=x", "Level must be a number");
    ok("addsub&name=x&level=1234567890123", "Level too long");
    ok("EditSub&sub=premium&level=3", "Subscription successfully edited");
    ok("editsub&sub=x&level=3", "Failed to edit subscription");
    register(app, "alice", "1");
    ok("PauseSub&subscription=default", "Successfully paused subscription!");
    ok("pauseSUB&subscription=default", "Failed to pause subscription!");
    ok("UnpauseSub&subscription=default", "Successfully unpaused subscription!");
    ok("unpausesub&subscription=default", "Failed to unpause subscription!");
    ok("DelSub&user=alice&sub=default", "Successfully deleted subscription!");
    ok("delsub&user=alice&sub=default", "Failed to delete subscription!");
    // What has data stays JSON.
    assert_json(&text("CountSubs&name=default"), 200, app.seller("type=countsubs&name=default").text());
    ok("countsubs", r#"Paramater with name "name" missing"#);
    ok("countsubs&name=x", "You haven't created a subscription with that name");
    assert_json(&text("FetchAllSubs"), 200, app.seller("type=fetchallsubs").text());
    ok("DelAppSub&name=premium", "Successfully deleted subscription!");
    ok("delappsub&name=premium", "Failed to delete subscription!");
    ok("delappsub&name=default", "Successfully deleted subscription!");
    assert_text(&text("fetchallsubs"), 406, "No subscriptions found");
}
