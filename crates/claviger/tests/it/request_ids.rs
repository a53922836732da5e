//! `x-request-id`: every reply has one, and the log names it.

use crate::support::http::{Reply, request};
use crate::support::server::{Process, claviger};
use crate::support::{App, Server, eventually, form};

fn id(reply: &Reply) -> &str {
    reply.header("x-request-id").unwrap_or_else(|| panic!("no request id: {reply:?}"))
}

fn is_drawn(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

#[test]
fn every_reply_has_one_of_its_own() {
    let server = Server::start();
    let app = &server.app;
    let replies = [
        app.client("1.3", "init", &[("ver", &app.version)]),
        app.client("1.2", "init", &[("ver", &app.version)]),
        app.post("1.2", &[]),
        app.seller("type=info"),
        app.seller("type=fetchallsessions"),
        request(&app.address, "GET", "/dashboard/-/sign-in", &[], b""),
        request(&app.address, "GET", "/healthz", &[], b""),
        request(&app.address, "GET", "/nowhere", &[], b""),
        request(&app.address, "OPTIONS", "/api/1.2/", &[], b""),
        request(&app.address, "PUT", "/api/seller/", &[], b""),
    ];
    let mut ids: Vec<&str> = replies.iter().map(id).collect();
    assert!(ids.iter().all(|id| is_drawn(id)), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), replies.len());
}

/// The id of the reply to a request that brings this one.
fn answered(app: &App, given: &str) -> String {
    let body = form(&app.params("check", &[]));
    let headers = [("x-forwarded-for", "192.0.2.1"), ("x-request-id", given)];
    id(&request(&app.address, "POST", "/api/1.2/", &headers, body.as_bytes())).to_owned()
}

#[test]
fn a_proxy_may_give_it_and_nobody_else() {
    let server = Server::start();
    assert!(is_drawn(&answered(&server.app, "mine")));
    let server = Server::start_with("trusted_proxies = [\"127.0.0.1\"]\n");
    let long = "f".repeat(64);
    for given in ["edge-7:42.a_b", &long] {
        assert_eq!(answered(&server.app, given), given);
    }
    for given in ["", "a b", "a\"b", "a;b", &format!("{long}f")] {
        assert!(is_drawn(&answered(&server.app, given)), "{given}");
    }
}

/// A guess is told in the log with the name of its request, in this format; `quoted`: how it stands there.
fn guess_is_named(format: &str, quoted: impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", format, "--data-dir"]);
    command.arg(folder.path().join("data"));
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    let reply = request(&address, "GET", "/api/seller/?sellerkey=wrong&type=info", &[], b"");
    let expected = quoted(id(&reply));
    let line = eventually("a line about the guess", || {
        let log = process.stderr();
        log.lines().find(|line| line.contains("seller_key_unknown")).map(str::to_owned)
    });
    assert!(line.ends_with(&expected), "{line} does not end with {expected}");
    assert!(!process.stderr().lines().any(|line| line.contains("listening") && line.contains("request_id")));
}

#[test]
fn lines_of_the_log_name_it() {
    guess_is_named("json", |id| format!(",\"request_id\":\"{id}\"}}"));
    guess_is_named("pretty", |id| format!(" request_id=\"{id}\""));
}

#[test]
fn what_a_request_leaves_behind_names_it_too() {
    // A change of a seller is made by a task of its own.
    let server = Server::start_with("log = \"debug\"\n");
    let reply = server.app.seller("type=addvar&name=a&data=b");
    assert_eq!(reply.status, 200, "{reply:?}");
    let expected = format!("\"request_id\":\"{}\"", id(&reply));
    eventually("a line about the change", || {
        let log = server.process.stderr();
        log.lines().any(|line| line.contains("seller request") && line.contains(&expected)).then_some(())
    });
}
