//! The dashboard's page that makes licenses, and what it made.

use std::collections::BTreeSet;

use crate::support::{App, Browser, HWID, Reply, Server, escaped, form};

const NEW: &str = "/dashboard/demo-app/licenses/new";

/// The value of a hidden or other field on a page.
fn value(page: &Reply, name: &str) -> String {
    let (_, rest) = page
        .text()
        .split_once(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("{name}: {}", page.text()));
    let (_, rest) = rest.split_once("value=\"").expect("a value");
    rest.split('"').next().expect("its end").to_owned()
}

fn form_id(browser: &Browser, new: &str) -> String {
    value(&browser.get(new), "form")
}

/// What is sent where a test says nothing else.
fn fields<'a>(id: &'a str, other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("form", id),
        ("amount", "3"),
        ("mask", "AB-******-******"),
        ("character", "2"),
        ("level", "1"),
        ("duration", "30"),
        ("unit", "days"),
        ("note", ""),
    ];
    let kept = usual.into_iter().filter(|(name, _)| !other.iter().any(|(named, _)| named == name));
    kept.chain(other.iter().copied()).collect()
}

fn keys(page: &Reply) -> Vec<String> {
    assert_eq!(page.status, 200, "{}", page.text());
    let (_, rest) = page.text().split_once("<pre id=\"keys\"").expect("keys");
    let (_, rest) = rest.split_once('>').expect("the tag's end");
    rest.split("</pre>").next().expect("their end").lines().map(String::from).collect()
}

/// Makes licenses; returns where they are shown.
fn make(browser: &Browser, other: &[(&str, &str)]) -> String {
    let id = form_id(browser, NEW);
    let reply = browser.post(NEW, &fields(&id, other));
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").expect("where they are").to_owned()
}

fn count(app: &App) -> usize {
    app.rows("fetchallkeys", "keys").len()
}

#[test]
fn licenses_are_made_shown_and_downloaded() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    assert_eq!(app.sell("addsub", &[("name", "gold"), ("level", "2")]).json()["success"], true);
    let page = browser.get(NEW);
    for part in ["1: default", "2: gold", "possible keys", "Capital letters and digits", "name=\"form\""] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    let made = make(&browser, &[("level", "2"), ("duration", "2"), ("unit", "weeks"), ("note", "a, \"b\"")]);
    let shown = browser.get(&made);
    let keys = keys(&shown);
    assert_eq!(keys.len(), 3);
    for key in &keys {
        assert!(key.starts_with("AB-") && key.len() == 16 && *key == key.to_uppercase(), "{key}");
        let reply = app.init("1.2").call("license", &[("key", key), ("hwid", HWID)]);
        assert_eq!(reply.json()["info"]["subscriptions"][0]["subscription"], "gold", "{reply:?}");
    }
    assert!(
        shown.text().contains("level 2, 14 days") && shown.text().contains(&escaped("a, \"b\"")),
        "{}",
        shown.text()
    );
    assert!(shown.text().contains("3 licenses</h1>"));
    // The downloads work more than once.
    for _ in 0..2 {
        let text = browser.get(&format!("{made}/txt"));
        assert_eq!(text.text().lines().collect::<Vec<_>>(), keys);
        let csv = browser.get(&format!("{made}/csv"));
        assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"demo-app-licenses.csv\""));
        let lines: Vec<&str> = csv.text().lines().collect();
        assert_eq!(lines[0], "key,level,days,note,made");
        assert!(lines[1].starts_with(&format!("{},2,14,\"a, \"\"b\"\"\",20", keys[0])), "{}", lines[1]);
        assert_eq!(lines.len(), 4);
    }
    // What was typed is there the next time, but for the note and the form.
    let again = browser.get(NEW);
    assert_eq!((value(&again, "mask").as_str(), value(&again, "note").as_str()), ("AB-******-******", ""));
    assert!(again.text().contains("<option value=\"2\" selected>2: gold"), "{}", again.text());
    let log = server.cli.json(&["audit", "list", &app.path(), "--json"]).to_string();
    assert!(
        log.contains("make-licenses") && log.contains("3 of level 2") && !log.contains(&keys[0]),
        "{log}"
    );
}

#[test]
fn a_form_makes_licenses_once() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let id = form_id(&browser, NEW);
    let places: BTreeSet<String> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..4)
            .map(|_| {
                let (browser, id) = (browser.clone(), &id);
                scope.spawn(move || browser.post(NEW, &fields(id, &[])))
            })
            .collect();
        let replies = posts.into_iter().map(|post| post.join().expect("a reply"));
        replies
            .map(|reply| reply.header("location").unwrap_or_else(|| panic!("{}", reply.text())).to_owned())
            .collect()
    });
    assert_eq!((places.len(), count(app)), (1, before + 3));
    let made = places.first().expect("a place");
    assert_eq!(keys(&browser.get(made)).len(), 3);
    // With other values it is refused, and the next form is another one.
    let other = browser.post(NEW, &fields(&id, &[("amount", "4")]));
    assert_eq!(other.status, 422, "{}", other.text());
    assert!(other.text().contains("sent before with other values"), "{}", other.text());
    assert_ne!(value(&other, "form"), id);
    assert_eq!(count(app), before + 3);
    // Once they are deleted, the form is over.
    for key in keys(&browser.get(made)) {
        app.sell("del", &[("key", &key)]);
    }
    assert_eq!(browser.get(made).status, 404);
    let over = browser.post(NEW, &fields(&id, &[]));
    assert!(over.status == 422 && over.text().contains("are deleted"), "{}", over.text());
    for id in ["", "x", "\0", &"g".repeat(32), &"0".repeat(33)] {
        assert_eq!(browser.post(NEW, &fields(id, &[])).status, 400, "{id}");
    }
    assert_eq!(count(app), before);
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_made() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let hostile = "<b>\"x\"</b>";
    for (name, typed, why) in [
        ("amount", "0", "1 to 10,000"),
        ("amount", "10001", "1 to 10,000"),
        ("amount", "99999999999999999999999", "1 to 10,000"),
        ("amount", hostile, "1 to 10,000"),
        ("mask", "", "must not be empty"),
        ("mask", "A\nB***", "must not hold"),
        ("mask", &"*".repeat(71), "at most 70 bytes"),
        ("mask", "ONE", "one key only"),
        ("level", "99", "Choose a level."),
        ("level", "", "Choose a level."),
        ("duration", "0", "more than no time"),
        ("duration", "-1", "Write a number"),
        ("duration", hostile, "Write a number"),
        ("duration", "1e300", "At most"),
        ("unit", "eons", "Choose a unit."),
        ("note", &"n".repeat(70), "at most 69 bytes"),
        ("note", "a\u{202E}b", "must not hold"),
    ] {
        let id = form_id(&browser, NEW);
        let reply = browser.post(NEW, &fields(&id, &[(name, typed)]));
        assert_eq!(reply.status, 422, "{name} {typed}: {}", reply.text());
        assert!(reply.text().contains(&escaped(why)), "{name} {typed}: {}", reply.text());
        if !["level", "unit"].contains(&name) {
            assert!(
                reply.text().contains(&format!("value=\"{}\"", escaped(typed))),
                "{name} {typed}: {}",
                reply.text()
            );
        }
    }
    // A mask of which every key is taken.
    make(&browser, &[("amount", "1"), ("mask", "TAKEN")]);
    let id = form_id(&browser, NEW);
    let taken = browser.post(NEW, &fields(&id, &[("amount", "1"), ("mask", "taken")]));
    assert!(
        taken.status == 422 && taken.text().contains("There are licenses of these keys already."),
        "{}",
        taken.text()
    );
    let id = form_id(&browser, NEW);
    let few = browser.post(NEW, &fields(&id, &[("amount", "100"), ("mask", "FEW-*")]));
    assert_eq!(few.status, 422, "{}", few.text());
    assert_eq!(count(app), before + 1, "nothing of it is made");
}

#[test]
fn a_preview_shows_keys_and_makes_none() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let id = form_id(&browser, NEW);
    let page = browser.post(NEW, &fields(&id, &[("preview", "1"), ("mask", "<b>-**"), ("note", "kept")]));
    assert_eq!(page.status, 200, "{}", page.text());
    for part in ["1,296 possible keys", "can be guessed", "value=\"kept\"", "<code>&#60;b&#62;-"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    assert_eq!(value(&page, "form"), id);
    let part = browser.post(&format!("{NEW}/preview"), &fields(&id, &[("mask", "Q-****************")]));
    assert!(
        part.status == 200 && part.text().contains("<code>Q-") && !part.text().contains("<html"),
        "{}",
        part.text()
    );
    for mask in ["", "\0", "\n", &"*".repeat(5000)] {
        assert_eq!(browser.post(&format!("{NEW}/preview"), &[("mask", mask)]).status, 200);
    }
    assert_eq!(count(app), before);
}

#[test]
fn ten_thousand_are_made_at_once() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let made = make(&browser, &[("amount", "10000"), ("mask", "******-******-******"), ("character", "1")]);
    let keys: BTreeSet<String> = keys(&browser.get(&made)).into_iter().collect();
    assert_eq!(keys.len(), 10_000);
    assert_eq!(browser.get(&format!("{made}/txt")).text().lines().count(), 10_000);
    for key in keys.iter().take(2) {
        assert_eq!(app.sell("verify", &[("key", key)]).status, 200);
    }
}

#[test]
fn only_who_made_them_sees_them() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    let made = make(&browser, &[]);
    let account = |role: &str, name: &str, perms: &str| {
        let email = format!("{name}@x.example");
        let fields =
            [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
        assert_eq!(app.seller(&format!("type=addAccount&{}", form(&fields))).json()["success"], true);
        Browser::signed_in(&app.address, name, "password")
    };
    let manager = account("Manager", "manager", "1");
    assert_eq!(manager.get(&made).status, 404);
    assert_eq!(manager.get(&format!("{made}/csv")).status, 404);
    // The manager's own are in the manager's name.
    let own = make(&manager, &[("amount", "1")]);
    let key = keys(&manager.get(&own)).remove(0);
    assert_eq!(app.sell("info", &[("key", &key)]).json()["createdby"], "manager");
    assert_eq!(browser.get(&own).status, 404);
    let other = account("Manager", "other", "4094");
    assert_eq!(other.get(NEW).status, 403);
    assert_eq!(other.post(NEW, &fields(&"0".repeat(32), &[])).status, 403);
    let second = server.create_app("second");
    let elsewhere = made.replace("demo-app", &second.name);
    assert_eq!(browser.get(&elsewhere).status, 404);
    for place in ["x", "%00", &"0".repeat(32), &format!("{}/pdf", made.rsplit('/').next().expect("a form"))] {
        assert_eq!(browser.get(&format!("/dashboard/demo-app/licenses/made/{place}")).status, 404, "{place}");
    }
}

#[test]
fn the_daily_limit_holds() {
    let server = Server::start_with("seller_daily_licenses = 110\n");
    let (app, browser) = (&server.app, server.browser());
    let before = count(app);
    let id = form_id(&browser, NEW);
    let reply = browser.post(NEW, &fields(&id, &[("amount", "1000")]));
    assert!(reply.status == 422 && reply.text().contains("At most 110 licenses"), "{}", reply.text());
    assert_eq!(count(app), before);
}
