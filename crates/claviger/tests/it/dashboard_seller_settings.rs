//! `/dashboard/{app}/seller-settings`, the logs beside it, and what may go wrong there.

use serde_json::Value;

use crate::support::{App, Browser, Reply, Server, encode, escaped, eventually};

const PAGE: &str = "/dashboard/demo-app/seller-settings";
const NEW: &str = "/dashboard/demo-app/seller-settings/new";

fn keys(server: &Server) -> Vec<Value> {
    let rows = server.cli.json(&["app", "seller-key", "list", &server.app.path(), "--json"]);
    rows.as_array().expect("a list").clone()
}

/// The secret that a page shows, this once.
fn secret(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (_, rest) = reply.text().split_once("<code id=\"secret\">").expect("a secret");
    let secret = rest.split_once('<').expect("the secret's end").0.to_owned();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    secret
}

fn make(browser: &Browser, fields: &[(&str, &str)]) -> Reply {
    browser.post(NEW, fields)
}

fn with_key(server: &Server, key: String) -> App {
    App { seller_key: key, ..server.app.clone() }
}

/// Fails unless a reply leads back to the settings; what it says there.
fn said(browser: &Browser, reply: &Reply) -> String {
    assert_eq!((reply.status, reply.header("location")), (303, Some(PAGE)), "{}", reply.text());
    let page = browser.get(PAGE);
    let (_, rest) = page.text().split_once("role=\"status\">").expect("something is said");
    rest.split_once('<').expect("an end").0.to_owned()
}

#[test]
fn a_key_is_made_shown_once_and_works() {
    let server = Server::start();
    let browser = server.browser();
    let page = browser.get(PAGE);
    assert!(page.text().contains("main") && page.text().contains("type=fetchallsessions"), "{}", page.text());
    assert!(!page.text().contains(&server.app.seller_key));
    let fields = [
        ("name", "My <b>bot</b>"),
        ("rights", "sessions"),
        ("addresses", "127.0.0.1\r\n10.0.0.0/8"),
        ("until", ""),
    ];
    let reply = make(&browser, &fields);
    let key = secret(&reply);
    assert!(reply.text().contains(&escaped("My <b>bot</b>")) && !reply.text().contains("<b>bot"));
    let link = format!("sellerkey={key}&#38;type=kill&#38;sessid=SESSION");
    assert!(reply.text().contains(&link), "{}", reply.text());
    let bot = with_key(&server, key.clone());
    assert_eq!(bot.seller("type=fetchallsessions").status, 406);
    assert_eq!(bot.seller("type=fetchallkeys").status, 403);
    let page = browser.get(PAGE);
    assert!(!page.text().contains(&key) && page.text().contains(&key[28..]), "{}", page.text());
    assert!(page.text().contains("sessions only") && page.text().contains("10.0.0.0/8"));
    assert!(page.text().contains("127.0.0.1"), "its last use is told at once");
    // Sent twice: the name is taken, and what was typed is kept.
    let again = make(&browser, &fields);
    assert_eq!((again.status, keys(&server).len()), (422, 2));
    assert!(
        again.text().contains("There is a seller key") && again.text().contains("10.0.0.0/8"),
        "{}",
        again.text()
    );
    let audit = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
    assert_eq!((&audit[0]["key"], &audit[0]["type"]), (&"demo".into(), &"add-seller-key".into()));
}

#[test]
fn what_is_wrong_stands_beside_its_field_and_nothing_is_made() {
    let server = Server::start();
    let browser = server.browser();
    let long = "x".repeat(51);
    let huge = "😀".repeat(3000);
    for (fields, words) in [
        (&[("name", ""), ("rights", "all")][..], "The name must not be empty."),
        (&[("name", &*long), ("rights", "all")], "The name has at most 50 bytes"),
        (&[("name", &*huge), ("rights", "all")], "The name has at most 50 bytes"),
        (&[("name", "a\0b"), ("rights", "all")], "must not hold line ends"),
        (&[("name", "\u{202e}x"), ("rights", "all")], "must not hold line ends"),
        (&[("name", "MAIN"), ("rights", "all")], "There is a seller key"),
        (&[("name", "x")], "Choose what the key may do."),
        (&[("name", "x"), ("rights", "root")], "Choose what the key may do."),
        (&[("name", "x"), ("rights", "areas")], "Choose at least one area."),
        (&[("name", "x"), ("rights", "areas"), ("area", "everything")], "Choose at least one area."),
        (&[("name", "x"), ("rights", "all"), ("addresses", "<script>")], &escaped("<script>")),
        (&[("name", "x"), ("rights", "all"), ("until", "1999-01-01")], "still to come"),
        (&[("name", "x"), ("rights", "all"), ("until", "soon")], "still to come"),
    ] {
        let reply = make(&browser, fields);
        assert_eq!(reply.status, 422, "{fields:.100?}: {}", reply.text());
        assert!(
            reply.text().contains(words) && reply.text().contains("role=\"alert\""),
            "{fields:.100?}: {}",
            reply.text()
        );
        assert!(!reply.text().contains("<script>"), "{}", reply.text());
    }
    let addresses = (0..51).map(|n| format!("10.0.0.{n}")).collect::<Vec<_>>().join("\n");
    let reply = make(&browser, &[("name", "x"), ("rights", "all"), ("addresses", &addresses)]);
    assert!(reply.status == 422 && reply.text().contains("at most 50 addresses"), "{}", reply.text());
    assert_eq!(keys(&server).len(), 1);
}

#[test]
fn a_key_is_changed() {
    let server = Server::start();
    let browser = server.browser();
    let fields = [("name", "Bot"), ("rights", "areas"), ("area", "users"), ("area", "logs"), ("read", "1")];
    let bot = with_key(&server, secret(&make(&browser, &fields)));
    let page = "/dashboard/demo-app/seller-settings/keys/2";
    let form = browser.get(page);
    for checked in [
        "value=\"areas\" checked",
        "value=\"users\" checked",
        "value=\"logs\" checked",
        "value=\"1\" checked",
    ] {
        assert!(form.text().contains(checked), "{checked}: {}", form.text());
    }
    let reply = browser
        .post(page, &[("name", "Robot"), ("rights", "all"), ("addresses", ""), ("until", "2099-12-31")]);
    assert!(said(&browser, &reply).starts_with("The key is changed."));
    let row = &keys(&server)[1];
    assert_eq!((&row["name"], &row["rights"]), (&"Robot".into(), &"all".into()));
    assert_eq!(row["until"], 4_102_358_400_i64);
    eventually("the server to obey", || (bot.seller("type=fetchallsubs").status == 200).then_some(()));
    // An end that is kept as it is needs not be in the future.
    assert!(browser.get(page).text().contains("value=\"2099-12-31\""));
    let before = keys(&server);
    for (fields, words) in [
        (&[("name", "main"), ("rights", "all")][..], "There is a seller key"),
        (&[("name", "Robot"), ("rights", "")], "Choose what"),
        (&[("name", "Robot"), ("rights", "all"), ("addresses", "x/y")], "x/y"),
    ] {
        let reply = browser.post(page, fields);
        assert!(reply.status == 422 && reply.text().contains(words), "{fields:?}: {}", reply.text());
    }
    assert_eq!(keys(&server), before);
    for id in ["3", "0", "-1", "x", "99999999999999999999", "%00"] {
        let path = format!("/dashboard/demo-app/seller-settings/keys/{id}");
        assert_eq!(browser.get(&path).status, 404, "{id}");
        for act in ["", "/rotate", "/revoke"] {
            assert_eq!(browser.post(&format!("{path}{act}"), &fields).status, 404, "{id}{act}");
        }
    }
}

#[test]
fn a_key_is_rotated_with_an_overlap_and_not_twice_by_accident() {
    let server = Server::start();
    let (browser, app) = (server.browser(), &server.app);
    let page = "/dashboard/demo-app/seller-settings/keys/1/rotate";
    let hint = &app.seller_key[28..];
    let asked = browser.get(page);
    assert!(asked.text().contains(hint) && asked.text().contains("<option value=\"86400\" selected>"));
    let part = browser.fragment(page);
    assert!(part.text().trim_start().starts_with("<form"), "{}", part.text());
    let fields = [("hint", hint), ("overlap", "3600")];
    let second = with_key(&server, secret(&browser.post(page, &fields)));
    let works = |app: &App| app.seller("type=setseller").status == 200;
    eventually("the new secret", || works(&second).then_some(()));
    assert!(works(app), "the old one goes on");
    assert!(browser.get(PAGE).text().contains(hint), "and is listed");
    let again = browser.post(page, &fields);
    assert!(again.status == 422 && again.text().contains("rotated meanwhile"), "{}", again.text());
    assert!(works(&second));
    let hint = &second.seller_key[28..];
    for overlap in ["-1", "x", "", "31536001", "99999999999999999999"] {
        let reply = browser.post(page, &[("hint", hint), ("overlap", overlap)]);
        assert_eq!(reply.status, 422, "{overlap}: {}", reply.text());
    }
    let third = with_key(&server, secret(&browser.post(page, &[("hint", hint), ("overlap", "0")])));
    eventually("the newest secret", || works(&third).then_some(()));
    eventually("the others to end", || (!works(app) && !works(&second)).then_some(()));
}

#[test]
fn a_key_is_revoked_after_a_question() {
    let server = Server::start();
    let browser = server.browser();
    let bot = with_key(&server, secret(&make(&browser, &[("name", "Bot"), ("rights", "all")])));
    let page = "/dashboard/demo-app/seller-settings/keys/2/revoke";
    let asked = browser.get(page);
    assert!(
        asked.text().contains("Revoke the seller key Bot?") && asked.text().contains("It was never used."),
        "{}",
        asked.text()
    );
    assert_eq!(keys(&server).len(), 2, "asking does nothing");
    let reply = browser.post(page, &[]);
    assert_eq!(said(&browser, &reply), "The seller key Bot is revoked.");
    assert_eq!(browser.post(page, &[]).status, 404, "twice");
    eventually("the key to be gone", || (bot.seller("type=setseller").status == 404).then_some(()));
    let fields = browser.post("/dashboard/demo-app/seller-settings/keys/1/revoke", &[]);
    assert_eq!(said(&browser, &fields), "The seller key main is revoked.");
    assert!(browser.get(PAGE).text().contains("No seller keys"));
}

#[test]
fn addresses_of_the_application_are_kept_as_typed_or_refused() {
    let server = Server::start();
    let browser = server.browser();
    let post = |addresses: &str| {
        browser.post("/dashboard/demo-app/seller-settings/addresses", &[("addresses", addresses)])
    };
    assert_eq!(
        said(&browser, &post("203.0.113.7\r\n 2001:db8::/32 ,")),
        "The Seller API may be used from 2 addresses."
    );
    let settings = server.cli.json(&["app", "settings", &server.app.path(), "--json"]);
    assert_eq!(settings["sellerApiWhitelist"], serde_json::json!(["203.0.113.7", "2001:db8::/32"]));
    eventually("the server to obey", || (server.app.seller("type=setseller").status == 423).then_some(()));
    for wrong in ["nowhere", "<img src=x>", "[\"192.0.2.1\"", "10.0.0.0/99"] {
        let reply = post(wrong);
        assert!(reply.status == 422 && reply.text().contains(&escaped(wrong)), "{wrong}: {}", reply.text());
    }
    let kept = server.cli.json(&["app", "settings", &server.app.path(), "--json"]);
    assert_eq!(kept, settings);
    assert_eq!(said(&browser, &post(" \r\n")), "The Seller API may be used from anywhere.");
    eventually("the server to obey", || (server.app.seller("type=setseller").status == 200).then_some(()));
}

#[test]
fn the_log_is_switched_read_and_searched() {
    let server = Server::start();
    let (browser, app) = (server.browser(), &server.app);
    let (log, switch) = ("/dashboard/demo-app/seller-logs", "/dashboard/demo-app/seller-settings/log");
    assert!(browser.get(log).text().contains("Requests are not kept at present."));
    assert_eq!(browser.post(switch, &[("on", "maybe")]).status, 400);
    assert_eq!(said(&browser, &browser.post(switch, &[("on", "true")])), "Requests are kept from now on.");
    let kept = || browser.get(log).text().contains("fetchallsubs");
    eventually("the log to be on", || {
        app.seller("type=fetchallsubs");
        kept().then_some(())
    });
    let hostile = "<script>alert(1)</script>";
    for n in 0..60 {
        app.seller(&format!("type=verifyuser&user={}{n}", encode(hostile)));
    }
    let first = browser.get(log);
    assert!(!first.text().contains(hostile) && first.text().contains("main"), "{}", first.text());
    assert!(!first.text().contains(&app.seller_key));
    assert_eq!(first.text().matches("<td class=\"first tight\">").count(), 50);
    let (_, rest) = first
        .text()
        .split_once("rel=\"next\"")
        .expect("another page")
        .0
        .rsplit_once("href=\"")
        .expect("a link");
    let next = rest.split('"').next().expect("an address").replace("&#38;", "&");
    let second = browser.get(&next);
    assert!(second.text().contains("fetchallsubs") && second.text().contains(">First<"), "{}", second.text());
    let filtered = browser.get(&format!("{log}?type=FETCHALLSUBS&key=main"));
    assert!(!filtered.text().contains("verifyuser") && filtered.text().contains("fetchallsubs"));
    for nothing in
        ["text=%25x%25", "key=nobody", "type=%00", "text='%22%3E%3Cb%3E", "before=-5&text=x", "text=%ff"]
    {
        let page = browser.get(&format!("{log}?{nothing}"));
        assert!(page.status == 200 && page.text().contains("Nothing matches"), "{nothing}: {}", page.text());
        assert!(!page.text().contains("><b>"), "{nothing}");
    }
    assert_eq!(browser.get(&format!("{log}?before=x")).status, 200);
    assert_eq!(said(&browser, &browser.post(switch, &[("on", "false")])), "Requests are not kept any more.");
}

#[test]
fn the_audit_log_tells_of_bots_and_people() {
    let server = Server::start();
    let browser = server.browser();
    let log = "/dashboard/demo-app/audit-log";
    assert!(browser.get(log).text().contains("No changes"));
    let hostile = "\u{202e}<img src=x onerror=alert(1)>\"'&😀";
    server.app.sell("black", &[("hwid", hostile), ("reason", "x")]);
    make(&browser, &[("name", "Bot"), ("rights", "all")]);
    let page = browser.get(log);
    assert!(page.text().contains("add-seller-key") && page.text().contains("black"), "{}", page.text());
    assert!(!page.text().contains("<img src=x"), "{}", page.text());
    let page = browser.get(&format!("{log}?key=demo"));
    assert!(page.text().contains("add-seller-key") && !page.text().contains(">black<"), "{}", page.text());
    assert!(browser.get(&format!("{log}?text=nothing+like+it")).text().contains("Nothing matches"));
}

#[test]
fn who_may_not_sell_is_told() {
    let server = Server::start();
    server.cli.ok(&["owner", "set-role", "demo", "tester"]);
    let browser = server.browser();
    eventually("the page to tell", || {
        browser.get(PAGE).text().contains("claviger owner set-role demo seller").then_some(())
    });
}
