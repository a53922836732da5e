//! `fetchOnline` and `fetchStats`. Replies may be up to 30 seconds old, so each test asks once what it
//! wants to know exactly.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{HWID, Server, Session, VERSIONS, eventually, mask_text};

const FOUND: &str = "Successfully fetched online users.";
const NOBODY: &str = "No online users found!";

/// The body with `*` for the digits of a made-up name.
fn mask_made_up(body: &str) -> String {
    let (masked, name) = mask_text(body, "credential");
    let digits = name.strip_prefix("user-").unwrap_or_else(|| panic!("{body}"));
    assert!(digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{body}");
    masked
}

fn fetch_stats(session: &Session, users: &str, online: &str, keys: &str) {
    let payload = format!(
        r#""appinfo":{{"numUsers":"{users}","numOnlineUsers":"{online}","numKeys":"{keys}","version":"1.0","customerPanelLink":"*"}}"#
    );
    session.succeeds_masked(
        &session.call("fetchStats", &[]),
        "Successfully fetched stats",
        &payload,
        |body| {
            let (masked, link) = mask_text(body, "customerPanelLink");
            assert!(link.ends_with(&format!("/panel/demo/{}/", session.app.name)), "{link}");
            masked
        },
    );
}

#[test]
fn nobody_is_online() {
    let server = Server::start();
    for version in VERSIONS {
        // A session in which nobody has signed in does not count.
        let session = server.app.init(version);
        session.fails(&session.call("fetchOnline", &[]), NOBODY);
        fetch_stats(&session, "0", "0", "100");
    }
}

#[test]
fn a_license_is_not_shown() {
    for version in VERSIONS {
        let server = Server::start();
        let session = server.app.init(version);
        session.license(server.license(0));
        let users = r#""users":[{"credential":"*"}]"#;
        session.succeeds_masked(&session.call("fetchOnline", &[]), FOUND, users, mask_made_up);
        fetch_stats(&session, "1", "1", "100");
    }
}

#[test]
fn short_names_are_shown_in_full() {
    for (name, expected) in [("alice", "alice"), ("tencharact", "tencharact"), ("elevenchars", "elevenchar*")]
    {
        let server = Server::start();
        let session = server.app.init("1.3");
        session.register(name, "pass", server.license(0));
        let users = format!(r#""users":[{{"credential":"{expected}"}}]"#);
        session.succeeds(&session.call("fetchOnline", &[]), FOUND, &users);
    }
}

#[test]
fn a_user_is_online_once() {
    let server = Server::start();
    for version in VERSIONS {
        server.app.init(version).license(server.license(0));
        server.app.init(version).license(server.license(0));
    }
    server.app.init("1.2").register("alice", "pass", server.license(1));
    server.app.init("1.2");
    let session = server.app.init("1.2");
    let list = session.call("fetchOnline", &[]).json();
    let users = list["users"].as_array().expect("a list");
    let names: BTreeSet<_> = users.iter().map(|user| user["credential"].as_str().expect("a name")).collect();
    assert_eq!(users.len(), 2, "{list}");
    assert!(names.contains("alice") && names.iter().any(|name| name.starts_with("user-")), "{list}");
    fetch_stats(&session, "2", "2", "100");
}

#[test]
fn killed_users_are_not_online() {
    let server = Server::start();
    let session = server.app.init("1.1");
    session.register("alice", "pass", server.license(0));
    server.app.seller("type=killall");
    let other = server.app.init("1.1");
    // Nothing was asked before, so nothing old can be answered.
    other.fails(&other.call("fetchOnline", &[]), NOBODY);
    fetch_stats(&other, "1", "0", "100");
}

#[test]
fn applications_do_not_see_each_other() {
    let server = Server::start();
    let other = server.create_app("other");
    server.app.init("1.3").license(server.license(0));
    let session = other.init("1.3");
    session.fails(&session.call("fetchOnline", &[]), NOBODY);
    fetch_stats(&session, "0", "0", "0");
}

#[test]
fn old_counts_do_not_last() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.fails(&session.call("fetchOnline", &[]), NOBODY);
    fetch_stats(&session, "0", "0", "100");
    let params = [("key", server.license(0)), ("hwid", HWID)];
    assert_eq!(session.call("license", &params).json()["message"], "Logged in!");
    let one = |kind: &str, path: &str, wanted: &str| {
        let begins = |value: &Value| value.as_str().expect("a text").starts_with(wanted);
        eventually(kind, || begins(session.call(kind, &[]).json().pointer(path)?).then_some(()));
    };
    one("fetchOnline", "/users/0/credential", "user-");
    one("fetchStats", "/appinfo/numOnlineUsers", "1");
    one("fetchStats", "/appinfo/numUsers", "1");
}
