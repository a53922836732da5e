//! `/dashboard/{app}/subscriptions`: what is offered, and what is done with it for all users.

use crate::support::people::assert_kept_apart;
use crate::support::{Server, escaped};

const PAGE: &str = "/dashboard/demo-app/subscriptions";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

/// Numbers of the row of a subscription: level, running, paused.
fn row(page: &str, name: &str) -> [String; 3] {
    let (_, rest) =
        page.split_once(&format!("<td class=\"first break\">{}</td>", escaped(name))).expect(name);
    let mut cells = rest.split("<td class=\"right\"").skip(1);
    [(); 3].map(|()| {
        let cell = cells.next().expect("a cell");
        let (_, text) = cell.split_once('>').expect("its text");
        text.split('<').next().expect("its end").to_owned()
    })
}

#[test]
fn what_is_offered_is_listed_added_and_changed() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("ann");
    app.add_user("bob");
    assert_eq!(row(browser.get(PAGE).text(), "default"), ["1", "2", "0"]);
    let hostile = "<b>&\"'gold";
    let reply = browser.post(&at("new"), &[("name", hostile), ("level", " 7 ")]);
    assert!(browser.said(&reply).contains("is offered."));
    let page = browser.get(PAGE);
    assert_eq!(row(page.text(), hostile), ["7", "0", "0"]);
    assert!(!page.text().contains("<b>&"), "{}", page.text());
    let listed =
        || app.rows("fetchallsubs", "subs").into_iter().map(|sub| sub["level"].clone()).collect::<Vec<_>>();
    assert_eq!(listed(), ["1", "7"]);
    assert_eq!(browser.fragment(&format!("{PAGE}/level?name=default")).status, 200);
    let reply = browser.post(&at("level"), &[("name", hostile), ("level", "8")]);
    assert!(browser.said(&reply).contains("has the level 8."));
    assert_eq!(listed(), ["1", "8"]);
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!(
        (&audit[0]["type"], &audit[0]["changes"]),
        (&"edit-subscription".into(), &"level: 7 → 8".into())
    );
    // The same once more changes nothing and is not noted.
    browser.said(&browser.post(&at("level"), &[("name", hostile), ("level", "8")]));
    assert_eq!(
        server.cli.json(&["audit", "list", &app.path(), "--json"]).as_array().map(Vec::len),
        audit.as_array().map(Vec::len)
    );
}

#[test]
fn what_is_wrong_is_told_and_nothing_changes() {
    let server = Server::start();
    let browser = server.browser();
    let long = "x".repeat(50);
    for (act, fields, words) in [
        ("new", &[("name", ""), ("level", "1")][..], "The name of a subscription must not be empty."),
        ("new", &[("name", &*long), ("level", "1")], "at most 49 bytes"),
        ("new", &[("name", "a\0b"), ("level", "1")], "must not hold line ends"),
        ("new", &[("name", "default"), ("level", "1")], "There is a subscription"),
        ("new", &[("name", "x"), ("level", "")], "A level must not be empty."),
        ("new", &[("name", "x"), ("level", "one")], "is no level"),
        ("new", &[("name", "x"), ("level", "-1")], "is no level"),
        ("new", &[("name", "x"), ("level", "99999999999999999999999999")], "at most"),
        ("new", &[("level", "1")], "must not be empty"),
        ("level", &[("name", "default"), ("level", "<b>")], "is no level"),
        ("level", &[("name", "default"), ("level", "")], "must not be empty"),
        ("extend", &[("name", "default"), ("days", ""), ("whom", "all")], "role=\"alert\""),
        ("extend", &[("name", "default"), ("days", "0"), ("whom", "all")], "more than no time"),
        ("extend", &[("name", "default"), ("days", "-1"), ("whom", "all")], "role=\"alert\""),
        ("extend", &[("name", "default"), ("days", "1e999"), ("whom", "all")], "role=\"alert\""),
        ("extend", &[("name", "default"), ("days", "1999-01-01"), ("whom", "all")], "role=\"alert\""),
        ("extend", &[("name", "default"), ("days", "1"), ("whom", "me")], "Choose whose"),
        ("shorten", &[("name", "default"), ("days", "0")], "more than 0"),
        ("shorten", &[("name", "default"), ("days", "never")], "more than 0"),
        ("shorten", &[("name", "default"), ("days", "2099-01-01")], "more than 0"),
    ] {
        let reply = browser.post(&at(act), fields);
        assert_eq!(reply.status, 422, "{act} {fields:?}: {}", reply.text());
        assert!(
            reply.text().contains(words) && !reply.text().contains("<b>"),
            "{fields:?}: {}",
            reply.text()
        );
    }
    for act in ["level", "delete", "pause", "unpause", "extend", "shorten"] {
        for name in ["", "none", "default\0", "' OR 1=1 --", "DEFAULT"] {
            let fields = [("name", name), ("level", "1"), ("days", "1"), ("whom", "all")];
            assert_eq!(browser.post(&at(act), &fields).status, 404, "{act} {name}");
            let query = crate::support::form(&[("name", name)]);
            assert_eq!(browser.get(&format!("{}?{query}", at(act))).status, 404, "{act} {name}");
        }
    }
    assert_eq!(server.app.rows("fetchallsubs", "subs").len(), 1);
}

#[test]
fn all_users_get_more_and_less_and_a_pause() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("ann");
    let was = app.expiry("ann", 0);
    app.sell("addsub", &[("name", "gold"), ("level", "2")]);
    let asked = browser.get(&format!("{}?name=default", at("extend")));
    assert!(asked.text().contains("paused with 1 user."), "{}", asked.text());
    let extend =
        |name, days, whom| browser.post(&at("extend"), &[("name", name), ("days", days), ("whom", whom)]);
    assert!(browser.said(&extend("default", "2", "active")).contains("is extended"));
    assert_eq!(app.expiry("ann", 0), was + 2 * 86_400);
    assert!(browser.said(&extend("gold", "2", "active")).contains("Nothing was changed."));
    assert!(browser.said(&extend("gold", "2", "all")).contains("is extended"));
    assert_eq!(row(browser.get(PAGE).text(), "gold"), ["2", "1", "0"]);
    browser.said(&browser.post(&at("shorten"), &[("name", "default"), ("days", "1.5")]));
    assert_eq!(app.expiry("ann", 0), was + 43_200);
    let pause = browser.get(&format!("{}?name=default", at("pause")));
    assert!(pause.text().contains("1 user of default stops running"), "{}", pause.text());
    browser.said(&browser.post(&at("pause"), &[("name", "default")]));
    assert_eq!(row(browser.get(PAGE).text(), "default"), ["1", "0", "1"]);
    assert!(
        browser.said(&browser.post(&at("pause"), &[("name", "default")])).contains("Nothing was changed.")
    );
    browser.said(&browser.post(&at("unpause"), &[("name", "default")]));
    assert_eq!(row(browser.get(PAGE).text(), "default"), ["1", "1", "0"]);
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    let kinds: Vec<_> = (0..5).map(|n| audit[n]["type"].as_str().expect("a type")).collect();
    let expected = [
        "unpause-subscription",
        "pause-subscription",
        "shorten-subscription",
        "extend-subscription",
        "extend-subscription",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn deleting_tells_who_has_it() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    app.add_user("ann");
    let asked = browser.get(&format!("{}?name=default", at("delete")));
    assert!(asked.text().contains("One user has it and keeps it"), "{}", asked.text());
    let said = browser.said(&browser.post(&at("delete"), &[("name", "default")]));
    assert_eq!(said, "default is deleted.");
    assert!(app.rows("fetchallsubs", "subs").is_empty());
    assert!(app.expiry("ann", 0) > 0);
    assert!(browser.get(PAGE).text().contains("No subscriptions"));
    assert_eq!(browser.post(&at("delete"), &[("name", "default")]).status, 404);
}

#[test]
fn pages_lead_on() {
    let server = Server::start();
    let browser = server.browser();
    for n in 0..105 {
        server.app.sell("addsub", &[("name", &format!("sub {n:0>3}")), ("level", "1")]);
    }
    let first = browser.get(PAGE);
    assert!(
        first.text().contains("sub 098") && !first.text().contains("sub 099"),
        "a hundred with the first one"
    );
    let second = browser.get(&format!("{PAGE}?from=100"));
    assert!(second.text().contains("sub 099") && second.text().contains("sub 104"));
    for from in ["-1", "x", "99999999999999999999", "%00", "9223372036854775807"] {
        assert_eq!(browser.get(&format!("{PAGE}?from={from}")).status, 200, "{from}");
    }
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    let name: &[(&str, &str)] = &[("name", "default"), ("level", "9")];
    let level = format!("{PAGE}/level?name=default");
    let reads = [PAGE, &format!("{PAGE}/new"), &level, &format!("{PAGE}/delete?name=default")];
    let posts = [(&*at("new"), name), (&*at("level"), name), (&*at("delete"), name), (&*at("pause"), name)];
    assert_kept_apart(&server, 4, &reads, &posts);
    assert_eq!(server.app.rows("fetchallsubs", "subs")[0]["level"], "1");
}
