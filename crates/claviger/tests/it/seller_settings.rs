//! The types of settings, pause and hashes (`docs/protocol/seller.md`).

use crate::support::target::Target;
use crate::support::{
    App, HWID, OTHER_HWID, Reply, Seal, Server, Session, assert_json, assert_text, encode, eventually, form,
    mask_text, now,
};

const UPDATED: &str = r#"{"success":true,"message":"Settings Update Successful"}"#;
const HASH_ADDED: &str = r#"{"success":true,"message":"Successfully added hash!"}"#;
const HASH_NOT_ADDED: &str = r#"{"success":false,"message":"Failed to add hash!"}"#;
const HASH_RESET: &str = r#"{"success":true,"message":"Successfully reset hash!"}"#;
const HASH_NOT_RESET: &str = r#"{"success":false,"message":"Failed to reset hash!"}"#;
const PAUSED: &str = r#"{"success":true,"message":"Successfully paused application"}"#;
const NOT_PAUSED: &str = r#"{"success":false,"message":"Failed to pause application"}"#;
const UNPAUSED: &str = r#"{"success":true,"message":"Successfully unpaused application"}"#;
const NOT_UNPAUSED: &str = r#"{"success":false,"message":"Failed to unpause application"}"#;
const APP_PAUSED: &str = "Application is currently paused, please wait for the developer to say otherwise.";
const SUB_PAUSED: &str = "Your subscription is paused and can't be used right now";

/// The settings of a new application.
const FRESH: &str = concat!(
    r#"{"success":true,"message":"Retrieved Settings Successfully","#,
    r#""enabled":true,"hwid-lock":true,"version":"1.0","download":"","webdownload":"","webhook":"","#,
    r#""resellerstore":"","disabledmsg":"This application is disabled","#,
    r#""usernametakenmsg":"Username already taken, choose a different one","#,
    r#""licenseinvalidmsg":"Invalid license key","keytakenmsg":"License key has already been used","#,
    r#""nosubmsg":"There is no subscription created for your key level. Contact application developer.","#,
    r#""userinvalidmsg":"Invalid username","passinvalidmsg":"Password does not match.","#,
    r#""hwidmismatchmsg":"HWID doesn't match. Ask for a HWID reset","#,
    r#""noactivesubmsg":"No active subscription(s) found","#,
    r#""blackedmsg":"You've been blacklisted from our application","#,
    r#""pausedmsg":"Your subscription is paused and can't be used right now","#,
    r#""expiredmsg":"Your license has expired","#,
    r#""sellixsecret":"","dayresellerproductid":"","weekresellerproductid":"","#,
    r#""monthresellerproductid":"","liferesellerproductid":"","cooldown":"604800","#,
    r#""functions":{"enabled":true,"paused":false,"hwid-lock":true,"vpnblock":false,"ipLogging":true,"#,
    r#""version":"1.0","download":"","webdownload":"","webhook":"","resellerstore":"","sellixsecret":"","#,
    r#""cooldown":"604800","hash":""},"#,
    r#""messages":{"disabledmsg":"This application is disabled","#,
    r#""usernametakenmsg":"Username already taken, choose a different one","#,
    r#""licenseinvalidmsg":"Invalid license key","keytakenmsg":"License key has already been used","#,
    r#""nosubmsg":"There is no subscription created for your key level. Contact application developer.","#,
    r#""userinvalidmsg":"Invalid username","passinvalidmsg":"Password does not match.","#,
    r#""hwidmismatchmsg":"HWID doesn't match. Ask for a HWID reset","#,
    r#""noactivesubmsg":"No active subscription(s) found","#,
    r#""blackedmsg":"You've been blacklisted from our application","#,
    r#""keybanned":"Your license is banned","userbanned":"The user is banned","#,
    r#""sessionunauthed":"Session is not validated","#,
    r#""hashcheckfail":"This program hash does not match, make sure you're using latest version","#,
    r#""loggedInMsg":"Logged in!","#,
    r#""pausedApp":"Application is currently paused, please wait for the developer to say otherwise.","#,
    r#""unTooShort":"Username too short, try longer one.","#,
    r#""pwLeaked":"This password has been leaked in a data breach (not from us), "#,
    r#"please use a different one.","#,
    r#""pausedsub":"Your subscription is paused and can't be used right now","#,
    r#""chatHitDelay":"Chat slower, you've hit the delay limit"}}"#,
);

/// The same in plain text.
const FRESH_TEXT: &str = concat!(
    "true\ntrue\n1.0\n\n\n\n\nThis application is disabled\nUsername already taken, choose a different one\n",
    "Invalid license key\nLicense key has already been used\n",
    "There is no subscription created for your key level. Contact application developer.\n",
    "Invalid username\nPassword does not match.\nHWID doesn't match. Ask for a HWID reset\n",
    "No active subscription(s) found\nYou've been blacklisted from our application\n",
    "Your subscription is paused and can't be used right now\nYour license has expired\n\n\n\n\n\n604800",
);

/// Texts for end users: the parameter, and the fields that show it.
const MESSAGES: [(&str, &[&str]); 23] = [
    ("appdisabled", &["disabledmsg"]),
    ("usernametaken", &["usernametakenmsg"]),
    ("keynotfound", &["licenseinvalidmsg"]),
    ("keyused", &["keytakenmsg"]),
    ("nosublevel", &["nosubmsg"]),
    ("usernamenotfound", &["userinvalidmsg"]),
    ("passmismatch", &["passinvalidmsg"]),
    ("hwidmismatch", &["hwidmismatchmsg"]),
    ("noactivesubs", &["noactivesubmsg"]),
    ("hwidblacked", &["blackedmsg"]),
    ("keypaused", &["pausedmsg", "pausedsub"]),
    ("pausedsub", &["pausedmsg", "pausedsub"]),
    ("keyexpired", &["expiredmsg"]),
    ("keybanned", &["keybanned"]),
    ("userbanned", &["userbanned"]),
    ("sessionunauthed", &["sessionunauthed"]),
    ("hashcheckfail", &["hashcheckfail"]),
    ("loggedInMsg", &["loggedInMsg"]),
    ("pausedApp", &["pausedApp"]),
    ("unTooShort", &["unTooShort"]),
    ("pwLeaked", &["pwLeaked"]),
    ("chatHitDelay", &["chatHitDelay"]),
    ("loggedinmsg", &["loggedInMsg"]),
];

/// What may be empty, with its limit in bytes.
const OPTIONAL: [(&str, &str, usize); 9] = [
    ("download", "download", 120),
    ("webdownload", "webdownload", 120),
    ("webhook", "webhook", 130),
    ("resellerstore", "resellerstore", 69),
    ("sellixsecret", "sellixsecret", 32),
    ("dayproduct", "dayresellerproductid", 13),
    ("weekproduct", "weekresellerproductid", 13),
    ("monthproduct", "monthresellerproductid", 13),
    ("lifetimeproduct", "liferesellerproductid", 13),
];

fn invalid(name: &str) -> String {
    format!(r#"{{"success":false,"message":"Invalid parameter: {name}"}}"#)
}

fn update(app: &App, params: &[(&str, &str)]) -> Reply {
    app.seller(&format!("type=updatesettings&{}", form(params)))
}

fn set(app: &App, params: &[(&str, &str)]) {
    assert_json(&update(app, params), 200, UPDATED);
}

fn settings(app: &App) -> String {
    app.seller("type=getsettings").text().to_owned()
}

fn assert_settings(app: &App, expected: &str) {
    assert_json(&app.seller("type=getsettings"), 200, expected);
}

/// The reply with another value wherever the field is.
fn with(reply: &str, field: &str, value: &str) -> String {
    let start = format!(r#""{field}":"#);
    let mut parts = reply.split(&start);
    let first = parts.next().expect("a part").to_owned();
    let changed = parts.fold(first, |text, part| {
        let end = match part.strip_prefix('"') {
            Some(rest) => rest.find('"').expect("the end of a string") + 2,
            None => part.find([',', '}']).expect("the end of a value"),
        };
        format!("{text}{start}{value}{}", &part[end..])
    });
    assert!(changed.contains(&start), "no {field}");
    changed
}

/// An `init` of API 1.2.
fn init(app: &App, params: &[(&str, &str)]) -> Reply {
    app.client("1.2", "init", &[&[("enckey", "0123456789abcdef")][..], params].concat())
}

fn init_fails(app: &App, params: &[(&str, &str)], message: &str) {
    app.assert_failure("1.2", &init(app, params), Seal::Key(&app.secret), message);
}

fn init_works(app: &App, params: &[(&str, &str)]) {
    let reply = init(app, params);
    assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");
}

fn login(session: &Session, user: &str, pass: &str, hwid: &str) -> Reply {
    session.call("login", &[("username", user), ("pass", pass), ("hwid", hwid)])
}

#[test]
fn settings_of_a_new_application() {
    let server = Server::start();
    for app in [&server.app, &server.create_app("other")] {
        assert_settings(app, FRESH);
        assert_text(&app.seller("type=getsettings&format=text"), 200, FRESH_TEXT);
        assert_json(&app.seller("type=GetSettings&format=json"), 200, FRESH);
    }
}

#[test]
fn flags() {
    let server = Server::start();
    let app = &server.app;
    for (parameter, field) in [("enabled", "enabled"), ("hwidcheck", "hwid-lock")] {
        for value in ["false", "false", "true", "true"] {
            set(app, &[(parameter, value)]);
            assert_settings(app, &with(FRESH, field, value));
        }
        let expected =
            format!(r#"{{"success":false,"message":"The {parameter} value must be \"true\" or \"false\""}}"#);
        for value in ["maybe", "null", "2", "tru", "falsefalse", "é", "t\0rue", &"é".repeat(5000)] {
            assert_json(&update(app, &[(parameter, value), ("ver", "2.0")]), 200, &expected);
        }
        let reply = app.seller(&format!("type=updatesettings&ver=2.0&{parameter}=%FF"));
        assert_json(&reply, 200, &expected);
        let reply = app.seller(&format!("type=updatesettings&format=text&{parameter}=x&{parameter}=true"));
        assert_text(&reply, 200, &format!(r#"The {parameter} value must be "true" or "false""#));
        assert_settings(app, FRESH);
    }
}

#[test]
fn texts_for_end_users() {
    let server = Server::start();
    let app = &server.app;
    let mut expected = FRESH.to_owned();
    for (n, (parameter, fields)) in MESSAGES.into_iter().enumerate() {
        let longest = format!("{n:<20}{}", "é".repeat(40));
        for text in [longest.as_str(), &format!("<b>{n}</b> & 100% \u{1F600}")] {
            set(app, &[(parameter, text)]);
            for field in fields {
                expected = with(&expected, field, &format!("\"{text}\""));
            }
            assert_settings(app, &expected);
        }
        for long in [format!("{longest}x"), "é".repeat(5000)] {
            let reply = update(app, &[(parameter, &long), ("ver", "2.0")]);
            let name = reply.json()["message"].as_str().expect("a message").to_lowercase();
            assert_eq!(
                (reply.status, name),
                (400, format!("invalid parameter: {}", parameter.to_lowercase()))
            );
            assert_settings(app, &expected);
        }
    }
}

#[test]
fn what_may_be_empty() {
    let server = Server::start();
    let app = &server.app;
    let mut full = FRESH.to_owned();
    for (parameter, field, limit) in OPTIONAL {
        let longest = format!("{:x<limit$}", if limit > 60 { "https://example.com/?a=b&c=" } else { "a" });
        set(app, &[(parameter, &longest)]);
        full = with(&full, field, &format!("\"{longest}\""));
        assert_settings(app, &full);
        for long in [format!("{longest}x"), "é".repeat(5000)] {
            let reply = update(app, &[("ver", "2.0"), (parameter, &long)]);
            assert_json(&reply, 400, &invalid(parameter));
        }
        // Nothing is not a value.
        set(app, &[(parameter, "")]);
        set(app, &[(parameter, " \0\r\n")]);
        assert_settings(app, &full);
    }
    for (parameter, field, _) in OPTIONAL {
        set(app, &[("clear", parameter)]);
        full = with(&full, field, "\"\"");
        assert_settings(app, &full);
    }
    assert_eq!(full, FRESH);
}

#[test]
fn several_are_cleared_at_once() {
    let server = Server::start();
    let app = &server.app;
    let all = OPTIONAL.map(|(parameter, _, _)| (parameter, "https://a.b"));
    set(app, &all);
    set(app, &[("clear", "download, webhook,sellixsecret"), ("ver", "3")]);
    let mut expected = with(FRESH, "version", "\"3\"");
    for (parameter, field, _) in OPTIONAL {
        if !["download", "webhook", "sellixsecret"].contains(&parameter) {
            expected = with(&expected, field, "\"https://a.b\"");
        }
    }
    assert_settings(app, &expected);
    // What is no optional setting stops it all.
    for names in ["enabled", "ver", "webdownload,nonsense", "é", "x\0", &"é".repeat(5000)] {
        let reply = update(app, &[("clear", names), ("ver", "4")]);
        assert_json(&reply, 400, &invalid("clear"));
        assert_settings(app, &expected);
    }
    let names = OPTIONAL.map(|(parameter, _, _)| parameter).join(",");
    set(app, &[("clear", &names), ("ver", "1.0")]);
    assert_settings(app, FRESH);
}

#[test]
fn version_and_numbers() {
    let server = Server::start();
    let app = &server.app;
    for version in ["2", "1.2.3", "béta"] {
        set(app, &[("ver", version)]);
        assert_settings(app, &with(FRESH, "version", &format!("\"{version}\"")));
    }
    set(app, &[("ver", "1.0"), ("cooldown", "60")]);
    let expected = with(FRESH, "cooldown", "\"60\"");
    assert_settings(app, &expected);
    for (parameter, value) in [
        ("ver", "1.2.34"),
        ("ver", "ééé"),
        ("cooldown", "x"),
        ("cooldown", "-1"),
        ("cooldown", "99999999999999999999"),
        ("session", "0"),
        ("session", "-1"),
        ("session", "604801"),
        ("session", "x"),
        ("session", "99999999999999999999"),
    ] {
        let reply = update(app, &[("appdisabled", "New"), (parameter, value)]);
        assert_json(&reply, 400, &invalid(parameter));
        assert_settings(app, &expected);
    }
}

#[test]
fn nothing_and_unknown_things_change_nothing() {
    let server = Server::start();
    let app = &server.app;
    set(app, &[]);
    set(app, &[("version", "9"), ("paused", "true"), ("hash", "x"), ("vpnblock", "true"), ("é", "\0")]);
    set(app, &[("ver", ""), ("enabled", " "), ("hwidcheck", "\0"), ("session", ""), ("clear", " ")]);
    assert_settings(app, FRESH);
    init_works(app, &[]);
}

#[test]
fn parameters_by_other_names_and_twice() {
    let server = Server::start();
    let app = &server.app;
    // As a published caller spells it.
    set(app, &[("weekprocuct", "abc")]);
    let mut expected = with(FRESH, "weekresellerproductid", "\"abc\"");
    assert_settings(app, &expected);
    set(app, &[("weekprocuct", "wrong"), ("weekproduct", "right")]);
    expected = with(&expected, "weekresellerproductid", "\"right\"");
    assert_settings(app, &expected);
    let reply = app.seller("type=UPDATESETTINGS&VER=2&ver=3&ver=4&AppDisabled=Closed&format=text");
    assert_text(&reply, 200, "Settings Update Successful");
    expected = with(&with(&expected, "version", "\"3\""), "disabledmsg", "\"Closed\"");
    assert_settings(app, &expected);
    // Bytes that are no text are replaced.
    assert_json(&app.seller("type=updatesettings&appdisabled=a%00b%FFc"), 200, UPDATED);
    assert_settings(app, &with(&expected, "disabledmsg", "\"a\u{FFFD}b\u{FFFD}c\""));
}

#[test]
fn the_published_example() {
    let server = Server::start();
    let app = &server.app;
    let reply = app.seller(
        "type=updatesettings&enabled=true&hwidcheck=true&ver=1.0&download=text&webhook=text&resellerstore=text\
         &appdisabled=text&usernametaken=text&keynotfound=text&keyused=text&nosublevel=text\
         &usernamenotfound=text&passmismatch=text&hwidmismatch=text&noactivesubs=text&hwidblacked=text\
         &keypaused=text&keyexpired=text&sellixsecret=text&dayproduct=text&weekproduct=text\
         &monthproduct=text&lifetimeproduct=text",
    );
    assert_json(&reply, 200, UPDATED);
    let reply = app.seller("type=getsettings&format=text");
    let lines: Vec<&str> = reply.text().split('\n').collect();
    assert_eq!(lines[..5], ["true", "true", "1.0", "text", ""]);
    assert!(lines[5..24].iter().all(|line| *line == "text"), "{reply:?}");
    assert_eq!(lines[24..], ["604800"]);
    // A webhook that is none does not keep programs from writing.
    let reply = app.init("1.1").call("log", &[("message", "started")]);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(server.cli.json(&["log", "list", &app.path(), "--json"])[0]["message"], "started");
}

#[test]
fn logs_go_to_the_webhook() {
    let server = Server::start_with("outgoing_allow = [\"127.0.0.0/8\"]\n");
    let target = Target::start(&[(204, "")]);
    set(&server.app, &[("webhook", &format!("{}/discord", target.url))]);
    server.app.init("1.2").call("log", &[("message", "started")]);
    let seen = eventually("a message at the webhook", || target.seen().first().cloned());
    assert_eq!(seen.line, "POST /discord HTTP/1.1");
    set(&server.app, &[("clear", "webhook")]);
    assert_settings(&server.app, FRESH);
}

#[test]
fn other_applications_keep_their_settings() {
    let server = Server::start();
    let other = server.create_app("other");
    set(&server.app, &[("ver", "2.0"), ("appdisabled", "Closed"), ("enabled", "false")]);
    let hash = "0123456789abcdef".repeat(2);
    assert_json(&server.app.seller(&format!("type=addhash&hash={hash}")), 200, HASH_ADDED);
    assert_settings(&other, FRESH);
    assert_json(&other.seller("type=resethash"), 200, HASH_NOT_RESET);
    assert_json(&other.seller("type=unpauseapp"), 200, NOT_UNPAUSED);
    assert_json(&other.seller("type=pauseapp"), 200, PAUSED);
    set(&server.app, &[("enabled", "true")]);
    init_works(&server.app, &[]);
    init_fails(&other, &[], APP_PAUSED);
}

#[test]
fn settings_outlive_a_restart() {
    let server = Server::start();
    set(&server.app, &[("ver", "2.0"), ("sellixsecret", "s3cret"), ("dayproduct", "5fe8f5a21db5a")]);
    server.app.seller("type=pauseapp");
    let before = settings(&server.app);
    let server = server.restart();
    assert_settings(&server.app, &before);
    assert_json(&server.app.seller("type=pauseapp"), 200, NOT_PAUSED);
}

#[test]
fn programs_notice_at_once() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.2");
    set(app, &[("enabled", "false"), ("appdisabled", "Closed for Christmas")]);
    init_fails(app, &[], "Closed for Christmas");
    session.fails(&session.call("check", &[]), "Closed for Christmas");
    set(app, &[("enabled", "true"), ("ver", "2.0")]);
    session.is_unvalidated();
    let old = |url: &str| {
        let reply = init(app, &[("ver", "1.0")]);
        let payload = format!(r#""download":"{url}""#);
        app.assert_failure_with("1.2", &reply, Seal::Key(&app.secret), "invalidver", &payload);
    };
    old("");
    set(app, &[("download", "https://example.com/new.exe")]);
    old("https://example.com/new.exe");
    init_works(app, &[("ver", "2.0")]);
    // Sessions that begin now last as long as is said now.
    set(app, &[("session", "60")]);
    let start = now();
    init_works(app, &[]);
    let list = app.seller("type=fetchallsessions").json();
    let expiry = list["sessions"][2]["expiry"].as_str().expect("a text").parse::<i64>().expect("a number");
    assert!((start + 60..=now() + 60).contains(&expiry), "{list}");
}

#[test]
fn registration_says_what_was_set() {
    let server = Server::start();
    let app = &server.app;
    let texts = ["usernametaken", "keynotfound", "keyused", "nosublevel", "unTooShort", "loggedInMsg"];
    set(app, &texts.map(|name| (name, name)));
    let no_level = app.add_license("expiry=1&level=7");
    let session = app.init("1.2");
    let register = |user: &str, key: &str| {
        session.call("register", &[("username", user), ("pass", "p"), ("key", key), ("hwid", HWID)])
    };
    let reply = register("alice", server.license(0));
    assert_eq!((&reply.json()["success"], &reply.json()["message"]), (&true.into(), &"loggedInMsg".into()));
    session.fails(&register("", "x"), "unTooShort");
    session.fails(&register("Alice", "x"), "usernametaken");
    session.fails(&register("bob", "x"), "keynotfound");
    session.fails(&register("bob", server.license(0)), "keyused");
    session.fails(&register("bob", &no_level), "nosublevel");
}

#[test]
fn logins_say_what_was_set() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "p", server.license(0));
    let texts = ["usernamenotfound", "passmismatch", "hwidmismatch", "noactivesubs", "sessionunauthed"];
    set(app, &texts.map(|name| (name, name)));
    set(app, &[("pausedsub", "paused"), ("userbanned", "out: {reason}")]);
    let session = app.init("1.2");
    session.fails(&session.call("check", &[]), "sessionunauthed");
    session.fails(&login(&session, "nobody", "p", HWID), "usernamenotfound");
    session.fails(&login(&session, "alice", "x", HWID), "passmismatch");
    session.fails(&login(&session, "alice", "p", OTHER_HWID), "hwidmismatch");
    app.seller("type=pausesub&subscription=default");
    session.fails(&login(&session, "alice", "p", HWID), "paused");
    app.seller("type=delsub&user=alice&sub=default");
    session.fails(&login(&session, "alice", "p", HWID), "noactivesubs");
    app.seller("type=banuser&user=alice&reason=cheats");
    let session = app.init("1.2");
    session.fails(&login(&session, "alice", "p", HWID), "out: cheats");
}

#[test]
fn bans_and_chats_say_what_was_set() {
    let server = Server::start();
    let app = &server.app;
    set(app, &[("keybanned", "no: {reason}"), ("hwidblacked", "You again"), ("chatHitDelay", "Slowly!")]);
    let session = app.init("1.2");
    app.seller(&format!("type=ban&key={}&reason=stolen", server.license(0)));
    session.fails(&session.call("license", &[("key", server.license(0)), ("hwid", HWID)]), "no: stolen");
    server.cli.ok(&["blacklist", "add", &app.path(), "--hwid", OTHER_HWID]);
    session.fails(&session.call("license", &[("key", server.license(1)), ("hwid", OTHER_HWID)]), "You again");
    server.cli.ok(&["chat", "add", &app.path(), "hall", "--delay", "3600"]);
    session.register("alice", "p", server.license(2));
    let say = || session.call("chatsend", &[("channel", "hall"), ("message", "hello")]);
    assert_eq!(say().json()["success"], true);
    session.fails(&say(), "Slowly!");
}

#[test]
fn the_hwid_lock() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "p", server.license(0));
    let session = app.init("1.2");
    session.fails(&login(&session, "alice", "p", OTHER_HWID), "HWID doesn't match. Ask for a HWID reset");
    set(app, &[("hwidcheck", "false")]);
    assert_eq!(login(&session, "alice", "p", OTHER_HWID).json()["message"], "Logged in!");
    set(app, &[("hwidcheck", "true")]);
    session.fails(&login(&session, "alice", "p", OTHER_HWID), "HWID doesn't match. Ask for a HWID reset");
}

#[test]
fn hashes_are_shown() {
    let server = Server::start();
    let app = &server.app;
    let (one, two) = ("0123456789abcdef".repeat(2), "FEDCBA9876543210".repeat(2));
    assert_json(&app.seller("type=resethash"), 200, HASH_NOT_RESET);
    let hostile =
        ["", "%00", "x", "%FF", &one[1..], &format!("{one}0"), &"g".repeat(32), &encode("é".repeat(16))];
    for hash in hostile.into_iter().chain([encode("é".repeat(5000)).as_str(), &format!("{one}{one}")]) {
        assert_json(&app.seller(&format!("type=addhash&hash={hash}")), 200, HASH_NOT_ADDED);
    }
    assert_json(&app.seller("type=addhash"), 200, HASH_NOT_ADDED);
    assert_settings(app, FRESH);
    assert_json(&app.seller(&format!("type=addhash&hash={one}&hash=x")), 200, HASH_ADDED);
    assert_settings(app, &with(FRESH, "hash", &format!("\"{one}\"")));
    assert_text(
        &app.seller(&format!("type=AddHash&hash={two}&format=text")),
        200,
        "Successfully added hash!",
    );
    let both = with(FRESH, "hash", &format!("\"{one}{}\"", two.to_lowercase()));
    assert_settings(app, &both);
    // It is there, as the caller wants it.
    assert_json(&app.seller(&format!("type=addhash&hash={one}")), 200, HASH_ADDED);
    assert_settings(app, &both);
    assert_text(&app.seller("type=addhash&format=text"), 200, "Failed to add hash!");
    assert_json(&app.seller("type=resethash"), 200, HASH_RESET);
    assert_settings(app, FRESH);
    assert_text(&app.seller("type=ResetHash&format=text"), 200, "Failed to reset hash!");
    app.seller(&format!("type=addhash&hash={one}"));
    assert_text(&app.seller("type=RESETHASH&format=text"), 200, "Successfully reset hash!");
}

#[test]
fn init_checks_hashes() {
    let server = Server::start();
    let app = &server.app;
    let (one, two) = ("0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    set(app, &[("hashcheckfail", "Wrong program")]);
    server.cli.ok(&["app", "set", &app.path(), "hashCheck=true"]);
    eventually("the check", || init(app, &[]).text().contains("Wrong program").then_some(()));
    init_fails(app, &[("hash", &one)], "Wrong program");
    app.seller(&format!("type=addhash&hash={one}"));
    init_works(app, &[("hash", &one)]);
    init_fails(app, &[("hash", &two)], "Wrong program");
    app.seller(&format!("type=addhash&hash={}", two.to_uppercase()));
    for hash in [&one, &two] {
        init_works(app, &[("hash", hash)]);
    }
    app.seller("type=resethash");
    for hash in [&one, &two] {
        init_fails(app, &[("hash", hash)], "Wrong program");
    }
}

#[test]
fn pausing_the_application() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.2");
    assert_json(&app.seller("type=unpauseapp"), 200, NOT_UNPAUSED);
    assert_json(&app.seller("type=pauseapp"), 200, PAUSED);
    assert_settings(app, &with(FRESH, "paused", "true"));
    init_fails(app, &[], APP_PAUSED);
    session.fails(&session.call("check", &[]), APP_PAUSED);
    set(app, &[("pausedApp", "Gone fishing")]);
    init_fails(app, &[], "Gone fishing");
    set(app, &[("pausedApp", APP_PAUSED)]);
    assert_json(&app.seller("type=pauseapp"), 200, NOT_PAUSED);
    assert_json(&app.seller("type=unpauseapp"), 200, UNPAUSED);
    assert_settings(app, FRESH);
    init_works(app, &[]);
    session.is_unvalidated();
    assert_json(&app.seller("type=unpauseapp"), 200, NOT_UNPAUSED);
    let text = |kind: &str, message: &str| {
        assert_text(&app.seller(&format!("type={kind}&format=text")), 200, message);
    };
    text("UnpauseApp", "Failed to unpause application");
    text("PauseApp", "Successfully paused application");
    text("PAUSEAPP", "Failed to pause application");
    text("unpauseApp", "Successfully unpaused application");
}

/// When the only subscription of a user ends.
fn expiry(app: &App, user: &str) -> i64 {
    let reply = login(&app.init("1.2"), user, "p", HWID);
    mask_text(reply.text(), "expiry").1.parse().expect("a number")
}

#[test]
fn a_pause_of_the_application_stops_the_clock() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "p", server.license(0));
    let (before, start) = (expiry(app, "alice"), now());
    assert_json(&app.seller("type=pauseapp"), 200, PAUSED);
    let paused = now();
    eventually("another second", || (now() > paused).then_some(()));
    let resumed = now();
    assert_json(&app.seller("type=unpauseapp"), 200, UNPAUSED);
    let longer = expiry(app, "alice") - before;
    assert!((resumed - paused..=now() - start).contains(&longer), "{longer}");
}

#[test]
fn what_was_paused_before_the_application_stays_paused() {
    let server = Server::start();
    let app = &server.app;
    app.seller("type=addsub&name=premium&level=2");
    app.init("1.2").register("alice", "p", server.license(0));
    app.init("1.2").register("bob", "p", &app.add_license("expiry=1&level=2"));
    app.init("1.2").register("carol", "p", server.license(1));
    let message = |user: &str| {
        let reply = login(&app.init("1.2"), user, "p", HWID).json();
        reply["message"].as_str().expect("a message").to_owned()
    };
    app.seller("type=pausesub&subscription=premium");
    app.seller("type=pauseuser&username=carol");
    let paused = |users: [&str; 2]| users.map(message) == [SUB_PAUSED, SUB_PAUSED];
    assert!(paused(["bob", "carol"]));
    app.seller("type=pauseapp");
    app.seller("type=unpauseapp");
    assert_eq!(message("alice"), "Logged in!");
    assert!(paused(["bob", "carol"]));
    app.seller("type=unpausesub&subscription=premium");
    app.seller("type=unpauseuser&username=carol");
    assert_eq!(["bob", "carol"].map(message), ["Logged in!", "Logged in!"]);
}
