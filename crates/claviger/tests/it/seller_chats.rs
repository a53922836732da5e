//! The types of chats (`docs/protocol/seller.md`).

use crate::support::vendor::{failure, hostile, success};
use crate::support::{Server, assert_json, eventually, now};

const CREATED: &str = "Successfully created channel!";
const NOT_CREATED: &str = "Failed to create channel!";
const NOT_DELETED: &str = "Failed to delete channel!";
const NOT_UPDATED: &str = "Failed To update channel!";
const NOT_CLEARED: &str = "Failed to clear channel!";

fn list(rows: &str) -> String {
    format!(r#"{{"success":true,"message":"Successfully retrieved chats","chats":[{rows}]}}"#)
}

#[test]
fn channels_come_and_go() {
    let server = Server::start();
    server.app.walk(&[
        ("fetchallchats", 406, &failure("No chats found")),
        ("addchannel&name=main&delay=5", 200, &success(CREATED)),
        ("addchannel&name=Main", 200, &success(CREATED)),
        ("addchannel&name=a+%22%C3%A9%22&delay=null", 200, &success(CREATED)),
        ("addchannel&name=main", 200, &failure(NOT_CREATED)),
        (
            "fetchallchats",
            200,
            &list(r#"{"name":"Main","delay":0},{"name":"a \"é\"","delay":0},{"name":"main","delay":5}"#),
        ),
        ("delchannel&name=Main", 200, &success("Successfully deleted channel!")),
        ("delchannel&name=Main", 200, &failure(NOT_DELETED)),
        ("delchannel&name=a+%22%C3%A9%22", 200, &success("Successfully deleted channel!")),
        ("editchan&name=main&delay=2", 200, &success("Successfully updated channel!")),
        ("fetchallchats", 200, &list(r#"{"name":"main","delay":120}"#)),
        ("editchan&name=main&delay=0.5", 200, &success("Successfully updated channel!")),
        ("editchan&name=main&delay=0.5", 200, &success("Successfully updated channel!")),
        ("fetchallchats&format=text", 200, &list(r#"{"name":"main","delay":30}"#)),
    ]);
    server.app.walk_text(&[
        ("addchannel&name=main", 200, NOT_CREATED),
        ("delchannel&name=main", 200, "Successfully deleted channel!"),
        ("fetchallchats", 406, "No chats found"),
        ("fetchallmutes", 406, "No mutes found"),
    ]);
}

#[test]
fn unfit_channels_are_refused() {
    let server = Server::start();
    let app = &server.app;
    let (fits, long) = ("x".repeat(50), "x".repeat(51));
    app.walk(&[
        ("addchannel", 200, &failure("Channel name not specified")),
        ("addchannel&name=+", 200, &failure("Channel name not specified")),
        (&format!("addchannel&name={long}"), 400, &failure("Invalid parameter: name")),
        ("addchannel&name=a&delay=-1", 200, &failure(NOT_CREATED)),
        ("addchannel&name=a&delay=99999999999999999999", 200, &failure(NOT_CREATED)),
        ("fetchallchats", 406, &failure("No chats found")),
        (&format!("addchannel&name={fits}"), 200, &success(CREATED)),
    ]);
    for delay in ["", "x", "-1", "NaN", "inf", "1e300", "99999999999999999999"] {
        app.walk(&[(&format!("editchan&name={fits}&delay={delay}"), 200, &failure(NOT_UPDATED))]);
    }
    for name in hostile() {
        app.walk(&[
            (&format!("editchan&name={name}&delay=1"), 200, &failure(NOT_UPDATED)),
            (&format!("clearchannel&name={name}"), 200, &failure(NOT_CLEARED)),
            (&format!("delchannel&name={name}"), 200, &failure(NOT_DELETED)),
        ]);
    }
    app.walk(&[("fetchallchats", 200, &list(&format!(r#"{{"name":"{fits}","delay":0}}"#)))]);
    assert_eq!(server.create_app("other").seller("type=fetchallchats").status, 406);
}

#[test]
fn what_was_said_is_cleared() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let session = app.sign_in("alice");
    let said = || session.call("chatget", &[("channel", "main")]).json()["messages"].clone();
    let say =
        || session.call("chatsend", &[("channel", "main"), ("message", "hi")]).json()["success"].clone();
    assert_eq!(say(), false);
    app.walk(&[("addchannel&name=main", 200, &success(CREATED))]);
    app.walk(&[("clearchannel&name=main", 200, &failure(NOT_CLEARED))]);
    assert_eq!(say(), true);
    assert_eq!(said()[0]["message"], "hi");
    app.walk(&[
        ("clearchannel&name=main", 200, &success("Successfully cleared channel!")),
        ("clearchannel&name=main", 200, &failure(NOT_CLEARED)),
    ]);
    assert_eq!(said().as_array().map(Vec::len), Some(0));
    assert_eq!(say(), true);
    app.walk(&[("delchannel&name=main", 200, &success("Successfully deleted channel!"))]);
    app.walk(&[("addchannel&name=main", 200, &success(CREATED))]);
    assert_eq!(said().as_array().map(Vec::len), Some(0));
}

#[test]
fn users_are_muted_for_a_while() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("Alice");
    app.walk(&[("addchannel&name=main", 200, &success(CREATED))]);
    let session = app.sign_in("Alice");
    let say =
        || session.call("chatsend", &[("channel", "main"), ("message", "hi")]).json()["success"].clone();
    app.walk(&[
        ("fetchallmutes", 406, &failure("No mutes found")),
        ("muteuser&user=alice&time=1000", 200, &success("Successfully muted user!")),
    ]);
    assert_eq!(say(), false);
    let reply = app.seller("type=fetchallmutes");
    let until = reply.json()["mutes"][0]["time"].as_str().expect("a text").parse::<i64>().expect("a time");
    assert!((now() + 900..=now() + 1000).contains(&until));
    let expected = format!(
        r#"{{"success":true,"message":"Successfully retrieved mutes","mutes":[{{"user":"Alice","time":"{until}"}}]}}"#
    );
    assert_json(&reply, 200, &expected);
    // A second mute replaces the first; one that is over is not listed.
    app.walk(&[("muteuser&user=alice&time=0", 200, &success("Successfully muted user!"))]);
    eventually("the mute is over", || (say() == true).then_some(()));
    app.walk(&[
        ("fetchallmutes", 406, &failure("No mutes found")),
        ("muteuser&user=alice&time=1000", 200, &success("Successfully muted user!")),
        ("unmuteuser&user=ALICE", 200, &success("Successfully unmuted user!")),
        ("unmuteuser&user=ALICE", 200, &failure("Failed to unmute user!")),
    ]);
    assert_eq!(say(), true);
}

#[test]
fn mutes_are_refused_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    for time in ["", "x", "1.5", "1e3", "null", "99999999999999999999"] {
        let failed = failure("Invalid time paramater, must be number");
        app.walk(&[(&format!("muteuser&user=nobody&time={time}"), 200, &failed)]);
    }
    for user in hostile() {
        app.walk(&[
            (&format!("muteuser&user={user}&time=5"), 200, &failure("User doesn't exist!")),
            (&format!("unmuteuser&user={user}"), 200, &failure("Failed to unmute user!")),
        ]);
    }
    app.walk(&[
        ("muteuser&time=5", 200, &failure("User doesn't exist!")),
        ("muteuser&user=alice&time=-1", 200, &failure("Failed to mute user!")),
        ("muteuser&user=alice&time=9223372036854775807", 200, &failure("Failed to mute user!")),
        ("fetchallmutes", 406, &failure("No mutes found")),
    ]);
}

#[test]
fn chats_and_mutes_come_in_pages() {
    let server = Server::start();
    let app = &server.app;
    for name in ["b", "a", "c", "d", "e"] {
        app.walk(&[(&format!("addchannel&name={name}"), 200, &success(CREATED))]);
        app.add_user(name);
        app.walk(&[(&format!("muteuser&user={name}&time=99"), 200, &success("Successfully muted user!"))]);
    }
    for (kind, field, name) in [("fetchallchats", "chats", "name"), ("fetchallmutes", "mutes", "user")] {
        let rows = app.pages(kind, field, 2);
        let names: Vec<&str> = rows.iter().filter_map(|row| row[name].as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d", "e"]);
        app.refuses_bad_pages(kind);
    }
}
