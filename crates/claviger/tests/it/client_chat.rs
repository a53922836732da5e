//! `chatget`, `chatsend`, `log`, `checkblacklist`, `ban`.

use crate::support::expect::assert_headers;
use crate::support::{ALL_VERSIONS, HWID, OTHER_HWID, Seal, Server, mask_number};

const UNAUTHED: &str = "Session is not validated";

#[test]
fn what_is_said_is_heard() {
    let server = Server::start();
    let path = server.app.path();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let channel = format!("talk {n}");
        server.cli.ok(&["chat", "add", &path, &channel]);
        let session = server.app.init(version);
        let say = |message: &str| session.call("chatsend", &[("channel", &channel), ("message", message)]);
        session.fails(&say("x"), UNAUTHED);
        session.fails(&session.call("chatget", &[("channel", &channel)]), UNAUTHED);
        session.register(&format!("user {n}"), "p", server.license(n));
        session.fails(&session.call("chatsend", &[("message", "x")]), "Chat channel not found");
        session.fails(&say(""), "Message can't be blank");
        session.fails(&say(&"x".repeat(2001)), "Message too long!");
        let got = |channel: &str, messages: &str| {
            let reply = session.call("chatget", &[("channel", channel)]);
            let payload = format!(r#""messages":[{messages}]"#);
            let mask = |body: &str| {
                if messages.is_empty() { body.to_owned() } else { mask_number(body, "timestamp").0 }
            };
            session.succeeds_masked(&reply, "Successfully retrieved chat messages", &payload, mask);
        };
        got(&channel, "");
        got("no channel", "");
        session.succeeds(&say("hello <b>"), "Successfully sent chat message", "");
        let said = format!(r##"{{"author":"user {n}","message":"hello <b>","timestamp":#}}"##);
        got(&channel, &said);
    }
}

#[test]
fn a_channel_keeps_the_newest_fifty() {
    let server = Server::start();
    server.cli.ok(&["chat", "add", &server.app.path(), "talk"]);
    let session = server.app.init("1.3");
    session.license(server.license(0));
    for n in 0..53 {
        session.call("chatsend", &[("channel", "talk"), ("message", &n.to_string())]);
    }
    let messages = session.call("chatget", &[("channel", "talk")]).json()["messages"].clone();
    let texts: Vec<&str> =
        messages.as_array().expect("a list").iter().filter_map(|one| one["message"].as_str()).collect();
    assert_eq!((texts.len(), texts[0], texts[49]), (50, "3", "52"));
}

#[test]
fn the_hasty_and_the_muted_wait() {
    let server = Server::start();
    let path = server.app.path();
    server.cli.ok(&["chat", "add", &path, "slow", "--delay", "3600"]);
    let session = server.app.init("1.2");
    session.register("alice", "p", server.license(0));
    let say = |text: &str| session.call("chatsend", &[("channel", "slow"), ("message", text)]);
    session.succeeds(&say("first"), "Successfully sent chat message", "");
    session.fails(&say("second"), "Chat slower, you've hit the delay limit");
    server.cli.ok(&["chat", "add", &path, "free"]);
    server.cli.ok(&["chat", "mute", &path, "alice", "90000"]);
    let reply = session.call("chatsend", &[("channel", "free"), ("message", "")]).json();
    let text = reply["message"].as_str().expect("a message");
    let date = text.strip_prefix("You're muted from chat until ").expect("a date");
    assert!(date.contains(", 20") && (date.ends_with(" am") || date.ends_with(" pm")), "{date}");
    server.cli.ok(&["chat", "unmute", &path, "alice"]);
    let said = session.call("chatsend", &[("channel", "free"), ("message", "again")]);
    session.succeeds(&said, "Successfully sent chat message", "");
}

#[test]
fn lines_are_logged_whatever_is_answered() {
    let server = Server::start();
    for version in ALL_VERSIONS {
        let session = server.app.init(version);
        let long = "x".repeat(276);
        for params in [
            &[("message", "a line"), ("pcuser", "a name of more than thirty-two bytes")][..],
            &[("pcuser", "me")],
            &[("message", long.as_str())],
        ] {
            let reply = session.call("log", params);
            assert_eq!(reply.status, 200);
            assert_headers(&reply, "application/json; charset=utf-8");
            if version == "1.3" {
                let body = format!(
                    r#"{{"success":true,"code":68,"message":"Successfully sent log","ownerid":"{}"}}"#,
                    server.app.owner_id
                );
                assert_eq!(reply.text(), body);
            } else {
                assert_eq!(reply.text(), "", "{version}");
            }
            server.app.assert_sealed(version, &reply, session.seal());
        }
        let dead = server.app.client(version, "log", &[("sessionid", "none"), ("message", "lost")]);
        server.app.assert_sealed(version, &dead, Seal::Absent);
        assert_eq!((dead.status, dead.text().is_empty()), (200, version != "1.3"));
    }
    let lines = server.cli.json(&["log", "list", &server.app.path(), "--json"]);
    let lines = lines.as_array().expect("a list");
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in lines {
        assert_eq!(line["message"], "a line");
        assert_eq!(line["pc_user"], "a name of more than thirty-two b");
    }
}

#[test]
fn a_program_bans_its_user() {
    let server = Server::start();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let app = server.create_app(&format!("app {n}"));
        server.cli.ok(&["app", "set", &app.path(), "api.v1_0=true"]);
        let key = app.add_license("expiry=1");
        let session = app.init("1.2");
        session.register("alice", "p", &key);
        let session = app.init("1.3");
        session.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", HWID)]);
        let check = |hwid: &str| session.call("checkblacklist", &[("hwid", hwid)]);
        session.fails(&check(HWID), "Client is not blacklisted");
        server.cli.ok(&["blacklist", "add", &app.path(), "--hwid", OTHER_HWID]);
        session.succeeds(&check(OTHER_HWID), "Client is blacklisted", "");
        session.succeeds(&session.call("checkBlack", &[("hwid", OTHER_HWID)]), "Client is blacklisted", "");
        session.fails(&session.call("checkBlack", &[]), "Client is not blacklisted");

        let mine = app.init(version);
        mine.fails(&mine.call("ban", &[]), UNAUTHED);
        mine.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", HWID)]);
        mine.is_validated();
        let long = "x".repeat(100);
        mine.fails(&mine.call("ban", &[("reason", &long)]), "Reason must be 99 characters or less");
        mine.succeeds(&mine.call("ban", &[("reason", "debugger")]), "Successfully Banned User", "");
        session.is_dead();
        let next = app.init(version);
        let login = next.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", HWID)]);
        next.fails(&login, "The user is banned");
        next.succeeds(&next.call("checkblacklist", &[]), "Client is blacklisted", "");
        // Lifting the ban lifts what it added, and no more.
        server.cli.ok(&["user", "unban", &app.path(), "alice"]);
        next.fails(&next.call("checkblacklist", &[("hwid", HWID)]), "Client is not blacklisted");
        next.succeeds(&next.call("checkblacklist", &[("hwid", OTHER_HWID)]), "Client is blacklisted", "");
    }
}
