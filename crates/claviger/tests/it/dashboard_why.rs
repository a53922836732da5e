//! The dashboard's box that finds, and its page that says why: paste, see, mend, copy.

use crate::support::{
    App, Browser, HWID, OTHER_HWID, Reply, Server, encode, escaped,
    vendor::{PASS, hostile},
};

const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];
/// The acts, with fields that would do them.
const ACTS: [(&str, &[(&str, &str)]); 9] = [
    ("reset-devices", &[]),
    ("extend", &[("days", "7")]),
    ("end-sessions", &[]),
    ("unban", &[]),
    ("unban-license", &[]),
    ("unpause", &[]),
    ("unpause-app", &[]),
    ("turn-two-factor-off", &[]),
    ("remove-entry", &[("kind", "hwid"), ("value", HWID)]),
];

fn find(browser: &Browser, text: &str) -> Reply {
    browser.get(&format!("/dashboard/demo-app/find?text={}", encode(text)))
}

/// Where the box leads at once.
fn found(browser: &Browser, text: &str) -> String {
    let reply = find(browser, text);
    assert_eq!(reply.status, 303, "{text}: {}", reply.text());
    reply.header("location").expect("an address").to_owned()
}

fn shows(reply: &Reply, texts: &[&str]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    for text in texts {
        assert!(reply.text().contains(&escaped(text)), "{text}: {}", reply.text());
    }
}

fn license(app: &App, key: &str, hwid: &str) -> String {
    let reply = app.init("1.2").call("license", &[("key", key), ("hwid", hwid)]);
    reply.json()["message"].as_str().expect("a message").to_owned()
}

/// Does what a button of the page does, and what the page then says.
fn act(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)]) -> Reply {
    let done = browser.post(&format!("{page}/{act}"), fields);
    assert_eq!(done.status, 303, "{act}: {}", done.text());
    let to = done.header("location").expect("an address").to_owned();
    assert!(to.starts_with(page), "{to}");
    browser.get(&to)
}

#[test]
fn from_what_was_pasted_to_what_is_answered() {
    let server = Server::start();
    let (app, key, browser) = (&server.app, server.license(0), server.browser());
    let page = found(&browser, &format!("my key is {} !!", key.to_lowercase()));
    shows(&browser.get(&page), &["not used yet", "it is worth 30 days", "Please type it into the program."]);
    assert_eq!(license(app, key, HWID), "Logged in!");
    assert_eq!(license(app, key, OTHER_HWID), "HWID doesn't match. Ask for a HWID reset");

    let page = found(&browser, key);
    let seen = browser.get(&page);
    shows(
        &seen,
        &["does not work", "The try came from the device", OTHER_HWID, "it came from another device"],
    );
    // Enter does what mends it.
    assert!(seen.text().contains("class=\"main\" autofocus>Reset devices<"), "{}", seen.text());
    let done = act(&browser, &page, "reset-devices", &[]);
    shows(&done, &[&format!("Reset the devices of {key}."), "works", "Your devices were reset."]);
    // And Enter copies what to answer.
    assert!(done.text().contains("data-copy-of=\"tell\" autofocus>Copy<"), "{}", done.text());
    assert_eq!(license(app, key, OTHER_HWID), "Logged in!");
    shows(&browser.get(&page), &["works"]);
}

#[test]
fn each_act_mends() {
    let server = Server::start();
    let (app, key, browser) = (&server.app, server.license(0), server.browser());
    assert_eq!(license(app, key, HWID), "Logged in!");
    let page = found(&browser, key);
    let works = || assert_eq!(license(app, key, HWID), "Logged in!");
    let sell = |query: &str| {
        let reply = app.seller(&format!("type={}", query.replace("KEY", &encode(key))));
        assert_eq!(reply.json()["success"], true, "{query}: {reply:?}");
    };

    sell("banuser&reason=fraud&user=KEY");
    shows(&browser.get(&page), &["Banned by the vendor", "fraud", "All reasons", "Unban user"]);
    shows(&act(&browser, &page, "unban", &[]), &["Unbanned", "no longer banned"]);
    works();

    sell("ban&reason=chargeback&key=KEY");
    shows(&browser.get(&page), &["is banned: chargeback", "Unban license"]);
    shows(&act(&browser, &page, "unban-license", &[]), &["Unbanned the license", "Your key works again."]);
    works();

    sell(&format!("black&reason=cheat&hwid={}", encode(HWID)));
    shows(&browser.get(&page), &["is blacklisted: cheat", "from the blacklist"]);
    let entry = [("kind", "hwid"), ("value", HWID)];
    shows(&act(&browser, &page, "remove-entry", &entry), &["Removed", "no longer blocked"]);
    works();

    sell("pauseuser&username=KEY");
    shows(&browser.get(&page), &["is paused", "Unpause subscriptions"]);
    shows(&act(&browser, &page, "unpause", &[]), &["Your subscription goes on."]);
    works();

    sell("subtract&user=KEY&sub=default&seconds=99999999");
    let ended = browser.get(&page);
    shows(&ended, &["The subscription default ended"]);
    assert!(ended.text().contains("aria-describedby=\"days-hint\" autofocus"), "{}", ended.text());
    shows(
        &act(&browser, &page, "extend", &[("days", "7")]),
        &["by 7 days", "Your subscription was extended."],
    );
    works();

    sell("pauseapp");
    shows(&browser.get(&page), &["The application is paused"]);
    shows(&act(&browser, &page, "unpause-app", &[]), &["The program is open again."]);
    works();

    shows(&browser.get(&page), &["Live sessions"]);
    shows(&act(&browser, &page, "end-sessions", &[]), &["Ended ", "None: no program of this user runs now."]);
    assert!(
        app.session_ids().iter().all(|id| find(&browser, id).status == 200),
        "none is signed in any more"
    );
    // Twice does no harm.
    shows(&act(&browser, &page, "end-sessions", &[]), &["Ended 0 sessions"]);
    shows(&act(&browser, &page, "unban", &[]), &["There was no ban of"]);
    // It is in the audit log, as whoever is signed in.
    let log = server.cli.json(&["audit", "list", &app.path(), "--json"]).to_string();
    assert!(log.contains("reset_devices") || log.contains("end_sessions"), "{log}");
}

#[test]
fn a_term_that_is_none_stays_in_the_form() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("alice");
    let page = found(&browser, "alice");
    for days in ["", "0", "-1", "soon", "1e99", "2001-01-01", "\0", "<b>\"x\"</b>", &"9".repeat(4000)] {
        let reply = browser.post(&format!("{page}/extend"), &[("days", days)]);
        assert_eq!(reply.status, 422, "{days}: {}", reply.text());
        assert!(reply.text().contains("role=\"alert\""), "{days}");
        assert!(reply.text().contains(&format!("value=\"{}\"", escaped(days))), "{days}: {}", reply.text());
    }
    let reply = browser.post(&format!("{page}/extend"), &[("days", "1"), ("subscription", "nothing")]);
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(app.rows("fetchallusers", "users").len(), 1);
    assert!((app.expiry("alice", 0) - crate::support::now() - 864_000).abs() < 60, "nothing was changed");
    shows(&act(&browser, &page, "extend", &[("days", "never")]), &["without end", "never ends"]);
}

#[test]
fn several_are_listed_and_none_says_how() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for name in ["alice", "alicia"] {
        app.add_user(name);
        assert_eq!(app.login_says(name, HWID), "Logged in!");
    }
    for text in [HWID, "127.0.0.1", "127.0.0.0/8"] {
        shows(&find(&browser, text), &["alice", "alicia", "/dashboard/demo-app/why/users/"]);
    }
    shows(&find(&browser, "alic"), &["Nothing is exactly that", "These begin so", "alice", "alicia"]);
    shows(&find(&browser, "nobody"), &["Nothing is exactly that", "Nothing begins so either."]);
    shows(&find(&browser, " "), &["Paste what the customer wrote"]);
    shows(&browser.get("/dashboard/demo-app/find"), &["Paste what the customer wrote"]);
    app.login("bob", PASS, HWID);
    shows(&find(&browser, "bob"), &["try", "there is no such user"]);
    // An unknown session is only a session.
    let session = app.init("1.2");
    shows(&find(&browser, &session.id), &["session", "nobody is signed in"]);
}

#[test]
fn hostile_texts_come_out_as_text() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for text in hostile() {
        let reply = browser.get(&format!("/dashboard/demo-app/find?text={text}"));
        assert!([200, 303].contains(&reply.status), "{text}: {}", reply.text());
    }
    for name in ["<img src=x onerror=alert(1)>", "\"'><script>", "😀 {{ 7*7 }}"] {
        app.add_user(name);
        app.login(name, PASS, "\"><script>alert(1)</script>\u{202E}xxxxxxxx");
        app.login(name, "wrong", "<b>aaaaaaaaaaaaaaaaaaaaaaaaaaa");
        let page = browser.get(&found(&browser, name));
        shows(&page, &[name]);
        for tag in ["<script>", "<img", "<b>", "\u{202E}"] {
            assert!(!page.text().contains(tag), "{tag}: {}", page.text());
        }
        let refused = app.sell("banuser", &[("user", name), ("reason", "<script>x</script>")]);
        assert_eq!(refused.json()["success"], true);
        assert!(!browser.get(&found(&browser, name)).text().contains("<script>"));
        shows(&find(&browser, &format!("{name}<b>")), &["Nothing is exactly that"]);
    }
    for id in ["x", "0", "-1", "999", "9223372036854775808", "%00", "1%2F2", "1.0"] {
        for kind in ["users", "licenses", "things"] {
            assert_eq!(
                browser.get(&format!("/dashboard/demo-app/why/{kind}/{id}")).status,
                404,
                "{kind} {id}"
            );
        }
    }
}

#[test]
fn nobody_sees_or_mends_what_is_not_theirs() {
    let server = Server::start();
    let (app, key, mine) = (&server.app, server.license(0), server.browser());
    assert_eq!(license(app, key, HWID), "Logged in!");
    app.sell("banuser", &[("user", key), ("reason", "fraud")]);
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], "their password 1\n");
    server.cli.ok(&["app", "create", "--owner", "other", "theirs"]);
    let theirs = Browser::signed_in(&app.address, "other", "their password 1");
    let nobody = Browser::new(&app.address);
    let page = found(&mine, key);
    let (token, foreign) = (mine.token(), theirs.token());
    for target in [page.as_str(), "/dashboard/demo-app/find?text=x", "/dashboard/~1/find?text=x"] {
        assert_eq!(theirs.get(target).status, 404, "{target}");
        assert_eq!(nobody.get(target).status, 303, "{target}");
    }
    // Users of one application are not those of another.
    assert_eq!(theirs.get(&page.replace("demo-app", "theirs")).status, 404);
    let theirs_find = theirs.get(&format!("/dashboard/theirs/find?text={}", encode(key)));
    assert!(theirs_find.text().contains("Nothing is exactly that"), "{}", theirs_find.text());
    for (act, fields) in ACTS {
        let target = format!("{page}/{act}");
        let with = |token| [fields, &[("token", token)][..]].concat();
        assert_eq!(nobody.post(&target, fields).status, 303, "{act}");
        assert_eq!(mine.post_as(&target, fields, &SAME).status, 403, "{act}");
        assert_eq!(mine.post_as(&target, &with(&foreign), &SAME).status, 403, "{act}");
        assert_eq!(
            mine.post_as(&target, &with(&token), &[("Sec-Fetch-Site", "cross-site")]).status,
            403,
            "{act}"
        );
        assert_eq!(theirs.post(&target, fields).status, 404, "{act}");
        assert_eq!(mine.get(&target).status, 405, "{act}");
        let elsewhere = target.replace("demo-app", "theirs");
        // What is about the application alone does no harm there.
        let status = theirs.post(&elsewhere, fields).status;
        assert!(status == 404 || ["unpause-app", "remove-entry"].contains(&act), "{act}: {status}");
    }
    assert_eq!(license(app, key, HWID), "The user is banned");
}

#[test]
fn managers_do_what_their_permissions_say() {
    let server = Server::start();
    let (app, key) = (&server.app, server.license(0));
    assert_eq!(license(app, key, HWID), "Logged in!");
    app.sell("banuser", &[("user", key), ("reason", "fraud"), ("ip", "0")]);
    let owner = server.browser();
    let page = found(&owner, key);
    // Users 2, licenses 1, sessions 16.
    for (name, permissions, may) in [
        ("users", "2", vec!["reset-devices", "extend", "unban", "unpause", "turn-two-factor-off"]),
        ("licenses", "1", vec!["unban-license"]),
        ("sessions", "16", vec![]),
    ] {
        let params = [
            ("role", "manager"),
            ("user", name),
            ("pass", "a long password 1"),
            ("email", &format!("{name}@example.org")[..]),
            ("keylevels", "N/A"),
            ("perms", permissions),
        ];
        let made = app.sell("addAccount", &params);
        assert_eq!(made.json()["success"], true, "{made:?}");
        let browser = Browser::signed_in(&app.address, name, "a long password 1");
        let sees = if name == "sessions" { 403 } else { 200 };
        let seen = browser.get(&page);
        assert_eq!(seen.status, sees, "{name}: {}", seen.text());
        for (act, fields) in ACTS {
            let offered = seen.text().contains(&format!("{page}/{act}\""));
            assert!(!offered || may.contains(&act), "{name}: {act} is offered");
            let allowed = may.contains(&act) || (name == "sessions" && act == "end-sessions");
            if !allowed {
                assert_eq!(browser.post(&format!("{page}/{act}"), fields).status, 403, "{name} {act}");
            }
        }
        assert_eq!(license(app, key, HWID), "The user is banned", "{name}");
    }
}
