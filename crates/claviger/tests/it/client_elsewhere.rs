//! `webhook`, `file`, and the webhook of `log`: the server calls others.

use std::fs;

use crate::support::{ALL_VERSIONS, Server, eventually, target::Target};

const UNAUTHED: &str = "Session is not validated";
const ALLOW: &str = "outgoing_allow = [\"127.0.0.0/8\"]\n";

fn add(server: &Server, args: &[&str]) -> String {
    let made = server.cli.json(&[args, &["--json"]].concat());
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

#[test]
fn webhooks_are_called() {
    let server = Server::start_with(ALLOW);
    let path = server.app.path();
    let target = Target::start(&[(200, "an \"answer\"")]);
    let base = format!("{}/hook?key=1", target.url);
    let open = add(&server, &["webhook", "add", &path, &base, "--public", "--user-agent", "Vendor"]);
    let closed = add(&server, &["webhook", "add", &path, &base]);
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.fails(&session.call("webhook", &[("webid", "none")]), "Webhook Not Found.");
        session.fails(&session.call("webhook", &[("webid", &closed)]), UNAUTHED);
        let payload = r#""response":"an \"answer\"""#;
        let done = |reply| session.succeeds(&reply, "Webhook request successful", payload);
        done(session.call("webhook", &[("webid", &open), ("params", "&a=b%20c")]));
        let seen = target.seen().pop().expect("a request");
        assert_eq!((seen.line.as_str(), seen.body.as_str()), ("GET /hook?key=1&a=b%20c HTTP/1.1", ""));
        assert!(seen.headers.contains(&"user-agent: vendor".into()), "{seen:?}");
        session.license(server.license(n));
        let body = [("webid", closed.as_str()), ("body", " {\"a\":1} "), ("conttype", "application/json")];
        done(session.call("webhook", &body));
        let seen = target.seen().pop().expect("a request");
        assert_eq!((seen.line.as_str(), seen.body.as_str()), ("POST /hook?key=1 HTTP/1.1", " {\"a\":1} "));
        assert!(seen.headers.contains(&"content-type: application/json".into()), "{seen:?}");
    }
}

#[test]
fn inner_addresses_are_not_called() {
    let server = Server::start();
    let target = Target::start(&[(200, "secret")]);
    let id = add(&server, &["webhook", "add", &server.app.path(), &target.url, "--public"]);
    let file = add(&server, &["file", "add", &server.app.path(), &target.url, "--public"]);
    let session = server.app.init("1.2");
    let reply = session.call("webhook", &[("webid", &id)]);
    session.succeeds(&reply, "Webhook request successful", r#""response":"""#);
    let reply = session.call("file", &[("fileid", &file)]);
    session.fails(&reply, "File no longer works, please notify the application developer.");
    assert_eq!(target.seen(), []);
}

#[test]
fn a_webhook_does_not_call_itself() {
    let server = Server::start();
    let session = server.app.init("1.1");
    let url = format!(
        "http://{}/api/1.1/?type=webhook&webid=self&sessionid={}&name={}&ownerid={}",
        server.app.address, session.id, server.app.name, server.app.owner_id
    );
    server.cli.ok(&["webhook", "add", &server.app.path(), &url, "--public", "--id", "self"]);
    let reply = session.call("webhook", &[("webid", "self")]).json();
    let response = reply["response"].as_str().expect("a response");
    assert_eq!(response, r#"{"success":false,"message":"Webhooks and files cannot call this API"}"#);
}

#[test]
fn files_are_handed_out() {
    let server = Server::start_with(ALLOW);
    let path = server.app.path();
    let upload = server.folder().join("loader.bin");
    fs::write(&upload, b"\0\xffMZ").expect("a file");
    let open = add(&server, &["file", "add", &path, upload.to_str().expect("a path"), "--public"]);
    let closed = add(&server, &["file", "add", &path, upload.to_str().expect("a path")]);
    let target = Target::start(&[(200, "abc"), (404, "gone"), (403, "no"), (200, "abc")]);
    let fetched = add(&server, &["file", "add", &path, &target.url, "--public"]);
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        let file = |id: &str| session.call("file", &[("fileid", id)]);
        let done = |reply, contents: &str| {
            let payload = format!(r#""contents":"{contents}""#);
            session.succeeds(&reply, "File download successful", &payload);
        };
        session.fails(&file("000000"), "File not Found");
        session.fails(&file("../claviger.db"), "File not Found");
        session.fails(&file(&closed), UNAUTHED);
        done(file(&open), "00ff4d5a");
        match n {
            1 | 2 => {
                session
                    .fails(&file(&fetched), "File no longer works, please notify the application developer.");
            }
            _ => done(file(&fetched), "616263"),
        }
        session.license(server.license(n));
        done(file(&closed), "00ff4d5a");
    }
}

#[test]
fn lines_reach_the_webhook_in_the_background() {
    let server = Server::start_with(ALLOW);
    let target = Target::start(&[(204, "")]);
    server.cli.ok(&["app", "set", &server.app.path(), &format!("webhook={}/discord", target.url)]);
    let session = server.app.init("1.2");
    session.register("alice", "p", server.license(0));
    let seen = eventually("a message at the webhook", || {
        if target.seen().is_empty() {
            session.call("log", &[("message", "started"), ("pcuser", "ALICE-PC")]);
        }
        target.seen().first().cloned()
    });
    assert_eq!(seen.line, "POST /discord HTTP/1.1");
    let body: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
    let embed = &body["embeds"][0];
    assert_eq!((embed["title"].as_str(), embed["color"].as_i64()), (Some("📜 Log: started"), Some(65_505)));
    let fields = embed["fields"].as_array().expect("fields");
    let fields: Vec<_> =
        fields.iter().map(|field| (field["name"].as_str(), field["value"].as_str())).collect();
    assert_eq!(
        fields,
        [
            (Some("🔐 Credential:"), Some("alice")),
            (Some("💻 PC Name:"), Some("ALICE-PC")),
            (Some("🌎 Client IP:"), Some("127.0.0.1")),
        ]
    );
    let lines = server.cli.json(&["log", "list", &server.app.path(), "--json"]);
    assert_eq!(lines[0]["message"], "started");
}

#[test]
fn a_message_that_was_refused_is_sent_again() {
    let server = Server::start_with(ALLOW);
    let target = Target::start(&[(500, "later"), (204, "")]);
    server.cli.ok(&["app", "set", &server.app.path(), &format!("webhook={}/discord", target.url)]);
    let session = server.app.init("1.2");
    eventually("a first try", || {
        if target.seen().is_empty() {
            session.call("log", &[("message", "started")]);
        }
        target.seen().first().cloned()
    });
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(20)).expect("a time limit");
    eventually("all that was refused arrives, and nothing waits any more", || {
        // Instead of waiting for the time of the next try.
        database.execute("UPDATE delivery_turns SET due = 0 WHERE failures = 1", []).expect("a change");
        let waiting: i64 =
            database.query_row("SELECT COUNT(*) FROM deliveries", [], |row| row.get(0)).expect("a number");
        (waiting == 0 && target.seen().len() >= 2).then_some(())
    });
    assert_eq!(target.seen()[0].body, target.seen()[target.seen().len() - 1].body);
}
