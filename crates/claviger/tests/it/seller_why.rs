//! `why` of the Seller API and of the command line: it says what a sign-in says, and finds whatever was pasted.

use serde_json::Value;

use crate::support::{
    App, HWID, OTHER_HWID, Server, assert_json, assert_text, encode, eventually,
    http::request,
    postgres::Database,
    vendor::{PASS, failure, hostile},
};

/// What `why` tells of a text.
fn why(app: &App, text: &str) -> Value {
    let reply = app.sell("why", &[("text", text)]);
    assert_eq!(reply.status, 200, "{text}: {reply:?}");
    reply.json()
}

fn codes(verdict: &Value) -> Vec<&str> {
    let reasons = verdict["reasons"].as_array().unwrap_or_else(|| panic!("no verdict: {verdict}"));
    reasons.iter().map(|reason| reason["code"].as_str().expect("a word")).collect()
}

fn license(app: &App, key: &str, hwid: &str) -> String {
    let reply = app.init("1.2").call("license", &[("key", key), ("hwid", hwid)]);
    reply.json()["message"].as_str().expect("a message").to_owned()
}

fn done(app: &App, query: &str) {
    let reply = app.seller(&format!("type={query}"));
    assert_eq!(reply.json()["success"], true, "{query}: {reply:?}");
}

/// A license that works is put into a state, tried, looked at, and put back: `why` names what the program was told.
fn walk(app: &App, key: &str) {
    let key_in_query = encode(key);
    let paused = "Application is currently paused, please wait for the developer to say otherwise.";
    for (put, back, hwid, message, code, act) in [
        (
            "",
            "resetuser&user=KEY",
            OTHER_HWID,
            "HWID doesn't match. Ask for a HWID reset",
            "other_device",
            "reset_devices",
        ),
        (
            "banuser&reason=fraud&ip=0&user=KEY",
            "unbanuser&user=KEY",
            HWID,
            "The user is banned",
            "user_banned",
            "unban",
        ),
        (
            "ban&reason=fraud&key=KEY",
            "unban&key=KEY",
            HWID,
            "Your license is banned",
            "key_banned",
            "unban_license",
        ),
        (
            "black&reason=cheat&hwid=HWID",
            "delblack&data=HWID&blacktype=hwid",
            HWID,
            "You've been blacklisted from our application",
            "device_blacklisted",
            "remove_entry",
        ),
        (
            "black&reason=cheat&ip=127.0.0.0/8",
            "delblack&data=127.0.0.0/8&blacktype=ip",
            HWID,
            "You've been blacklisted from our application",
            "address_blacklisted",
            "remove_entry",
        ),
        (
            "pauseuser&username=KEY",
            "unpauseuser&username=KEY",
            HWID,
            "Your subscription is paused and can't be used right now",
            "subscription_paused",
            "unpause",
        ),
        (
            "subtract&user=KEY&sub=default&seconds=99999999",
            "extend&user=KEY&sub=default&expiry=30",
            HWID,
            "No active subscription(s) found",
            "ended",
            "extend",
        ),
        ("pauseapp", "unpauseapp", HWID, paused, "app_paused", "unpause_app"),
    ] {
        let query = |text: &str| text.replace("KEY", &key_in_query).replace("HWID", &encode(HWID));
        let session = app.init("1.2");
        if !put.is_empty() {
            done(app, &query(put));
        }
        let reply = session.call("license", &[("key", key), ("hwid", hwid)]);
        assert_eq!(reply.json()["message"], message, "{code}: {reply:?}");
        let verdict = why(app, key);
        assert_eq!((codes(&verdict)[0], &verdict["standing"]), (code, &"refused".into()), "{verdict}");
        assert_eq!(verdict["acts"][0], act, "{verdict}");
        assert!(verdict["message"].as_str().is_some_and(|line| line.starts_with("Does not work. ")));
        assert!(!verdict["tell"].as_str().expect("a text").is_empty());
        done(app, &query(back));
        // The last try stands until the next one, as far as only the client can tell.
        assert_eq!(license(app, key, HWID), "Logged in!", "{code}");
        let verdict = why(app, key);
        assert_eq!((codes(&verdict), &verdict["standing"]), (Vec::new(), &"works".into()), "{verdict}");
    }
}

#[test]
fn it_says_what_a_sign_in_says() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    let unused = why(app, key);
    assert_eq!((codes(&unused), &unused["standing"]), (Vec::new(), &"unused".into()), "{unused}");
    assert_eq!((&unused["user"], &unused["key"]), (&Value::Null, &key.into()));
    assert_eq!(license(app, key, HWID), "Logged in!");
    let works = why(app, key);
    assert_eq!((&works["standing"], &works["user"]), (&"works".into(), &key.into()), "{works}");
    assert_eq!(works["acts"], serde_json::json!(["reset_devices", "extend", "end_sessions"]));
    assert_eq!(works["tries"][0]["outcome"], "ok");
    walk(app, key);
}

#[test]
fn it_says_so_on_postgresql_too() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    walk(app, key);
}

#[test]
fn a_license_and_a_name_are_told_apart() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    app.init("1.2").register("alice", PASS, key);
    assert_eq!(license(app, key, HWID), "License key has already been used");
    let verdict = why(app, key);
    assert_eq!((codes(&verdict), &verdict["user"]), (vec!["key_used"], &"alice".into()), "{verdict}");
    assert_eq!(verdict["standing"], "last_try_failed");
    assert!(
        verdict["message"].as_str().expect("a line").starts_with("Used by alice, who signs in by name. ")
    );

    assert_eq!(app.login("alice", "wrong", HWID).json()["message"], "Password does not match.");
    let verdict = why(app, " 'ALICE' ");
    assert_eq!((codes(&verdict), &verdict["standing"]), (vec!["wrong_password"], &"last_try_failed".into()));
    assert!(!verdict.to_string().contains("\"wrong\""), "a password is kept: {verdict}");
    assert_eq!(
        app.login_says("alice", "short"),
        "HWID must be 20 or more characters, change this in app settings."
    );
    assert_eq!(codes(&why(app, "alice")), ["unfit_device"]);

    done(app, "deluser&user=alice");
    let verdict = why(app, key);
    assert_eq!((codes(&verdict), &verdict["standing"]), (vec!["key_used"], &"refused".into()), "{verdict}");
    let no_level = app.add_license("expiry=1&level=7");
    assert_eq!(codes(&why(app, &no_level)), ["no_subscription_of_level"]);
}

#[test]
fn a_program_that_may_not_start_is_told_of() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    let reply = app.client("1.2", "init", &[("ver", "0.9")]);
    assert_eq!(reply.json()["message"], "invalidver");
    let verdict = why(app, key);
    assert_eq!(codes(&verdict), ["wrong_version"], "{verdict}");
    assert!(
        verdict["message"]
            .as_str()
            .expect("a line")
            .contains("The program is version 0.9, and 1.0 is wanted")
    );
    assert!(verdict["message"].as_str().expect("a line").contains("who told no name"), "{verdict}");
    assert_eq!(
        (&verdict["nearby"][0]["type"], &verdict["nearby"][0]["detail"]),
        (&"init".into(), &"0.9".into())
    );
    done(app, "updatesettings&ver=0.9");
    assert_eq!(codes(&why(app, key)), Vec::<&str>::new());
}

#[test]
fn what_somebody_at_the_same_address_did_comes_last() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    assert_ne!(license(app, key, OTHER_HWID), "Logged in!");
    let reply = app.client("1.2", "init", &[("ver", "0.9")]);
    assert_eq!(reply.json()["message"], "invalidver");
    let verdict = why(app, key);
    assert_eq!(codes(&verdict), ["other_device", "wrong_version"], "{verdict}");
    assert!(!verdict["message"].as_str().expect("a line").contains("0.9"), "{verdict}");
}

#[test]
fn a_token_that_is_refused_is_told_of() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    let tokens = server.cli.json(&["token", "list", &app.path(), "--json"]);
    let tokens = tokens.as_array().expect("a list").iter();
    let of_user = tokens.filter(|token| token["kind"] == "user").find(|token| token["assigned"] == key);
    let token = of_user.expect("the user's token")["token"].as_str().expect("a text").to_owned();
    server.cli.ok(&["app", "set", &app.path(), "tokenSystem=true"]);
    let init = |hash: &str| app.client("1.2", "init", &[("ver", "1.0"), ("token", &token), ("thash", hash)]);
    eventually("the setting", || (app.client("1.2", "init", &[]).json()["success"] == false).then_some(()));
    assert_eq!(init("aa").json()["message"], "Initialized");
    assert_eq!(init("bb").json()["message"], "Token File Hashes Must Be The Same");
    let verdict = why(app, key);
    assert_eq!(
        (codes(&verdict)[0], &verdict["acts"][0]),
        ("token_refused", &"reset_devices".into()),
        "{verdict}"
    );
    assert!(!verdict.to_string().contains(&token), "a token is kept: {verdict}");
    server.cli.ok(&["token", "ban", &app.path(), &token, "--reason", "shared"]);
    assert!(init("aa").text().contains("shared"));
    let verdict = why(app, key);
    assert_eq!(
        (codes(&verdict), &verdict["standing"]),
        (vec!["token_banned"], &"refused".into()),
        "{verdict}"
    );
}

#[test]
fn whatever_was_pasted_is_found() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    let session = app.init("1.2");
    session.license(key);
    app.add_user("bob");
    assert_eq!(app.login_says("bob", OTHER_HWID), "Logged in!");
    let mail = ["email=Ann%40example.org", "user=ann", "pass=p"].join("&");
    let reply = app.init("1.2").call(
        "register",
        &[
            ("username", "ann"),
            ("pass", "p"),
            ("key", server.license(1)),
            ("email", "Ann@example.org"),
            ("hwid", HWID),
        ],
    );
    assert_eq!(reply.json()["message"], "Logged in!", "{mail}: {reply:?}");
    let blanks = key.replace('-', " ");
    let dashes = key.replace('-', " – ");
    let (first, rest) = key.split_at(20);
    for (text, user) in [
        (key.to_owned(), key),
        (key.to_lowercase(), key),
        (format!("  \"{key}\"\r\n"), key),
        (blanks, key),
        (dashes, key),
        (format!("{first}\n{rest}"), key),
        (format!("hello, my key is {key}, it does not work!"), key),
        (session.id.clone(), key),
        ("bob".into(), "bob"),
        ("BOB\u{200B}".into(), "bob"),
        (OTHER_HWID.into(), "bob"),
        (format!("hwid: {OTHER_HWID}").replace("hwid: ", ""), "bob"),
        ("ann@EXAMPLE.org".into(), "ann"),
    ] {
        let verdict = why(app, &text);
        assert_eq!(verdict["user"], user, "{text:?}: {verdict}");
    }
    for text in ["127.0.0.1", "127.0.0.0/8", HWID] {
        let found = why(app, text);
        let names: Vec<&str> = found["matches"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|row| row["name"].as_str())
            .collect();
        assert!(names.contains(&key) && names.contains(&"ann"), "{text}: {found}");
        assert_eq!(found["exact"], true);
    }
    let close = why(app, "bo");
    assert_eq!((&close["exact"], &close["matches"][0]["name"]), (&false.into(), &"bob".into()), "{close}");
    let close = why(app, &key[..12]);
    assert_eq!((&close["exact"], &close["matches"][0]["name"]), (&false.into(), &key.into()), "{close}");
}

#[test]
fn strangers_are_found_as_long_as_tries_are_kept() {
    let server = Server::start();
    let app = &server.app;
    assert_eq!(license(app, "NO-SUCH-KEY", HWID), "Invalid license key");
    let found = why(app, "NO-SUCH-KEY");
    assert_eq!(found["matches"][0]["what"], "try", "{found}");
    assert_eq!(found["matches"][0]["by"], "there is no license of this key");
    // They outlive a restart.
    assert_eq!(license(app, "ANOTHER-KEY", OTHER_HWID), "Invalid license key");
    let server = server.restart();
    let found = why(&server.app, OTHER_HWID);
    assert_eq!(found["matches"][0]["name"], "ANOTHER-KEY", "{found}");
}

#[test]
fn nothing_of_another_application_is_told() {
    let server = Server::start();
    let (app, other) = (&server.app, server.create_app("other"));
    let session = app.init("1.2");
    session.license(server.license(0));
    app.add_user("alice");
    assert_eq!(app.login_says("alice", OTHER_HWID), "Logged in!");
    for text in [server.license(0), "alice", &session.id, OTHER_HWID, HWID, "127.0.0.1", "127.0.0.0/8", "ali"]
    {
        let reply = other.sell("why", &[("text", text)]);
        assert_json(&reply, 406, &failure("Nothing found"));
    }
    assert_json(&other.sell("why", &[("user", "alice")]), 406, &failure("User not found"));
    assert_json(&other.sell("why", &[("key", server.license(0))]), 406, &failure("Key Not Found"));
}

#[test]
fn whatever_is_asked_is_answered() {
    let server = Server::start();
    let app = &server.app;
    assert_json(&app.seller("type=why"), 400, &failure("Missing parameter: text"));
    assert_json(&app.seller("type=why&text="), 400, &failure("Missing parameter: text"));
    assert_json(
        &app.seller(&format!("type=why&text={}", "x".repeat(2001))),
        400,
        &failure("Invalid parameter: text"),
    );
    for name in ["text", "user", "key"] {
        for value in hostile() {
            let reply = app.seller(&format!("type=why&{name}={value}"));
            assert!([200, 400, 406].contains(&reply.status), "{name}={value}: {reply:?}");
            assert!(reply.json()["message"].is_string(), "{reply:?}");
        }
    }
    // What end users can write comes back as it is.
    let name = "<b>\"O'Neil\"</b>";
    app.add_user(name);
    let verdict = why(app, name);
    assert_eq!(verdict["user"], name, "{verdict}");
    for hwid in [&"\u{202E}x".repeat(20), "'; DROP TABLE users; --", "\u{0}\u{0}\u{0}aaaaaaaaaaaaaaaaaaaaa"] {
        app.login(name, PASS, hwid);
        assert_eq!(why(app, name)["user"], name);
    }
    let text = app.seller(&format!("type=why&format=text&user={}", encode(name)));
    assert_eq!((text.status, text.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert_text(&app.seller("type=why&format=text&user=nobody"), 406, "User not found");
    let head = request(&app.address, "HEAD", &app.seller_target("type=why&text=x"), &[], b"");
    assert_eq!(head.body, b"");
}

#[test]
fn the_command_line_tells_the_same() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    done(app, &format!("banuser&reason=fraud&user={}", encode(key)));
    assert_eq!(license(app, key, HWID), "The user is banned");
    let path = app.path();
    // The server notes tries once a second.
    let verdict = eventually("the try", || {
        let verdict = server.cli.json(&["why", &path, &key.to_lowercase(), "--json"]);
        (verdict["tries"][0]["outcome"] == "user_banned").then_some(verdict)
    });
    assert_eq!((codes(&verdict)[0], &verdict["standing"]), ("user_banned", &"refused".into()), "{verdict}");
    let told = server.cli.ok(&["why", &path, "my", "key", "is", key]);
    assert!(told.starts_with("Does not work. Banned by the vendor "), "{told}");
    assert!(told.contains("tell the customer  Your account is banned: fraud."), "{told}");
    assert!(told.contains("Unban user, Reset devices, Extend, End sessions"), "{told}");
    done(app, &format!("unbanuser&user={}", encode(key)));
    app.init("1.2").license(server.license(1));
    let listed = server.cli.ok(&["why", &path, "127.0.0.1"]);
    assert!(listed.contains("last address"), "{listed}");
    assert!(server.cli.fails(&["why", &path, "nobody like that"]).contains("nothing is found by"));
    let none = server.cli.fails(&["why", "demo/nothing", "x"]);
    assert!(none.contains("nothing"), "{none}");
}
