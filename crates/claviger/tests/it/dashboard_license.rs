//! The dashboard's page of one license: its story, and all that can be done about it.

use crate::support::{Browser, HWID, Reply, Server, escaped, form, vendor::PASS};

const SAME: [(&str, &str); 1] = [("Sec-Fetch-Site", "same-origin")];
const DAY: i64 = 86_400;

/// The acts, with fields that would do them.
const ACTS: [(&str, &[(&str, &str)]); 7] = [
    ("note", &[("note", "for the shop")]),
    ("duration", &[("days", "7")]),
    ("add-time", &[("days", "7")]),
    ("assign", &[("user", "alice")]),
    ("ban", &[("reason", "resold")]),
    ("unban", &[]),
    ("delete", &[]),
];

/// The page of the n-th license of the application, counted from 1.
fn page(n: usize) -> String {
    format!("/dashboard/demo-app/licenses/{n}")
}

fn shows(reply: &Reply, texts: &[&str]) {
    assert_eq!(reply.status, 200, "{}", reply.text());
    for text in texts {
        assert!(reply.text().contains(&escaped(text)), "{text}: {}", reply.text());
    }
}

fn act(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)]) -> Reply {
    let done = browser.post(&format!("{page}/{act}"), fields);
    assert_eq!(done.status, 303, "{act}: {}", done.text());
    assert_eq!(done.header("location"), Some(page));
    let seen = browser.get(page);
    assert!(seen.text().contains("class=\"saying\""), "{act}: {}", seen.text());
    seen
}

fn refuses(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)], why: &str) {
    let reply = browser.post(&format!("{page}/{act}"), fields);
    assert_eq!(reply.status, 422, "{act} {fields:?}: {}", reply.text());
    let problem = reply.text().split("role=\"alert\"").nth(1).unwrap_or_else(|| panic!("{}", reply.text()));
    let problem = problem.split("</p>").next().expect("its end");
    assert!(problem.contains(&escaped(why)), "{act} {fields:?}: {why}: {problem}");
}

#[test]
fn an_unused_license_is_changed_and_given() {
    let server = Server::start();
    let (app, browser, key) = (&server.app, server.browser(), server.license(0));
    app.add_user("alice");
    let page = page(1);
    let hostile = "<b>\"note\"</b> \u{1F980}";
    shows(&browser.get(&page), &[key, "not used", "30 days", "default", "Made", "Give it to a user", "Show"]);
    shows(&act(&browser, &page, "note", &[("note", hostile)]), &[hostile]);
    for (note, why) in [(&*"n".repeat(70), "has at most 69 bytes"), ("a\nb", "must not hold")] {
        refuses(&browser, &page, "note", &[("note", note)], why);
    }
    let changed = act(&browser, &page, "duration", &[("days", "2.5")]);
    shows(&changed, &["2 days 12 hours"]);
    assert!(changed.text().contains("name=\"days\" value=\"2.5\""), "{}", changed.text());
    shows(
        &act(&browser, &page, "add-time", &[("days", "1")]),
        &["The license is worth 3 days 12 hours now."],
    );
    shows(&act(&browser, &page, "duration", &[("days", "never")]), &["time without end"]);
    shows(&act(&browser, &page, "add-time", &[("days", "1")]), &["time without end"]);
    shows(&act(&browser, &page, "duration", &[("days", "7")]), &["7 days"]);
    for (days, why) in [
        ("", "Write a number"),
        ("0", "more than no time"),
        ("-1", "Write a number"),
        ("1e99", "At most"),
        ("\0", "Write a number"),
    ] {
        refuses(&browser, &page, "duration", &[("days", days)], why);
        refuses(&browser, &page, "add-time", &[("days", days)], why);
    }
    refuses(&browser, &page, "add-time", &[("days", "never")], "Write a number of days.");
    for (user, why) in [("nobody", "There is no such user."), ("", "no such user"), ("\0", "no such user")] {
        refuses(&browser, &page, "assign", &[("user", user)], why);
    }
    let begun = app.expiry("alice", 0);
    let used = act(&browser, &page, "assign", &[("user", " ALICE ")]);
    shows(
        &used,
        &["used", "alice", "/dashboard/demo-app/users/1", "also the time of its user", "assign-license"],
    );
    assert_eq!(app.expiry("alice", 0), begun + 7 * DAY);
    refuses(&browser, &page, "assign", &[("user", "alice")], "A user has it already.");
    // Its user keeps what it brought, unless that is changed along.
    shows(
        &act(&browser, &page, "duration", &[("days", "9")]),
        &["Its user keeps the time that it brought.", "Brought"],
    );
    assert_eq!(app.expiry("alice", 0), begun + 7 * DAY);
    shows(
        &act(&browser, &page, "add-time", &[("days", "1"), ("user_too", "1")]),
        &["The time of its user changed along."],
    );
    assert_eq!(app.expiry("alice", 0), begun + 10 * DAY);
    let log = server.cli.json(&["audit", "list", &app.path(), "--json"]).to_string();
    assert!(log.contains("worth: 7 days → 9 days"), "{log}");
    assert!(!log.contains("note\\\"</b>"), "notes are the vendor's: {log}");
}

#[test]
fn the_story_is_told_in_the_order_of_time() {
    let server = Server::start();
    let (app, browser, key) = (&server.app, server.browser(), server.license(0));
    let page = page(1);
    let session = app.init("1.2");
    assert_eq!(session.call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    act(&browser, &page, "ban", &[("reason", "resold")]);
    assert_eq!(app.init("1.2").call("license", &[("key", key), ("hwid", HWID)]).json()["success"], false);
    // Tries are noted within a second.
    crate::support::eventually("the refused try", || {
        browser.get(&page).text().contains("license from 127.0.0.1").then_some(())
    });
    let text = browser.get(&page).text().to_owned();
    let story = text.split("id=\"story\"").nth(1).expect("a story");
    let places: Vec<usize> = [">Made<", ">Used<", ">ban-license<", "Its user was banned with it"]
        .iter()
        .map(|word| story.find(word).unwrap_or_else(|| panic!("{word}: {story}")))
        .collect();
    assert!(places[0] < places[1] && places[1] < places[2], "{story}");
    shows(&browser.get(&page), &["Banned: resold.", "is banned along with it", "Unban the license"]);
    assert!(!app.session_ids().contains(&session.id));
    shows(&act(&browser, &page, "unban", &[]), &["Ban the license", "unban-license"]);
    refuses(&browser, &page, "unban", &[], "It is not banned.");
    assert_eq!(app.init("1.2").call("license", &[("key", key), ("hwid", HWID)]).json()["success"], true);
    // Without a reason, and with the user of another name.
    app.add_user("alice");
    act(&browser, &self::page(2), "assign", &[("user", "alice")]);
    shows(&act(&browser, &self::page(2), "ban", &[("reason", "")]), &["Banned, without a reason."]);
    assert_eq!(app.login("alice", PASS, HWID).json()["success"], true, "such a user goes on");
    act(&browser, &self::page(2), "unban", &[]);
    shows(
        &act(&browser, &self::page(2), "ban", &[("reason", "x"), ("user_too", "1")]),
        &["is banned along with it"],
    );
    assert_eq!(app.login("alice", PASS, HWID).json()["success"], false);
    for reason in ["a\nb", &"r".repeat(100), "\u{202E}"] {
        refuses(&browser, &self::page(3), "ban", &[("reason", reason)], "The reason");
    }
}

#[test]
fn deleting_asks_also_for_the_user() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    for (n, name) in [(1, "alice"), (2, "bob")] {
        app.add_user(name);
        act(&browser, &page(n), "assign", &[("user", name)]);
    }
    shows(
        &browser.get(&format!("{}/delete", page(3))),
        &["Nobody can use it any more", "Delete the license"],
    );
    shows(
        &browser.get(&format!("{}/delete", page(1))),
        &["The time that it brought alice is gone", "The user stays."],
    );
    shows(
        &browser.get(&format!("{}/delete?user=too", page(2))),
        &["Its user bob is deleted too", "Delete license and user"],
    );
    for (n, fields) in [(1, &[][..]), (2, &[("user", "too")]), (3, &[("user", "x")])] {
        assert_eq!(browser.post(&format!("{}/delete", page(n)), fields).status, 303);
        assert_eq!(browser.get(&page(n)).status, 404);
        for (act, fields) in ACTS {
            assert_eq!(browser.post(&format!("{}/{act}", page(n)), fields).status, 404, "{act}");
        }
    }
    assert_eq!(app.sell("verifyuser", &[("user", "alice")]).status, 200);
    assert_eq!(app.sell("verifyuser", &[("user", "bob")]).status, 406);
}

#[test]
fn one_license_is_used_up_once() {
    let server = Server::start();
    let (app, browsers) = (&server.app, [server.browser(), server.browser()]);
    app.add_user("alice");
    let begun = app.expiry("alice", 0);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let posts = browsers.map(|browser| {
            scope.spawn(move || browser.post(&format!("{}/assign", page(1)), &[("user", "alice")]).status)
        });
        posts.map(|post| post.join().expect("a status")).into()
    });
    assert!(statuses.contains(&303) && statuses.contains(&422), "{statuses:?}");
    assert_eq!(app.expiry("alice", 0), begun + 30 * DAY);
}

#[test]
fn others_may_not() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let make = |role: &str, name: &str, perms: &str| {
        let email = format!("{name}@x.example");
        let fields =
            [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
        Browser::signed_in(&app.address, name, "password")
    };
    for other in [make("Manager", "manager", "4094"), make("Reseller", "shop", "4095")] {
        let token = other.token();
        assert_eq!(other.get(&page(1)).status, 403);
        for (act, fields) in ACTS {
            let fields: Vec<_> = fields.iter().copied().chain([("token", token.as_str())]).collect();
            assert_eq!(other.post_as(&format!("{}/{act}", page(1)), &fields, &SAME).status, 403, "{act}");
        }
    }
    let licenses = make("Manager", "licenses", "1");
    shows(&licenses.get(&page(1)), &[server.license(0)]);
    act(&licenses, &page(1), "note", &[("note", "x")]);
    let seen = licenses.get(&page(1));
    assert!(!seen.text().contains("set-note") && !seen.text().contains("license-token"), "{}", seen.text());
    let second = server.create_app("second");
    for (act, fields) in ACTS {
        let foreign = format!("/dashboard/{}/licenses/1/{act}", second.name);
        assert_eq!(browser.post(&foreign, fields).status, 404, "{act}");
    }
    for id in ["0", "-1", "x", "99999999999999999999", "%00"] {
        assert_eq!(browser.get(&format!("/dashboard/demo-app/licenses/{id}")).status, 404, "{id}");
    }
}
