//! The dashboard's page of all settings: what is shown, changed, asked first, refused and put back.

use crate::support::proxied::on_both;
use crate::support::{Browser, Reply, Server, escaped, eventually, form};

const SETTINGS: &str = "/dashboard/demo-app/settings";
const OWNER: &str = "/dashboard/demo-app/settings/owner";
const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

/// What a setting is, as the command line tells it.
fn setting(server: &Server, pointer: &str) -> serde_json::Value {
    let settings = server.cli.json(&["app", "settings", "demo/demo-app", "--json"]);
    settings.pointer(pointer).cloned().unwrap_or_default()
}

fn assert_says(browser: &Browser, reply: &Reply, said: &str) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let to = reply.header("location").expect("where to go").split('#').next().unwrap_or_default();
    let page = browser.get(to);
    assert!(page.text().contains(&format!("role=\"status\">{said}</p>")), "{said}: {}", page.text());
}

/// The newest change in the audit log: what was done, and what became of it.
fn last_change(server: &Server) -> (String, String) {
    let log = server.cli.json(&["audit", "list", "demo/demo-app", "--json"]);
    let text = |name: &str| log[0][name].as_str().unwrap_or_default().to_owned();
    (text("type"), text("changes"))
}

#[test]
fn every_setting_is_there_with_its_default() {
    let server = Server::start();
    let browser = server.browser();
    server.cli.ok(&["app", "set", "demo/demo-app", "minHwid=33", "messages.loggedIn=<b>Hi</b>"]);
    let page = eventually("the change to be seen", || {
        let page = browser.get(SETTINGS);
        page.text().contains("value=\"33\"").then_some(page)
    });
    let settings = setting(&server, "");
    let settings = settings.as_object().expect("settings");
    let texts =
        settings["messages"].as_object().expect("texts").keys().map(|name| format!("messages.{name}"));
    let apis = settings["api"].as_object().expect("versions").keys().map(|name| format!("api.{name}"));
    let plain = settings.keys().filter(|name| *name != "messages" && *name != "api").cloned();
    for name in texts.chain(apis).chain(plain) {
        assert!(page.text().contains(&format!("name=\"was.{name}\"")), "{name}");
    }
    for part in [
        "Default: 20",
        "settings/reset?name=minHwid",
        &escaped("<b>Hi</b>"),
        "A program shows:",
        "The user is banned",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert!(!page.text().contains("<b>Hi"));
    let found = browser.get(&format!("{SETTINGS}?text=SHORTEST+dev"));
    assert!(found.text().contains("was.minHwid") && !found.text().contains("was.forceHwid"));
    let differ = browser.get(&format!("{SETTINGS}?changed=on&text=minhwid"));
    assert!(differ.text().contains("was.minHwid"));
    let none = browser.get(&format!("{SETTINGS}?text=%00%FF%3Cscript%3E"));
    assert!(none.status == 200 && none.text().contains("No setting is like this"));
    assert!(!none.text().contains("<script>"));
}

#[test]
fn what_locks_nobody_out_is_changed_at_once() {
    on_both(|server| {
        let browser = server.browser();
        let fields = [
            ("was.messages.loggedIn", "Logged in!"),
            ("messages.loggedIn", "Hello, \u{1F980} <b>"),
            ("was.minUsername", "1"),
            ("minUsername", " 3 "),
            ("was.hashes", ""),
            ("hashes", "0123456789abcdef0123456789abcdef\r\nFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\r\n"),
            // Not changed since the page was made.
            ("was.cooldownSeconds", "604800"),
            ("cooldownSeconds", "604800"),
        ];
        assert_says(&browser, &browser.post(SETTINGS, &fields), "Changed 3 settings.");
        assert_eq!(setting(server, "/messages/loggedIn"), "Hello, \u{1F980} <b>");
        assert_eq!(setting(server, "/minUsername"), 3);
        assert_eq!(setting(server, "/hashes/1"), "f".repeat(32).as_str());
        let (kind, changes) = last_change(server);
        assert_eq!(kind, "settings");
        assert!(changes.contains("minUsername: 1 → 3; "), "{changes}");
        assert_says(&browser, &browser.post(SETTINGS, &[]), "Nothing was changed.");
        let session = server.app.init("1.1");
        let reply = session.call("license", &[("key", server.license(0)), ("hwid", crate::support::HWID)]);
        assert_eq!(reply.json()["message"], "Hello, \u{1F980} <b>");
    });
}

#[test]
fn what_locks_programs_out_is_asked_first() {
    on_both(|server| {
        let browser = server.browser();
        let (_old, _new) = (server.app.init("1.1"), server.app.init("1.2"));
        server.app.init("1.1").license(server.license(0));
        let off = [("was.api.v1_1", "true"), ("was.minHwid", "20"), ("minHwid", "30")];
        let asked = browser.post(SETTINGS, &off);
        assert_eq!(asked.status, 200, "{}", asked.text());
        for part in [
            "API 1.1 is switched off: 2 live sessions use it now, and are refused at their next request.",
            "1 session is signed in now. Sign-ins with a device of fewer than 30 bytes are refused.",
            "<button class=\"danger\" autofocus>Change 2 settings</button>",
            "name=\"was.api.v1_1\" value=\"true\"",
            "name=\"sure\" value=\"yes\"",
        ] {
            assert!(asked.text().contains(part), "{part}: {}", asked.text());
        }
        assert_eq!(setting(server, "/api/v1_1"), true, "asking changes nothing");
        let sure = [&off[..], &[("sure", "yes")]].concat();
        assert_says(&browser, &browser.post(SETTINGS, &sure), "Changed 2 settings.");
        assert_eq!((setting(server, "/api/v1_1"), setting(server, "/minHwid")), (false.into(), 30.into()));
        // Each of what else locks out, by the words that are said.
        for (fields, said) in [
            (&[("was.enabled", "true")][..], "Switch the application off?"),
            (&[("was.paused", "false"), ("paused", "true")], "Pause the application?"),
            (&[("was.version", "1.0"), ("version", "2.0")], "Programs of another version than 2.0"),
            (&[("was.hashCheck", "false"), ("hashCheck", "true")], "every program is refused"),
            (
                &[("was.vpnBlock", "false"), ("vpnBlock", "true")],
                "3 sessions are open now. Programs behind VPNs",
            ),
            (&[("was.tokenSystem", "false"), ("tokenSystem", "true")], "Programs without a token"),
            (
                &[("was.forceEncryption", "false"), ("forceEncryption", "true")],
                "1 session is live on API 1.2",
            ),
            (&[("was.bindSessionToIp", "false"), ("bindSessionToIp", "true")], "another address"),
            (
                &[("was.killOtherSessions", "false"), ("killOtherSessions", "true")],
                "1 session is signed in now",
            ),
            (&[("was.logsKept", "100000"), ("logsKept", "10")], "older ones are deleted for good"),
        ] {
            let asked = browser.post(SETTINGS, fields);
            assert!(asked.status == 200 && asked.text().contains(said), "{said}: {}", asked.text());
        }
        let asked =
            browser.post(OWNER, &[("was.sellerApiWhitelist", ""), ("sellerApiWhitelist", "192.0.2.0/24")]);
        assert!(
            asked.text().contains("Only one address or network may use the Seller API"),
            "{}",
            asked.text()
        );
        assert_eq!(setting(server, "/paused"), false);
    });
}

#[test]
fn one_unfit_value_leaves_everything_as_it_was() {
    let server = Server::start();
    let browser = server.browser();
    let long = "x".repeat(101);
    let fields = [
        ("was.minUsername", "1"),
        ("minUsername", "99999999999999999999"),
        ("was.messages.keyUsed", "License key has already been used"),
        ("messages.keyUsed", long.as_str()),
        ("was.messages.userBanned", "The user is banned"),
        ("messages.userBanned", ""),
        ("was.download", ""),
        ("download", "javascript:alert(1)"),
        ("was.licenseMask", "******-******-******-******-******-******"),
        ("licenseMask", "**"),
        ("was.cooldownSeconds", "604800"),
        ("cooldownSeconds", "5"),
        ("was.hashes", ""),
        ("hashes", "<b>"),
        ("was.version", "1.0"),
        ("version", "a\0b"),
    ];
    let before = setting(&server, "");
    let reply = browser.post(SETTINGS, &fields);
    assert_eq!(reply.status, 422);
    for part in [
        "7 values do not fit. Nothing was changed.",
        "value=\"99999999999999999999\"",
        "is no number from 1 to 70",
        "it has at most 100 bytes; this text has 101",
        "it must not be empty",
        "value=\"javascript:alert(1)\"",
        "could be guessed",
        "value=\"5\"",
        "is no MD5 hash",
        "aria-invalid=\"true\"",
        &escaped("<b>"),
    ] {
        assert!(reply.text().contains(part), "{part}: {}", reply.text());
    }
    assert!(!reply.text().contains("--force"));
    assert_eq!(setting(&server, ""), before);
    // No version of the API would be left.
    let none = [
        ("was.api.v1_0", "true"),
        ("was.api.v1_1", "true"),
        ("was.api.v1_2", "true"),
        ("was.api.v1_3", "true"),
    ];
    let reply = browser.post(SETTINGS, &none);
    assert!(
        reply.status == 422 && reply.text().contains("Leave at least one version on"),
        "{}",
        reply.text()
    );
    // Fields that are sent twice count once, and odd names are nothing.
    let twice =
        [("was.minUsername", "1"), ("minUsername", "4"), ("minUsername", "x"), ("was.x", "1"), ("x", "2")];
    assert_says(&browser, &browser.post(SETTINGS, &twice), "Changed: Shortest name.");
    assert_eq!(setting(&server, "/minUsername"), 4);
}

#[test]
fn two_who_change_the_same_are_told() {
    let server = Server::start();
    let browser = server.browser();
    server.cli.ok(&["app", "set", "demo/demo-app", "minUsername=5"]);
    eventually("the change to be seen", || {
        browser.get(SETTINGS).text().contains("value=\"5\"").then_some(())
    });
    let stale = [("was.minUsername", "1"), ("minUsername", "7")];
    let reply = browser.post(SETTINGS, &stale);
    assert_eq!(reply.status, 422);
    assert!(
        reply.text().contains("Somebody else changed it meanwhile") && reply.text().contains("value=\"7\"")
    );
    // What the other one changed is not undone by a form that has the older value.
    let other = [
        ("was.minUsername", "1"),
        ("minUsername", "1"),
        ("was.cooldownSeconds", "604800"),
        ("cooldownSeconds", "9"),
    ];
    assert_says(&browser, &browser.post(SETTINGS, &other), "Changed: Between two resets.");
    assert_eq!(
        (setting(&server, "/minUsername"), setting(&server, "/cooldownSeconds")),
        (5.into(), 9.into())
    );
}

#[test]
fn secrets_are_set_and_removed_but_never_shown() {
    let server = Server::start();
    let browser = server.browser();
    let secret = "s3cr3t-of-the-shop";
    let hook = "https://hooks.example.com/services/T000/secret";
    assert_says(
        &browser,
        &browser.post(OWNER, &[("was.sellixSecret", ""), ("sellixSecret", secret)]),
        "Changed: Secret of Sellix.",
    );
    assert_says(
        &browser,
        &browser.post(SETTINGS, &[("was.webhook", ""), ("webhook", hook)]),
        "Changed: Webhook for logs.",
    );
    let page = browser.get(SETTINGS);
    assert!(!page.text().contains(secret) && !page.text().contains("T000"), "{}", page.text());
    assert!(page.text().contains("placeholder=\"***\""));
    assert_eq!(setting(&server, "/webhook"), hook);
    let log = server.cli.run(&["audit", "list", "demo/demo-app"]).stdout;
    assert!(!log.contains(secret) && !log.contains("T000"), "{log}");
    // Left empty it stays.
    assert_says(
        &browser,
        &browser.post(SETTINGS, &[("was.webhook", "***"), ("webhook", "")]),
        "Nothing was changed.",
    );
    assert_eq!(setting(&server, "/webhook"), hook);
    assert_says(
        &browser,
        &browser.post(SETTINGS, &[("was.webhook", "***"), ("clear.webhook", "yes")]),
        "Changed: Webhook for logs.",
    );
    assert_eq!(setting(&server, "/webhook"), serde_json::Value::Null);
}

#[test]
fn settings_go_back_to_their_defaults() {
    let server = Server::start();
    let browser = server.browser();
    server.cli.ok(&["app", "set", "demo/demo-app", "minUsername=5", "minHwid=10", "messages.loggedIn=Hi"]);
    let reset = format!("{SETTINGS}/reset");
    let one = || browser.get(&format!("{reset}?name=minUsername"));
    let ask = eventually("the change to be seen", || Some(one()).filter(|reply| reply.status == 200));
    assert!(ask.text().contains("Reset Shortest name?") && ask.text().contains("It becomes “1” again."));
    assert_says(&browser, &browser.post(&reset, &[("name", "minUsername")]), "Reset: Shortest name.");
    assert_eq!(setting(&server, "/minUsername"), 1);
    assert_says(&browser, &browser.post(&reset, &[("name", "minUsername")]), "It has its default already.");
    assert_says(&browser, &one(), "It has its default already.");
    for name in ["", "nothing", "\0", "sellixSecret", "auditKept"] {
        let reply = browser.post(&reset, &[("name", name)]);
        assert!(reply.status == 400 && reply.text().contains("There is no such setting here"), "{name:?}");
    }
    // All of them: what locks out is asked once more.
    let all = browser.get(&format!("{reset}?all=yes"));
    assert!(
        all.text().contains("Signed in") && all.text().contains("name=\"all\" value=\"yes\""),
        "{}",
        all.text()
    );
    let asked = browser.post(&reset, &[("all", "yes")]);
    assert!(asked.text().contains("fewer than 20 bytes"), "{}", asked.text());
    let reply = browser.post(&reset, &[("all", "yes"), ("sure", "yes")]);
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(setting(&server, "/minHwid"), 20);
    assert_eq!(setting(&server, "/messages/loggedIn"), "Logged in!");
}

#[test]
fn others_change_nothing_and_managers_only_their_part() {
    let server = Server::start();
    let (mine, app) = (server.browser(), &server.app);
    for (name, perms) in [("may", "1024"), ("may-not", "3071")] {
        let fields = [
            ("role", "Manager"),
            ("user", name),
            ("pass", "password"),
            ("email", &format!("{name}@x.example")),
            ("perms", perms),
        ];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
    }
    let (may, may_not) = (
        Browser::signed_in(&app.address, "may", "password"),
        Browser::signed_in(&app.address, "may-not", "password"),
    );
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    let before = setting(&server, "");
    let change = [("was.minUsername", "1"), ("minUsername", "2")];
    let audit = [("was.auditKept", "100000"), ("auditKept", "1"), ("sure", "yes")];
    for target in [SETTINGS, OWNER] {
        assert_eq!(theirs.post(target, &change).status, 404);
        assert_eq!(may_not.post(target, &change).status, 403);
        assert_eq!(mine.post_as(target, &change, &SAME).status, 403, "without a token");
    }
    assert_eq!(theirs.get(SETTINGS).status, 404);
    assert_eq!(may_not.get(SETTINGS).status, 403);
    // What seller keys may do, and what is kept of it, is the owner's alone.
    assert!(!may.get(SETTINGS).text().contains("was.auditKept"));
    assert_eq!(may.post(OWNER, &audit).status, 403);
    assert_eq!(may.get(&format!("{OWNER}/reset?all=yes")).status, 403);
    assert_says(&may, &may.post(SETTINGS, &audit), "Nothing was changed.");
    assert_eq!(setting(&server, ""), before);
    assert_says(&may, &may.post(SETTINGS, &change), "Changed: Shortest name.");
    let log = server.cli.json(&["audit", "list", "demo/demo-app", "--json"]);
    assert_eq!(log[0]["key"], "may", "{log}");
}
