//! The types of webhooks (`docs/protocol/seller.md`).

use crate::support::vendor::{failure, hostile, success};
use crate::support::{Server, assert_json, target::Target};

const ALLOW: &str = "outgoing_allow = [\"127.0.0.0/8\"]\n";
const AUTHED: &str =
    "Authed paramater must be 1 if you want to require login first, or 0 if you don't want to.";
const INVALID: &str = "URL isn't a valid URL!";
const LOCAL: &str = "URL can't be a local path! Must be a remote URL accessible by the open internet!";
const NOT_ADDED: &str = "Failed to add webhook!";
const NOT_DELETED: &str = "Failed to delete webhook!";
const NONE: &str = "No webhooks found";

fn added(id: &str) -> String {
    format!(r#"{{"success":true,"message":"Successfully added webhook!","webid":"{id}"}}"#)
}

#[test]
fn webhooks_come_and_go() {
    let server = Server::start();
    let app = &server.app;
    let url = "baseurl=https%3A%2F%2F8.8.8.8%2Fpath%3Fkey%3Dsecret";
    let list = concat!(
        r#"{"success":true,"message":"Successfully retrieved all webhooks","webhooks":["#,
        r#"{"webid":"a","short_baselink":"https://8.8.8.8/path?","useragent":"Claviger","authed":1},"#,
        r#"{"webid":"b","short_baselink":"https://8.8.8.8/path?","useragent":"Vendor 1","authed":0},"#,
        r#"{"webid":"c","short_baselink":"https://8.8.8.8/path?","useragent":"Other","authed":0}]}"#
    );
    app.walk(&[
        ("fetchallwebhooks", 406, &failure(NONE)),
        ("delallwebhooks", 200, &failure("Failed to find any webhooks!")),
        (&format!("addwebhook&{url}&authed=1&webid=a"), 200, &added("a")),
        (&format!("addwebhook&{url}&authed=0&webid=b&ua=Vendor+1"), 200, &added("b")),
        (&format!("addwebhook&{url}&authed=false&webid=c&us=Other"), 200, &added("c")),
        (&format!("addwebhook&{url}&authed=0&webid=a"), 200, &failure(NOT_ADDED)),
        ("fetchallwebhooks", 200, list),
        ("fetchallwebhooks&format=text", 200, list),
        ("delwebhook&webid=a", 200, &success("Successfully deleted webhook!")),
        ("delwebhook&webid=a", 200, &failure(NOT_DELETED)),
        ("delallwebhooks", 200, &success("Successfully deleted all webhooks!")),
        ("fetchallwebhooks", 406, &failure(NONE)),
    ]);
    let drawn = app.seller(&format!("type=addwebhook&{url}&authed=1"));
    let id = drawn.json()["webid"].as_str().expect("an id").to_owned();
    assert_eq!(id.len(), 10);
    assert_json(&drawn, 200, &added(&id));
    app.walk_text(&[
        (&format!("delwebhook&webid={id}"), 200, "Successfully deleted webhook!"),
        ("delallwebhooks", 200, "Failed to find any webhooks!"),
        ("fetchallwebhooks", 406, NONE),
    ]);
}

#[test]
fn unfit_webhooks_are_refused_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    let long = "x".repeat(201);
    let agent = "x".repeat(50);
    let good = "baseurl=https%3A%2F%2F8.8.8.8%2F&authed=1";
    app.walk(&[
        ("addwebhook&baseurl=x", 200, &failure(AUTHED)),
        ("addwebhook&baseurl=x&authed=2", 200, &failure(AUTHED)),
        ("addwebhook&authed=1", 200, &failure(INVALID)),
        ("addwebhook&baseurl=x&authed=1", 200, &failure(INVALID)),
        ("addwebhook&baseurl=ftp%3A%2F%2F8.8.8.8%2F&authed=1", 200, &failure(INVALID)),
        (
            &format!("addwebhook&baseurl=http%3A%2F%2F{long}&authed=1"),
            400,
            &failure("Invalid parameter: baseurl"),
        ),
        (&format!("addwebhook&{good}&ua={agent}"), 400, &failure("Invalid parameter: ua")),
        (&format!("addwebhook&{good}&webid=12345678901"), 400, &failure("Invalid parameter: webid")),
        (&format!("addwebhook&{good}&ua=%C3%A9"), 200, &failure(NOT_ADDED)),
    ]);
    for inner in ["127.0.0.1", "localhost", "10.0.0.1", "[::1]", "169.254.169.254", "0x7f.1", "2130706433"] {
        let url = format!("addwebhook&baseurl=http%3A%2F%2F{inner}%2F&authed=1");
        app.walk(&[(&url, 200, &failure(LOCAL))]);
    }
    for id in hostile() {
        app.walk(&[(&format!("delwebhook&webid={id}"), 200, &failure(NOT_DELETED))]);
    }
    app.walk(&[("fetchallwebhooks", 406, &failure(NONE))]);
}

#[test]
fn the_server_itself_may_be_called_and_programs_use_it() {
    let server = Server::start_with(ALLOW);
    let app = &server.app;
    let target = Target::start(&[(200, "answer")]);
    let base = crate::support::encode(format!("{}/hook", target.url));
    app.walk(&[(&format!("addwebhook&baseurl={base}&authed=0&webid=hook"), 200, &added("hook"))]);
    let session = app.init("1.2");
    let reply = session.call("webhook", &[("webid", "hook"), ("params", "?a=b")]);
    assert_eq!(reply.json()["response"], "answer");
    assert_eq!(target.seen()[0].line, "GET /hook?a=b HTTP/1.1");
    app.walk(&[("delwebhook&webid=hook", 200, &success("Successfully deleted webhook!"))]);
    let reply = session.call("webhook", &[("webid", "hook")]);
    assert_eq!(reply.json()["message"], "Webhook Not Found.");
}

#[test]
fn webhooks_come_in_pages() {
    let server = Server::start();
    for id in ["b", "a", "c", "d", "e"] {
        let query = format!("addwebhook&baseurl=https%3A%2F%2F8.8.8.8%2F&authed=1&webid={id}");
        server.app.walk(&[(&query, 200, &added(id))]);
    }
    assert_eq!(server.app.pages("fetchallwebhooks", "webhooks", 2).len(), 5);
    server.app.refuses_bad_pages("fetchallwebhooks");
}
