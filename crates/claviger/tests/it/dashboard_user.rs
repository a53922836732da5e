//! The dashboard's page of one user: everything that hangs on the user, and all that can be done about it.

use crate::support::{
    App, Browser, HWID, OTHER_HWID, Reply, Server, encode, escaped, form, now, vendor::PASS,
};

const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];

/// The acts, with fields that would do them, and a text of their success.
const ACTS: [(&str, &[(&str, &str)]); 20] = [
    ("note", &[("note", "pays late")]),
    ("extend", &[("subscription", "default"), ("days", "7")]),
    ("subtract", &[("subscription", "default"), ("days", "1")]),
    ("pause", &[]),
    ("unpause", &[]),
    ("delete-subscription", &[("subscription", "default")]),
    ("license", &[("key", "x")]),
    ("add-device", &[("hwid", OTHER_HWID), ("name", "laptop")]),
    ("name-device", &[("hwid", HWID), ("name", "home")]),
    ("free-device", &[("hwid", HWID)]),
    ("cooldown", &[("days", "2")]),
    ("variable", &[("name", "rank"), ("value", "gold")]),
    ("delete-variable", &[("name", "rank")]),
    ("ban", &[("reason", "fraud")]),
    ("unban", &[]),
    ("end-sessions", &[]),
    ("rename", &[("name", "other")]),
    ("password", &[("password", "new")]),
    ("two-factor-off", &[]),
    ("delete", &[]),
];

fn page_of(browser: &Browser, name: &str) -> String {
    let reply = browser.get(&format!("/dashboard/demo-app/find?text={}", encode(name)));
    let why = reply.header("location").unwrap_or_else(|| panic!("{name}: {}", reply.text())).to_owned();
    why.replace("/why/", "/")
}

fn shows(reply: &Reply, texts: &[&str]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    for text in texts {
        assert!(reply.text().contains(&escaped(text)), "{text}: {}", reply.text());
    }
}

fn lacks(reply: &Reply, texts: &[&str]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    for text in texts {
        assert!(!reply.text().contains(&escaped(text)), "{text}: {}", reply.text());
    }
}

/// Does something, and returns the page that says so.
fn act(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)]) -> Reply {
    let done = browser.post(&format!("{page}/{act}"), fields);
    assert_eq!(done.status, 303, "{act}: {}", done.text());
    let to = done.header("location").expect("an address").split('#').next().expect("a path").to_owned();
    assert!(to.starts_with(page), "{to}");
    let seen = browser.get(&to);
    assert!(seen.text().contains("class=\"saying\""), "{act}: {}", seen.text());
    seen
}

/// Something is refused: a sentence beside the form, what was typed is kept, nothing is changed.
fn refuses(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)], why: &str) {
    let reply = browser.post(&format!("{page}/{act}"), fields);
    assert_eq!(reply.status, 422, "{act} {fields:?}: {}", reply.text());
    let problem = reply.text().split("role=\"alert\"").nth(1).unwrap_or_else(|| panic!("{}", reply.text()));
    let problem = problem.split("</p>").next().expect("its end");
    assert!(problem.contains(&escaped(why)), "{act} {fields:?}: {why}: {problem}");
}

fn audit(server: &Server) -> String {
    server.cli.json(&["audit", "list", &server.app.path(), "--json"]).to_string()
}

#[test]
fn time_is_given_and_taken() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let page = page_of(&browser, "alice");
    let begun = app.expiry("alice", 0);
    shows(&browser.get(&page), &["default", "runs", "days left", "never", "Made by", "SellerAPI"]);
    shows(&act(&browser, &page, "extend", &[("subscription", "default"), ("days", "7")]), &["days left"]);
    assert_eq!(app.expiry("alice", 0), begun + 7 * 86_400);
    shows(&act(&browser, &page, "subtract", &[("subscription", "default"), ("days", "6.5")]), &["days left"]);
    assert_eq!(app.expiry("alice", 0), begun + 43_200);
    shows(&act(&browser, &page, "pause", &[("subscription", "default")]), &["paused", "Unpause"]);
    refuses(&browser, &page, "pause", &[], "Nothing of that runs.");
    shows(&act(&browser, &page, "unpause", &[]), &["runs", "Pause"]);
    shows(&act(&browser, &page, "pause", &[]), &["paused"]);
    shows(&act(&browser, &page, "unpause", &[("subscription", "default")]), &["runs"]);
    refuses(&browser, &page, "unpause", &[("subscription", "default")], "Nothing of that is paused");
    refuses(&browser, &page, "unpause", &[("subscription", "\0'--")], "Nothing of that is paused");
    shows(
        &act(&browser, &page, "extend", &[("subscription", "default"), ("days", "never")]),
        &["never ends"],
    );
    for (days, why) in [
        ("", "Write a number"),
        ("0", "more than no time"),
        ("-1", "Write a number"),
        ("1e99", "At most 365000 days"),
        ("\0<b>", "Write a number"),
        ("2001-01-01", "has passed"),
    ] {
        let fields = [("subscription", "default"), ("days", days)];
        refuses(&browser, &page, "extend", &fields, why);
        refuses(&browser, &page, "subtract", &fields, why);
    }
    refuses(
        &browser,
        &page,
        "subtract",
        &[("subscription", "default"), ("days", "never")],
        "Write a number of days",
    );
    refuses(
        &browser,
        &page,
        "subtract",
        &[("subscription", "nothing"), ("days", "1")],
        "No subscription of this name",
    );
    refuses(
        &browser,
        &page,
        "extend",
        &[("subscription", "nothing"), ("days", "1")],
        "There is no subscription",
    );
    // Deleting asks first, and says what goes.
    let ask = browser.get(&format!("{page}/delete-subscription?subscription=default"));
    shows(
        &ask,
        &["Delete default of alice?", "It never ends, and is gone at once.", "Delete the subscription"],
    );
    assert_eq!(browser.get(&format!("{page}/delete-subscription?subscription=x%00y")).status, 400);
    shows(
        &act(&browser, &page, "delete-subscription", &[("subscription", "default")]),
        &["None. Give one here"],
    );
    refuses(&browser, &page, "delete-subscription", &[("subscription", "default")], "no such subscription");
    // A license.
    let key = server.license(0);
    shows(&act(&browser, &page, "license", &[("key", &format!(" {} ", key.to_lowercase()))]), &[key]);
    for (key, why) in [
        (key, "A user has that license already."),
        ("nothing", "no such license"),
        ("\0", "no such license"),
        ("", "no such license"),
    ] {
        refuses(&browser, &page, "license", &[("key", key)], why);
    }
    let log = audit(&server);
    for action in
        ["extend", "subtract", "pause-user", "unpause-user", "delete-subscription", "assign-license"]
    {
        assert!(log.contains(&format!("\"{action}\"")), "{action}: {log}");
    }
}

#[test]
fn devices_are_named_and_freed() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let page = page_of(&browser, "alice");
    shows(&browser.get(&page), &["None is bound."]);
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
    assert_ne!(app.login_says("alice", OTHER_HWID), "Logged in!");
    shows(&browser.get(&page), &[HWID, "no name", "127.0.0.1"]);
    shows(
        &act(&browser, &page, "name-device", &[("hwid", HWID), ("name", " <b>home</b> ")]),
        &["<b>home</b>"],
    );
    shows(
        &act(&browser, &page, "add-device", &[("hwid", OTHER_HWID), ("name", "laptop")]),
        &["laptop", "<b>home</b>"],
    );
    assert_eq!(app.login_says("alice", OTHER_HWID), "Logged in!");
    refuses(&browser, &page, "add-device", &[("hwid", HWID)], "may sign in from there already");
    for hwid in ["", " ", "\0", &"x".repeat(501)] {
        refuses(
            &browser,
            &page,
            "add-device",
            &[("hwid", hwid.trim_matches('\0'))],
            "A device has 1 to 500 bytes.",
        );
    }
    for (hwid, name, why) in [
        (OTHER_HWID, "x".repeat(61), "has at most 60 bytes"),
        (OTHER_HWID, "a\u{202E}b".into(), "must not hold"),
        ("nothing", "a".into(), "There is no device"),
        ("\0", "a".into(), "There is no device"),
    ] {
        refuses(&browser, &page, "name-device", &[("hwid", hwid), ("name", &name)], why);
    }
    // One is freed: the other stays bound and named, and the sessions end.
    let session = app.sign_in("alice");
    let free = format!("{page}/free-device");
    shows(
        &browser.get(&format!("{free}?hwid={OTHER_HWID}")),
        &["Free the device of alice?", "Free the device"],
    );
    assert_eq!(browser.get(&format!("{free}?hwid=nothing")).status, 400);
    let freed = act(&browser, &page, "free-device", &[("hwid", OTHER_HWID)]);
    shows(&freed, &[HWID, "<b>home</b>"]);
    lacks(&freed, &[OTHER_HWID, "laptop"]);
    assert!(!app.session_ids().contains(&session.id));
    assert_ne!(app.login_says("alice", OTHER_HWID), "Logged in!");
    refuses(&browser, &page, "free-device", &[("hwid", OTHER_HWID)], "There is no device");
    // All: the name is there again with the device.
    shows(&browser.get(&free), &["Free all devices of alice?", "1 device is forgotten", "Free 1 device"]);
    lacks(&act(&browser, &page, "free-device", &[]), &[HWID]);
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
    shows(&browser.get(&page), &[HWID, "<b>home</b>"]);
    shows(&act(&browser, &page, "name-device", &[("hwid", HWID), ("name", "")]), &["no name"]);
    // From when on the user may do it alone.
    shows(
        &act(&browser, &page, "cooldown", &[("days", "2")]),
        &["The user may ask for a reset of the devices from"],
    );
    let cooldown: i64 =
        app.userdata("alice")["cooldown"].as_str().expect("a second").parse().expect("a number");
    assert!((cooldown - now() - 172_800).abs() < 60);
    shows(&act(&browser, &page, "cooldown", &[("days", "0")]), &["Now: at once"]);
    act(&browser, &page, "cooldown", &[("days", "never")]);
    for days in ["", "-1", "soon", "1e99"] {
        refuses(&browser, &page, "cooldown", &[("days", days)], "");
    }
}

#[test]
fn variables_notes_bans_and_mutes() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let page = page_of(&browser, "alice");
    let value = "<script>alert(1)</script>\n\u{1F980}";
    let new = [("new", "1"), ("name", "rank"), ("value", value), ("read_only", "1")];
    shows(&act(&browser, &page, "variable", &new), &["rank", value, "checked"]);
    lacks(&act(&browser, &page, "variable", &[("name", "rank"), ("value", "gold")]), &["<script>"]);
    assert_eq!(app.userdata("alice")["uservars"][0]["data"], "gold");
    let long = "x".repeat(501);
    for (name, value, why) in [
        ("", "x", "must not be empty"),
        ("rank", "", "must not be empty"),
        (&*"n".repeat(100), "x", "has at most 99 bytes"),
        ("rank", &*long, "has at most 500 bytes"),
        ("a\nb", "x", "must not hold"),
    ] {
        for more in [None, Some(("new", "1"))] {
            let fields: Vec<_> = [("name", name), ("value", value)].into_iter().chain(more).collect();
            refuses(&browser, &page, "variable", &fields, why);
        }
    }
    let kept = browser.post(&format!("{page}/variable"), &[("name", "rank"), ("value", &long)]);
    assert!(kept.text().contains(&long), "what was typed stays");
    shows(
        &browser.get(&format!("{page}/delete-variable?name=rank")),
        &["Delete the variable rank of alice?"],
    );
    lacks(&act(&browser, &page, "delete-variable", &[("name", "rank")]), &["gold"]);
    refuses(&browser, &page, "delete-variable", &[("name", "rank\0")], "There is no variable");

    shows(
        &act(&browser, &page, "note", &[("note", "first line\r\nsecond <b> line")]),
        &["first line\nsecond <b> line", "Written by demo"],
    );
    refuses(&browser, &page, "note", &[("note", &"n".repeat(4001))], "has at most 4000 bytes");
    lacks(&act(&browser, &page, "note", &[("note", " \r\n ")]), &["Written by"]);

    let session = app.sign_in("alice");
    let banned = act(&browser, &page, "ban", &[("reason", "charged <b> back")]);
    shows(&banned, &["banned", "charged <b> back", "by the vendor", "Unban the user"]);
    assert!(!app.session_ids().contains(&session.id));
    assert_ne!(app.login_says("alice", HWID), "Logged in!");
    for reason in ["", " ", "a\nb", &"r".repeat(100)] {
        refuses(&browser, &page, "ban", &[("reason", reason)], "The reason");
    }
    shows(&act(&browser, &page, "unban", &[]), &["Ban the user"]);
    refuses(&browser, &page, "unban", &[], "not banned");
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
    // With the address, which keeps all of this machine out.
    act(&browser, &page, "ban", &[("reason", "x"), ("with_ip", "1")]);
    assert_eq!(app.rows("fetchallblacks", "blacklists").len(), 2);
    act(&browser, &page, "unban", &[]);
    assert!(app.rows("fetchallblacks", "blacklists").is_empty());

    shows(&act(&browser, &page, "mute", &[("days", "1")]), &["muted", "Unmute"]);
    assert_eq!(app.rows("fetchallmutes", "mutes").len(), 1);
    shows(&act(&browser, &page, "unmute", &[]), &["Mute for days"]);
    refuses(&browser, &page, "unmute", &[], "Nothing kept the user from speaking.");
    for days in ["", "0", "x", "-5"] {
        refuses(&browser, &page, "mute", &[("days", days)], "");
    }
    act(&browser, &page, "mute", &[("days", "never")]);
}

#[test]
fn sessions_end_one_by_one_and_all() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    app.add_user("bob");
    let page = page_of(&browser, "alice");
    let sessions: Vec<_> = (0..3).map(|_| app.sign_in("alice").id).collect();
    let others = app.sign_in("bob").id;
    shows(&browser.get(&page), &sessions.iter().map(String::as_str).collect::<Vec<_>>());
    shows(
        &browser.get(&format!("{page}/end-sessions?session={}", sessions[0])),
        &["Kill the session", &sessions[0]],
    );
    shows(&act(&browser, &page, "end-sessions", &[("session", &sessions[0])]), &["Killed 1 session."]);
    assert_eq!(app.session_ids().len(), 3);
    // Another user's is not ended here.
    shows(&act(&browser, &page, "end-sessions", &[("session", &others)]), &["Killed 0 sessions."]);
    for id in ["x", "", "\0"] {
        assert_eq!(browser.post(&format!("{page}/end-sessions"), &[("session", id)]).status, 400);
    }
    shows(&browser.get(&format!("{page}/end-sessions")), &["Kill all sessions of alice?"]);
    shows(
        &act(&browser, &page, "end-sessions", &[]),
        &["Killed 2 sessions.", "None: no program of this user runs now."],
    );
    assert_eq!(app.session_ids(), [others]);
}

#[test]
fn what_the_user_signs_in_with() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for name in ["alice", "bob"] {
        app.add_user(name);
    }
    let page = page_of(&browser, "alice");
    let account = format!("{page}/account");
    shows(
        &browser.get(&account),
        &["Name of the user", "Set the password", "There is none now.", "Show the token"],
    );
    let refuses = |act: &str, fields: &[(&str, &str)], why: &str| refuses(&browser, &page, act, fields, why);
    act(&browser, &page, "rename", &[("name", "Ann \u{1F980}")]);
    assert_eq!(app.login_says("alice", HWID).as_str(), "Invalid username");
    assert_eq!(app.login_says("ann \u{1F980}", HWID), "Logged in!");
    for (name, why) in [
        ("BOB", "There is a user"),
        ("", "must not be empty"),
        ("a\0b", "must not hold"),
        ("all", "There is a user"),
        (&*"n".repeat(71), "has at most 70 bytes"),
    ] {
        refuses("rename", &[("name", name)], why);
    }
    act(&browser, &page, "password", &[("password", " s p\u{e9}cial ")]);
    assert_eq!(app.login("Ann \u{1F980}", " s p\u{e9}cial ", HWID).json()["success"], true);
    refuses("password", &[("password", "")], "Write a password");
    refuses("password", &[("password", "  ")], "must not be empty");
    refuses("password", &[("password", &"p".repeat(501))], "at most 500 bytes");
    act(&browser, &page, "password", &[("password", "ignored"), ("none", "1")]);
    shows(&browser.get(&account), &["There is none now: the next sign-in sets it."]);
    assert_eq!(app.login("Ann \u{1F980}", "chosen", HWID).json()["success"], true);
    act(&browser, &page, "email", &[("email", "ann@example.org")]);
    shows(&browser.get(&account), &["There is one now."]);
    for email in ["x", "@", "a b@c", "a\0@b\n.c"] {
        refuses("email", &[("email", email)], "is no e-mail address");
    }
    act(&browser, &page, "email", &[("email", "")]);
    shows(&browser.get(&account), &["There is none now."]);
    // A value that signs in once.
    let made = browser.post(&format!("{page}/login-token"), &[]);
    let token = made.text().split("id=\"login-token\" class=\"break\">").nth(1).expect("a value");
    let token = token.split('<').next().expect("its end");
    let fields = [("username", "Ann \u{1F980}"), ("token", token), ("hwid", HWID)];
    assert_eq!(app.init("1.2").call("login", &fields).json()["success"], true);
    assert_eq!(app.init("1.2").call("login", &fields).json()["success"], false);
    lacks(&browser.get(&account), &[token]);
    assert!(!audit(&server).contains(token));
    shows(&browser.get(&format!("{page}/two-factor-off")), &["Turn two-factor sign-in of Ann"]);
    shows(&act(&browser, &page, "two-factor-off", &[]), &["was off already"]);
    let history = browser.get(&format!("{page}/history"));
    shows(&history, &["Tries to sign in", "login", "set-password", "Lines of the log"]);
    for secret in ["chosen", "ann@example.org", " s p\u{e9}cial "] {
        lacks(&history, &[secret]);
    }
}

#[test]
fn deleting_says_what_goes() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    app.sign_in("alice");
    let page = page_of(&browser, "alice");
    act(&browser, &page, "note", &[("note", "x")]);
    shows(
        &browser.get(&format!("{page}/delete")),
        &["Delete alice?", "1 subscription, 1 live session, 1 note and the devices and the token"],
    );
    let deleted = browser.post(&format!("{page}/delete"), &[]);
    assert_eq!(deleted.status, 303);
    assert_eq!(app.sell("userdata", &[("user", "alice")]).json()["success"], false);
    assert_eq!(browser.get(&page).status, 404);
    for (act, fields) in ACTS {
        assert_eq!(browser.post(&format!("{page}/{act}"), fields).status, 404, "{act}");
    }
    assert!(audit(&server).contains("delete-user"));
}

#[test]
fn users_are_made_without_a_license() {
    const NEW: &str = "/dashboard/demo-app/users/new";
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    shows(&browser.get(NEW), &["Empty: the first sign-in sets it.", "default"]);
    let post = |other: &[(&str, &str)]| {
        let usual = [("name", "alice"), ("password", "p"), ("subscription", "default"), ("days", "10")];
        let kept = usual.into_iter().filter(|(name, _)| !other.iter().any(|(named, _)| named == name));
        browser.post(NEW, &kept.chain(other.iter().copied()).collect::<Vec<_>>())
    };
    let made = post(&[]);
    let page = made.header("location").unwrap_or_else(|| panic!("{}", made.text())).to_owned();
    shows(&browser.get(&page), &["The user is made.", "alice", "runs"]);
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
    for (other, why) in [
        (&[][..], "There is a user of this name already."),
        (&[("name", "ALICE")], "There is a user of this name already."),
        (&[("name", "")], "must not be empty"),
        (&[("name", "all")], "Nobody may be called so"),
        (&[("name", "a\0b")], "must not hold"),
        (&[("name", "b"), ("subscription", "nothing")], "There is no such subscription."),
        (&[("name", "b"), ("days", "0")], "more than no time"),
        (&[("name", "b"), ("days", "<b>")], "Write a number"),
        (&[("name", "b"), ("days", "2001-01-01")], "That date has passed."),
    ] {
        let reply = post(other);
        assert_eq!(reply.status, 422, "{other:?}: {}", reply.text());
        assert!(reply.text().contains(&escaped(why)), "{other:?}: {}", reply.text());
    }
    for long in ["n".repeat(71), "n".repeat(70_000)] {
        assert_eq!(post(&[("name", &long)]).status, 422);
    }
    assert_eq!(app.rows("fetchallusers", "users").len(), 1, "nobody else is made");
    // Without subscription and password, from any device.
    assert_eq!(
        post(&[("name", "bob"), ("password", ""), ("subscription", ""), ("days", "x"), ("any_device", "1")])
            .status,
        303
    );
    let bob = browser.get(&page_of(&browser, "bob"));
    shows(&bob, &["None. Give one here", "none: the next sign-in sets it", "any device"]);
    app.seller("type=pauseapp");
    assert!(post(&[("name", "carol")]).text().contains("The application is paused"));
}

#[test]
fn two_who_change_the_same_user_at_once() {
    let server = Server::start();
    let (app, browsers) = (&server.app, [server.browser(), server.browser()]);
    app.add_user("alice");
    let page = page_of(&browsers[0], "alice");
    let begun = app.expiry("alice", 0);
    std::thread::scope(|scope| {
        for browser in browsers {
            let page = &page;
            scope.spawn(move || {
                for n in 0..5 {
                    act(&browser, page, "extend", &[("subscription", "default"), ("days", "1")]);
                    act(&browser, page, "variable", &[("name", "n"), ("value", &n.to_string())]);
                }
            });
        }
    });
    assert_eq!(app.expiry("alice", 0), begun + 10 * 86_400, "none is lost");
}

#[test]
fn others_may_not() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let page = page_of(&browser, "alice");
    let id = page.rsplit('/').next().expect("a number").to_owned();
    let make = |role: &str, name: &str, perms: &str| {
        let email = format!("{name}@x.example");
        let fields =
            [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
        Browser::signed_in(&app.address, name, "password")
    };
    // Licenses, chats, sessions, logs, tokens and all else, but users.
    let others = [make("Manager", "manager", &(4095 - 2).to_string()), make("Reseller", "shop", "4095")];
    for other in &others {
        for rest in ["", "/account", "/history", "/delete"] {
            assert_eq!(other.get(&format!("{page}{rest}")).status, 403, "{rest}");
        }
        let token = other.token();
        for (act, fields) in ACTS.into_iter().filter(|(act, _)| !["license", "end-sessions"].contains(act)) {
            let fields: Vec<_> = fields.iter().copied().chain([("token", token.as_str())]).collect();
            assert_eq!(other.post_as(&format!("{page}/{act}"), &fields, &SAME).status, 403, "{act}");
        }
    }
    // Users alone: no sessions, no chats, no licenses, no tokens, no log.
    let users = make("Manager", "users", "2");
    let seen = users.get(&page);
    shows(&seen, &["alice", "Give time"]);
    lacks(&seen, &["Use a license up", "Mute for days"]);
    for act in ["end-sessions", "mute", "unmute", "license"] {
        assert_eq!(users.post(&format!("{page}/{act}"), &[("days", "1"), ("key", "x")]).status, 403, "{act}");
    }
    lacks(&users.get(&format!("{page}/account")), &["Of the token system"]);
    lacks(&users.get(&format!("{page}/history")), &["Lines of the log", "Changes<"]);
    // Another application of the same owner, and another owner: there is no such user.
    let second: App = server.create_app("second");
    let foreign = format!("/dashboard/{}/users/{id}", second.name);
    for (act, fields) in ACTS {
        assert_eq!(browser.post(&format!("{foreign}/{act}"), fields).status, 404, "{act}");
    }
    for id in ["0", "-1", "x", "9999999999999999999999", "%00", "1%2F2"] {
        assert_eq!(browser.get(&format!("/dashboard/demo-app/users/{id}")).status, 404, "{id}");
    }
    assert_eq!(app.login("alice", PASS, HWID).json()["success"], true, "nothing was changed");
}
