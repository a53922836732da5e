//! Reports by country and by file: from where people sign in, and how often files are downloaded.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::app::FORM;
use crate::support::http::{form, request};
use crate::support::panel::{Customer, turn_on};
use crate::support::people::manager;
use crate::support::postgres::Database;
use crate::support::proxied::{PROXY, init_from, on_both};
use crate::support::vendor::PASS;
use crate::support::{App, Browser, HWID, Server, eventually};

const REPORTS: &str = "/dashboard/demo-app/reports";

/// A database of countries that another program made.
fn database(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../screening/tests/countries");
    folder.join(name).canonicalize().expect("the database").to_str().expect("a path in UTF-8").to_owned()
}

/// The rows of a report as a file, when they are so many.
fn rows_when(browser: &Browser, table: &str, ready: impl Fn(&[String]) -> bool) -> Vec<String> {
    eventually("the counts to be written", || {
        let reply = browser.get(&format!("{REPORTS}/export?table={table}&span=month"));
        assert_eq!(reply.status, 200, "{}", reply.text());
        let rows: Vec<String> = reply.text().lines().skip(1).map(str::to_owned).collect();
        ready(&rows).then_some(rows)
    })
}

/// Signs in with a license from an address; empty: one that the proxy does not tell.
fn sign_in_from(app: &App, key: &str, address: &str) {
    let session = init_from(app, address);
    let fields = app.params("license", &[("sessionid", &session.id), ("key", key), ("hwid", HWID)]);
    let body = form(&fields);
    let headers = [FORM, ("X-Forwarded-For", address)];
    let reply = request(&app.address, "POST", "/api/1.1/", &headers, body.as_bytes());
    assert_eq!(reply.json()["success"], true, "{}", reply.text());
}

fn countries_on(server: &Server) {
    let (app, browser) = (&server.app, server.browser());
    let places =
        ["203.0.113.5", "203.0.113.6", "203.0.113.200", "2001:db8:1::7", "198.51.100.1", "192.0.2.1"];
    for (at, address) in places.into_iter().enumerate() {
        sign_in_from(app, server.license(at), address);
    }
    sign_in_from(app, server.license(6), "nonsense");
    let rows = rows_when(&browser, "countries", |rows| rows.len() == 4);
    assert_eq!(rows[0], "Germany,3,42%");
    let mut rest = rows[1..].to_vec();
    rest.sort();
    assert_eq!(rest, ["France,1,14%", "NZ,1,14%", "not told,2,28%"]);
    let page = browser.get(REPORTS);
    assert!(page.text().contains("Germany") && !page.text().contains("geoip_file"), "{}", page.text());
}

#[test]
fn sign_ins_are_counted_by_country() {
    let settings = format!("{PROXY}geoip_file = {:?}\n", database("countries.mmdb"));
    countries_on(&Server::start_with(&settings));
    let postgres = Database::create();
    countries_on(&Server::start_on_with(&postgres.url, &settings));
}

#[test]
fn without_a_database_the_page_says_how_to_give_one() {
    let server = Server::start();
    let browser = server.browser();
    sign_in_from(&server.app, server.license(0), "203.0.113.5");
    rows_when(&browser, "versions", |rows| rows.len() == 1);
    assert!(rows_when(&browser, "countries", |_| true).is_empty());
    assert!(browser.get(REPORTS).text().contains("<code>geoip_file</code>"));
}

#[test]
fn the_doctor_looks_at_the_database_of_countries() {
    let server = Server::start();
    let text = |file: Option<&str>| -> (String, String) {
        let more = file.map_or(Vec::new(), |file| vec!["--geoip-file", file]);
        let args = [&["doctor", "--json", "--listen", &server.app.address][..], &more].concat();
        let told: Value = serde_json::from_str(&server.cli.run(&args).stdout).expect("JSON");
        let row = told.as_array().expect("a list").iter().find(|row| row["check"] == "countries");
        let row = row.expect("the check");
        let part = |name: &str| row[name].as_str().expect("a text").to_owned();
        (part("level"), part("text"))
    };
    let none = text(None);
    assert!(none.0 == "ok" && none.1.contains("set geoip_file"), "{none:?}");
    let good = text(Some(&database("countries.mmdb")));
    assert!(good.0 != "problem" && good.1.starts_with("Test-Country"), "{good:?}");
    let other = text(Some(&database("systems.mmdb")));
    assert!(other.0 == "problem" && other.1.contains("knows no countries"), "{other:?}");
    let wrong = server.folder().join("wrong.mmdb");
    fs::write(&wrong, "nonsense").expect("a file");
    let wrong = text(wrong.to_str());
    assert!(wrong.0 == "problem" && wrong.1.contains("is no database in MaxMind's format"), "{wrong:?}");
    let none = text(Some("/nowhere/at/all.mmdb"));
    assert!(none.0 == "problem" && none.1.contains("cannot be read"), "{none:?}");
}

/// Puts a file in place by the command line; its id is its name.
fn add(server: &Server, id: &str, content: &[u8]) {
    let path = server.folder().join(id);
    fs::write(&path, content).expect("a file");
    let path = path.to_str().expect("a path in UTF-8");
    server.cli.ok(&["file", "add", &server.app.path(), path, "--public", "--id", id]);
}

#[test]
fn downloads_are_counted_on_every_way() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        add(server, "one", b"0123456789");
        add(server, "other", b"abc");
        // As digits in a reply, by a link, by a link in parts, and by a link that a person gave away.
        let session = app.init("1.2");
        assert_eq!(session.call("file", &[("fileid", "one")]).json()["success"], true);
        let link = || {
            let reply = session.call("file", &[("fileid", "one"), ("link", "1")]).json();
            let url = reply["url"].as_str().expect("a link").to_owned();
            format!("/api/files/{}", url.rsplit('/').next().expect("a token"))
        };
        let fetch = |method: &str, path: &str, headers: &[(&str, &str)]| {
            request(&app.address, method, path, headers, b"").status
        };
        assert_eq!(fetch("GET", &link(), &[]), 200);
        let parts = link();
        for (range, status) in [("bytes=0-3", 206), ("bytes=4-", 206), ("bytes=99-", 416)] {
            assert_eq!(fetch("GET", &parts, &[("Range", range)]), status);
        }
        assert_eq!(fetch("HEAD", &parts, &[]), 200, "a look is no download");
        let given = browser.post("/dashboard/demo-app/files/link", &[("id", "one")]);
        let (_, token) = given.text().split_once("/api/files/").expect("a link");
        let token = token.split('<').next().expect("its end");
        assert_eq!(fetch("GET", &format!("/api/files/{token}"), &[]), 200);
        // And in the customers' panel.
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        let fields = [("file", "one"), ("all", "on")];
        assert_eq!(browser.post("/dashboard/demo-app/customers-panel/file", &fields).status, 303);
        let customer = Customer::signed_in(app, "alice", PASS);
        let reply = customer.get("downloads/one");
        let location = reply.header("location").unwrap_or_else(|| panic!("{}", reply.text()));
        assert_eq!(customer.browser.get(location).status, 200);

        let rows =
            rows_when(&browser, "downloads", |rows| rows.first().is_some_and(|row| row.ends_with(",5,5")));
        assert_eq!(rows, ["one,one,5,5", "other,other,0,0"]);
        assert!(browser.get("/dashboard/demo-app/files").text().contains("5 / 5"));
        // Who may not see files is not told of them either.
        let users = manager(server, "users-only", 2);
        let asked = users.get(&format!("{REPORTS}/export?table=downloads"));
        assert!([403, 404].contains(&asked.status), "{}", asked.status);
        // With the file its counts go.
        server.cli.ok(&["file", "delete", &app.path(), "one", "--yes"]);
        add(server, "one", b"again");
        let rows = rows_when(&browser, "downloads", |rows| rows.len() == 2);
        assert!(rows.contains(&"one,one,0,0".to_owned()), "{rows:?}");
    });
}
