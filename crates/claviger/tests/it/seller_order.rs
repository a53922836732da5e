//! The checks of every request of the Seller API, in their order.

use crate::support::http::request;
use crate::support::{
    App, HWID, KEY_NOT_FOUND, NOT_AUTHORIZED, Server, assert_json, assert_text, eventually,
};

const NO_TYPE: &str = r#"{"success":false,"message":"Type not specified"}"#;
const TWICE: &str = r#"{"success":false,"message":"You have \"type\" defined more than 1 time. Remove 1 of the types and keep only 1"}"#;
const UNKNOWN: &str = r#"{"success":false,"message":"Type doesn't exist"}"#;

/// Queries that are wrong in all ways that come after the key.
const WRONG: [&str; 5] = ["", "type=", "type=a&type=b", "type=nonsense", "type=add"];

#[test]
fn the_key_comes_first() {
    let server = Server::start();
    let stranger = App { seller_key: "0".repeat(32), ..server.app.clone() };
    for query in WRONG {
        assert_json(&stranger.seller(query), 404, KEY_NOT_FOUND);
        assert_json(
            &request(&stranger.address, "GET", &format!("/api/seller/?{query}"), &[], b""),
            404,
            KEY_NOT_FOUND,
        );
    }
    assert_json(&request(&stranger.address, "GET", "/api/seller", &[], b""), 404, KEY_NOT_FOUND);
    assert_json(&request(&stranger.address, "POST", "/api/seller/", &[], b""), 404, KEY_NOT_FOUND);
}

#[test]
fn then_the_role() {
    let server = Server::start();
    server.cli.ok(&["owner", "set-role", "demo", "tester"]);
    eventually("the server to obey", || (server.app.seller("type=setseller").status == 403).then_some(()));
    for query in WRONG {
        assert_json(&server.app.seller(query), 403, NOT_AUTHORIZED);
        // A parameter that opened a hole elsewhere.
        assert_json(&server.app.seller(&format!("{query}&oauth2WhitelistAPI=1")), 403, NOT_AUTHORIZED);
    }
    assert_text(
        &server.app.seller("type=killall&format=text"),
        403,
        "Not authorized to use SellerAPI, please upgrade.",
    );
}

#[test]
fn then_the_type() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.1");
    for query in ["", "type", "type=", "type=%20%09", "sessid=x", "types=killall", "foo=type%3Dkillall"] {
        assert_json(&app.seller(query), 200, NO_TYPE);
    }
    for query in [
        "type=killall&type=killall",
        "type=kill&type=killall",
        "type=setseller&type=killall",
        "type=nonsense&type=killall",
        "type=add&x=1&type=killall",
    ] {
        assert_json(&app.seller(query), 200, TWICE);
        let reply = request(&app.address, "POST", &app.seller_target(query), &[], b"");
        assert_json(&reply, 200, TWICE);
    }
    for kind in [
        "nonsense",
        "check",
        "dellallusers",
        "kill%20all",
        "killalls",
        "0",
        "null",
        "kill%00all",
        "%FF",
        "%F0%9F%98%80",
        "kill/",
        "..%2Fkillall",
    ] {
        assert_json(&app.seller(&format!("type={kind}")), 200, UNKNOWN);
    }
    assert_json(&app.seller(&format!("type={}", "x".repeat(5000))), 200, UNKNOWN);
    assert_eq!(app.session_ids().len(), 1);
    assert_text(&app.seller("format=text"), 400, "Type not specified");
    assert_text(&app.seller("format=text&type=nonsense"), 400, "Type doesn't exist");
    assert_text(
        &app.seller("format=text&type=a&type=b"),
        400,
        r#"You have "type" defined more than 1 time. Remove 1 of the types and keep only 1"#,
    );
}

#[test]
fn retired_types_say_so() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2").register("alice", "p", server.license(0));
    let message = "Endpoint Deprecated, you can no longer use keys directly. A user is created from the key, and \
                   that user has a HWID and IP associated with it.";
    for kind in ["reset", "addhwid", "Reset", "AddHWID"] {
        for params in ["", "&key=x", "&user=alice&hwid=x", &format!("&key={}", server.license(0)), "&key=%FF"]
        {
            let expected = format!(r#"{{"success":false,"message":"{message}"}}"#);
            assert_json(&app.seller(&format!("type={kind}{params}")), 200, &expected);
            assert_text(&app.seller(&format!("type={kind}{params}&format=text")), 200, message);
        }
    }
    for kind in ["check&username=demo", "check&user=alice", "dellallusers", "DelLAllUsers"] {
        assert_json(&app.seller(&format!("type={kind}")), 200, UNKNOWN);
        assert_text(&app.seller(&format!("type={kind}&format=text")), 400, "Type doesn't exist");
    }
    let session = app.init("1.2");
    let login = [("username", "alice"), ("pass", "p"), ("hwid", HWID)];
    assert_eq!(session.call("login", &login).json()["message"], "Logged in!");
}

#[test]
fn then_the_parameters() {
    let server = Server::start();
    let expected = r#"{"success":false,"message":"Failed to kill session!"}"#;
    assert_json(&server.app.seller("type=kill"), 200, expected);
    assert_json(&server.app.seller("type=add"), 406, r#"{"success":false,"message":"Expiry not set"}"#);
}
