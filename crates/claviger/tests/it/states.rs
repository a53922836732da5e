//! What applications and sessions may be in and no command sets yet: closed, banned, restricted, expired, flooded. The
//! database is changed beside the running server, as the page on settings tells operators to.

use rusqlite::Connection;

use crate::support::{
    Reply, Seal, Server, assert_json, eventually,
    http::request,
    server::{Process, claviger},
};

/// Runs a statement on the server's database, and tells the server to look again.
fn change(server: &Server, sql: &str) {
    let database = Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(20)).expect("a time limit");
    database.execute_batch(&format!("{sql}; UPDATE catalog SET version = version + 1;")).expect("a change");
}

fn set(server: &Server, path: &str, json: &str) {
    change(server, &format!("UPDATE apps SET settings = json_set(settings, '$.{path}', json('{json}'))"));
}

/// An `init` of API 1.2 with `enckey`, once it has the message.
fn init_says(server: &Server, params: &[(&str, &str)], message: &str) -> Reply {
    eventually(message, || {
        let reply = server.app.client("1.2", "init", params);
        reply.text().contains(message).then_some(reply)
    })
}

#[test]
fn a_closed_application_says_so() {
    let server = Server::start();
    let session = server.app.init("1.2");
    for (setting, open, closed, message) in [
        ("enabled", "true", "false", "This application is disabled"),
        (
            "paused",
            "false",
            "true",
            "Application is currently paused, please wait for the developer to say otherwise.",
        ),
    ] {
        set(&server, setting, closed);
        let reply = init_says(&server, &[("ver", "1.0")], message);
        server.app.assert_failure("1.2", &reply, Seal::Key(&server.app.secret), message);
        session.fails(&session.call("check", &[]), message);
        set(&server, setting, open);
        init_says(&server, &[("ver", "1.0")], "Initialized");
        session.is_unvalidated();
    }
}

#[test]
fn a_banned_application_serves_nobody() {
    let server = Server::start();
    change(&server, "UPDATE apps SET banned = 1");
    let message = "This application has been banned from KeyAuth.cc for violating terms.";
    let reply = init_says(&server, &[], message);
    server.app.assert_failure("1.2", &reply, Seal::Absent, message);
    let body = r#"{"success":false,"message":"This application has been banned for violating terms"}"#;
    assert_json(&server.app.seller("type=setseller"), 403, body);
}

#[test]
fn the_seller_api_may_be_restricted_to_addresses() {
    let server = Server::start();
    let body = r#"{"success":false,"message":"Restricted. Only authorized IPs may use this seller key!"}"#;
    set(&server, "sellerApiWhitelist", r#"["203.0.113.7","198.51.100.0/24"]"#);
    let reply = eventually("restricted", || {
        let reply = server.app.seller("type=setseller");
        (reply.status == 423).then_some(reply)
    });
    assert_json(&reply, 423, body);
    set(&server, "sellerApiWhitelist", r#"["127.0.0.0/8"]"#);
    eventually("allowed", || (server.app.seller("type=setseller").status == 200).then_some(()));
}

#[test]
fn init_checks_the_programs_hash_and_its_key() {
    let server = Server::start();
    let hash = "0123456789abcdef0123456789abcdef";
    set(&server, "hashes", &format!(r#"["{hash}"]"#));
    set(&server, "hashCheck", "true");
    let message = "This program hash does not match, make sure you're using latest version";
    init_says(&server, &[], message);
    for wrong in ["", "0123", &hash[1..], "fedcba9876543210fedcba9876543210"] {
        let reply = server.app.client("1.2", "init", &[("hash", wrong)]);
        server.app.assert_failure("1.2", &reply, Seal::Key(&server.app.secret), message);
    }
    for right in [hash, &hash.to_uppercase(), &format!("{hash}\r\n")] {
        let reply = server.app.client("1.2", "init", &[("hash", right)]);
        assert_eq!(reply.json()["message"], "Initialized");
    }
    set(&server, "forceEncryption", "true");
    let message = "No encryption key supplied, encryption is forced.";
    let reply = init_says(&server, &[("hash", hash)], message);
    server.app.assert_failure("1.2", &reply, Seal::Key(&server.app.secret), message);
    let reply = server.app.client("1.3", "init", &[("hash", hash)]);
    assert_eq!(reply.json()["message"], "Initialized");
}

#[test]
fn a_version_of_the_api_can_be_switched_off() {
    let server = Server::start();
    let session = server.app.init("1.2");
    set(&server, "api.v1_2", "false");
    let message = "API 1.2 is switched off for this application";
    let reply = init_says(&server, &[], message);
    server.app.assert_failure("1.2", &reply, Seal::Key(&server.app.secret), message);
    let reply = session.call("check", &[]);
    assert_eq!(reply.json()["message"], message);
    assert_eq!(server.app.client("1.3", "init", &[]).json()["message"], "Initialized");
}

#[test]
fn an_expired_session_is_dead() {
    let server = Server::start();
    let expired = server.app.init("1.2");
    change(&server, "UPDATE sessions SET expires = 1");
    expired.is_dead();
    let none = r#"{"success":false,"message":"No sessions found"}"#;
    assert_json(&server.app.seller("type=fetchallsessions"), 406, none);
    let not_killed = r#"{"success":false,"message":"Failed to kill session!"}"#;
    assert_json(&server.app.kill(&expired.id), 200, not_killed);
    let none_killed = r#"{"success":false,"message":"Failed to kill all sessions!"}"#;
    assert_json(&server.app.seller("type=killall"), 200, none_killed);
    let live = server.app.init("1.2");
    assert_eq!(server.app.session_ids(), [live.id.as_str()]);
}

#[test]
fn floods_are_limited() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--client-rate",
        "2",
        "--seller-unknown-key-rate",
        "2",
    ]);
    command.arg("--data-dir").arg(folder.path().join("data"));
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();

    let guess = || request(&address, "GET", "/api/seller/?sellerkey=x&type=killall", &[], b"");
    assert_eq!([guess().status, guess().status], [404, 404]);
    let body = "{\"success\":false,\"message\":\"Seller key used too frequently! Try again in 1 minute. \
                Keep seller key private, use webhook function. Also, store data after fetching first time.\"}";
    assert_json(&guess(), 429, body);
    assert_eq!(guess().header("retry-after"), Some("60"));

    let init = || {
        let target = "/api/1.2/?type=init&name=x&ownerid=AAAAAAAAAA";
        request(&address, "GET", target, &[], b"")
    };
    assert_eq!([init(), init()].map(|reply| reply.text().to_owned()), ["KeyAuth_Invalid"; 2]);
    let body = r#"{"success":false,"message":"This application has sent too many requests. Try again in a minute."}"#;
    assert_json(&init(), 429, body);
    let refused = init();
    let told = ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"];
    assert_eq!(told.map(|name| refused.header(name)), [Some("60"), Some("2"), Some("0"), Some("60")]);
    process.stop("TERM");
}

#[test]
fn an_application_is_told_how_many_requests_are_left() {
    // The demo has no limits; a second server on its data has.
    let server = Server::start();
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--seller-rate", "2", "--data-dir"]).arg(server.data());
    let mut process = Process::spawn(command, server.folder());
    let app = server.app.at(&process.wait_for_address());
    let told = || {
        let reply = app.seller("type=setseller");
        let header = |name| reply.header(name).map(String::from);
        (reply.status, header("ratelimit-limit"), header("ratelimit-remaining"))
    };
    let two = Some("2".to_owned());
    assert_eq!(told(), (200, two.clone(), Some("1".into())));
    assert_eq!(told(), (200, two.clone(), Some("0".into())));
    assert_eq!(told(), (429, two, Some("0".into())));
    let reset = app.seller("type=setseller").header("ratelimit-reset").map(str::parse::<u32>);
    assert!(matches!(reset, Some(Ok(1..=60))), "{reset:?}");
    process.stop("TERM");
}
