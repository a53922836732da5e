//! `/dashboard/{app}/seller-logs/{id}`: all that is known of one request to the Seller API.

use crate::support::http::{form, multipart, request};
use crate::support::people::{manager, other_owner};
use crate::support::proxied::on_both;
use crate::support::{App, Browser, Reply, Server, encode, escaped, eventually};

const LOG: &str = "/dashboard/demo-app/seller-logs";
const SECRET: &str = "a-secret-to-look-for";

/// Turns the log on, and waits until the server keeps requests.
fn turn_on(server: &Server, browser: &Browser) {
    server.cli.ok(&["app", "set", &server.app.path(), "sellerLogs=true"]);
    eventually("the log to be on", || {
        server.app.seller("type=fetchallsubs");
        browser.get(LOG).text().contains("fetchallsubs").then_some(())
    });
}

/// The page of the newest request.
fn newest(browser: &Browser) -> (String, Reply) {
    let list = browser.get(LOG);
    let (_, rest) = list.text().split_once(&format!("href=\"{LOG}/")).expect("a row that leads on");
    let address = format!("{LOG}/{}", rest.split('"').next().expect("an end"));
    let page = browser.get(&address);
    assert_eq!(page.status, 200, "{}", page.text());
    (address, page)
}

fn bearer(app: &App) -> String {
    format!("Bearer {}", app.seller_key)
}

/// Sends a form, as bots do that keep parameters out of addresses.
fn sent(app: &App, fields: &[(&str, &str)]) -> Reply {
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", &bearer(app))];
    request(&app.address, "POST", "/api/seller/", &headers, form(fields).as_bytes())
}

#[test]
fn a_request_is_told_with_what_it_named_and_changed() {
    on_both(|server| {
        let (browser, app) = (server.browser(), &server.app);
        turn_on(server, &browser);
        app.add_user("alice <b>");
        let fields = [("type", "extend"), ("user", "alice <b>"), ("sub", "default"), ("expiry", "2")];
        assert_eq!(sent(app, &fields).json()["success"], true);
        let (_, page) = newest(&browser);
        for part in [
            "<h2>extend</h2>",
            "POST /api/seller/",
            "main <code class=\"nowrap\">…",
            ">done</span>",
            "Successfully extended user",
            "<td class=\"mono break\" data-label=\"Value\"><a href=\"/dashboard/demo-app/find?text=alice%20",
            &escaped("alice <b>"),
            "<td data-label=\"In the\">body</td>",
            "all changes to it",
        ] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert!(!page.text().contains("alice <b>") && !page.text().contains(&app.seller_key));
        // What is refused, what only reads, and what there is not.
        app.seller("type=extend&user=nobody&sub=default&expiry=2");
        let (_, page) = newest(&browser);
        assert!(
            page.text().contains(">refused</span>")
                && page.text().contains("Nothing that is in the audit log")
        );
        app.seller("type=nosuchtype&a=1");
        assert!(newest(&browser).1.text().contains("No known type"));
        app.seller("type=fetchallusers");
        assert!(newest(&browser).1.text().contains("fetchallusers"));
        for id in ["0", "-1", "99999", "x", "99999999999999999999", "%00"] {
            assert_eq!(browser.get(&format!("{LOG}/{id}")).status, 404, "{id}");
        }
    });
}

#[test]
fn no_secret_is_on_the_page_nor_kept() {
    let server = Server::start();
    let (browser, app) = (server.browser(), &server.app);
    turn_on(&server, &browser);
    app.add_user("alice");
    let license = server.license(0);
    let long = format!("{SECRET}{}", "x".repeat(100));
    let queries = [
        format!("type=resetpw&user=alice&passwd={SECRET}"),
        format!("type=black&{SECRET}=1"),
        format!("type=black&{long}=1"),
        format!("type={SECRET}"),
        format!("type=verify&key={license}"),
        format!("type=del&key={license}"),
        format!("type=add&expiry=1&mask={SECRET}-*****"),
    ];
    for query in &queries {
        app.seller(query);
        let fields: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        sent(app, &fields);
        let (kind, body) = multipart(&fields);
        let headers = [("Content-Type", kind.as_str()), ("Authorization", &bearer(app))];
        request(&app.address, "POST", "/api/seller/", &headers, &body);
        let page = newest(&browser).1;
        let about = page.text().split_once("What it changed").expect("the part of the audit log").0;
        assert!(!about.contains(SECRET) && !about.contains(license), "{query}: {about}");
        assert!(!page.text().contains(&app.seller_key), "{query}");
    }
    let kept = server.cli.ok(&["seller-log", "list", &app.path(), "--json", "--limit", "1000"]);
    assert!(!kept.contains(SECRET) && !kept.contains(license) && !kept.contains(&app.seller_key), "{kept}");
    assert!(kept.contains("\"method\": \"POST\"") || kept.contains("\"method\":\"POST\""), "{kept}");
    // Hostile texts stand as they are.
    let hostile = "</td><script>alert(1)</script>";
    app.seller(&format!("type=verifyuser&user={}&{}=1", encode(hostile), encode(hostile)));
    assert!(!newest(&browser).1.text().contains("<script>alert"));
}

#[test]
fn only_who_owns_the_application_sees_it() {
    let server = Server::start();
    let browser = server.browser();
    turn_on(&server, &browser);
    let (address, _) = newest(&browser);
    let everything = manager(&server, "everything", 4095);
    assert_eq!(everything.get(&address).status, 403);
    let (stranger, theirs) = other_owner(&server);
    assert_eq!(stranger.get(&address).status, 404);
    // By the address of an application of their own it is not there either.
    let own = address.replace("demo-app", &theirs.name);
    assert_eq!(stranger.get(&own).status, 404);
    assert_eq!(Browser::new(&server.app.address).get(&address).status, 303);
}
