//! The types that change what belongs to one user: devices, the time of the next reset, e-mail address, name
//! (`docs/protocol/seller.md`).

use serde_json::Value;

use crate::support::vendor::{PASS, failure, success};
use crate::support::{App, HWID, OTHER_HWID, Server, assert_json, assert_text, encode, now};

const THIRD_HWID: &str = "S-1-5-21-3000000000-4000000000-500000000-1003";
const OTHER_COMPUTER: &str = "HWID doesn't match. Ask for a HWID reset";
const LOGGED_IN: &str = "Logged in!";
const NO_USER: &str = "Invalid username";

#[test]
fn addhwiduser() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let session = app.sign_in("alice");
    let add = |hwid: &str| app.sell("addhwiduser", &[("user", "Alice"), ("hwid", hwid)]);
    for _ in 0..2 {
        assert_json(&add(&format!(" {OTHER_HWID}\r\n")), 200, &success("Added HWID"));
        assert_eq!(app.userdata("alice")["hwid"], format!("{HWID},{OTHER_HWID}"));
    }
    for (hwid, message) in [(HWID, LOGGED_IN), (OTHER_HWID, LOGGED_IN), (THIRD_HWID, OTHER_COMPUTER)] {
        assert_eq!(app.login_says("alice", hwid), message, "{hwid}");
    }
    // The program that runs is not disturbed.
    session.is_validated();
    assert_text(
        &app.seller(&format!("type=AddHwidUser&user=alice&hwid={THIRD_HWID}&format=text")),
        200,
        "Added HWID",
    );
    assert_eq!(app.login_says("alice", THIRD_HWID), LOGGED_IN);
    app.seller("type=resetuser&user=alice");
    assert_eq!(app.userdata("alice")["hwid"], Value::Null);
}

#[test]
fn the_first_device_may_be_added() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.sell("addhwiduser", &[("user", "alice"), ("hwid", HWID)]);
    assert_eq!(app.login_says("alice", OTHER_HWID), OTHER_COMPUTER);
    assert_eq!(app.login_says("alice", HWID), LOGGED_IN);
}

#[test]
fn addhwiduser_refuses() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    for hwid in ["", "&hwid=", "&hwid=%20%00"] {
        let reply = app.seller(&format!("type=addhwiduser&user=alice{hwid}"));
        assert_json(&reply, 200, &failure("User not found"));
    }
    let reply = app.sell("addhwiduser", &[("user", "alice"), ("hwid", &"é".repeat(5000))]);
    assert_json(&reply, 400, &failure("Invalid parameter: hwid"));
    assert_eq!(app.userdata("alice")["hwid"], Value::Null);
}

/// `userdata` and the list agree.
fn cooldown(app: &App) -> Option<i64> {
    let (data, row) = (app.userdata("alice"), app.rows("fetchallusers", "users").remove(0));
    assert_eq!(data["cooldown"], row["cooldown"]);
    data["cooldown"].as_str().map(|time| time.parse().expect("a number"))
}

#[test]
fn setcooldown() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let session = app.sign_in("alice");
    assert_eq!(cooldown(app), None);
    for (kind, seconds) in [
        ("setcooldown", 86_400),
        ("sethwidcool", 1),
        ("SetCoolDown", 0),
        ("setcooldown", 604_800),
        ("setcooldown", 999_999_999),
    ] {
        let before = now();
        let reply = app.seller(&format!("type={kind}&user=ALICE&cooldown={seconds}"));
        assert_json(&reply, 200, &success("Cooldown set successfully!"));
        let until = cooldown(app).expect("a time");
        assert!((before + seconds..=now() + seconds).contains(&until), "{seconds}: {until}");
    }
    for until in [1_000_000_000, 1_700_000_000, 4_000_000_000] {
        let reply = app.seller(&format!("type=setcooldown&user=alice&cooldown=%20{until}"));
        assert_json(&reply, 200, &success("Cooldown set successfully!"));
        assert_eq!(cooldown(app), Some(until));
    }
    // To what it is already, and the first of two.
    let reply = app.seller("type=sethwidcool&user=alice&cooldown=4000000000&cooldown=5&format=text");
    assert_text(&reply, 200, "Cooldown set successfully!");
    assert_eq!(cooldown(app), Some(4_000_000_000));
    session.is_validated();
}

#[test]
fn setcooldown_refuses() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let (long, digits) = (encode("é".repeat(5000)), "9".repeat(400));
    for value in ["", "x", "-1", "NaN", "inf", "%00", "%FF", "0x10", "9223372036854775807", &long, &digits] {
        let reply = app.seller(&format!("type=setcooldown&user=alice&cooldown={value}"));
        assert_json(&reply, 200, &failure("Failed to set cooldown!"));
    }
    assert_json(&app.seller("type=setcooldown&user=alice"), 200, &failure("Failed to set cooldown!"));
    assert_eq!(cooldown(app), None);
}

#[test]
fn editemail() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let session = app.sign_in("alice");
    let login = |email: &str| {
        let params = [("email", email), ("pass", PASS), ("hwid", HWID)];
        let reply = app.init("1.3").call("loginEmail", &params).json();
        reply["info"]["username"].as_str().or(reply["message"].as_str()).expect("a text").to_owned()
    };
    let edit = |email: &str| app.sell("editemail", &[("user", "Alice"), ("email", email)]);
    assert_eq!(login("one@example.org"), NO_USER);
    for _ in 0..2 {
        assert_json(&edit(" One+1@Example.org\n"), 200, &success("Successfully changed email!"));
        assert_eq!([login("one+1@example.org"), login("ONE+1@EXAMPLE.ORG")], ["alice", "alice"]);
    }
    assert_json(&edit("two@example.org"), 200, &success("Successfully changed email!"));
    assert_eq!([login("one+1@example.org"), login("two@example.org")], [NO_USER, "alice"]);
    assert_eq!(app.rows("fetchallusers", "users")[0]["email"], Value::Null);
    for email in ["", " \0", &"é".repeat(5000)] {
        assert_json(&edit(email), 200, &failure("Failed to change email!"));
    }
    assert_json(&app.seller("type=editemail&user=alice"), 200, &failure("Failed to change email!"));
    assert_eq!(login("two@example.org"), "alice");
    session.is_validated();
    let reply = app.seller("type=EditEmail&user=alice&email=x@example.org&format=text");
    assert_text(&reply, 200, "Successfully changed email!");
}

/// The request and what it is answered when it succeeds.
fn rename(app: &App, from: &str, to: &str) {
    let reply = app.sell("editusername", &[("currentUsername", from), ("newUsername", to)]);
    assert_json(&reply, 200, &success("Successfully changed username, user logged out!"));
}

#[test]
fn editusername_ends_the_sessions() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let (alice, bob) = ([app.sign_in("alice"), app.sign_in("alice")], app.sign_in("bob"));
    // The session that is named does not matter.
    let mut name = "ALICE".to_owned();
    for (n, id) in [bob.id.as_str(), "none", "", "' OR 1=1 --"].into_iter().enumerate() {
        let new = format!("carol {n}");
        let params = [("currentUsername", name.as_str()), ("newUsername", &new), ("sessionID", id)];
        let reply = app.sell("editusername", &params);
        assert_json(&reply, 200, &success("Successfully changed username, user logged out!"));
        name = new;
    }
    for session in alice {
        session.is_dead();
    }
    bob.is_validated();
    assert_eq!([app.login_says("alice", HWID), app.login_says(&name, HWID)], [NO_USER, LOGGED_IN]);
}

#[test]
fn a_renamed_user_keeps_everything() {
    let server = Server::start();
    let app = &server.app;
    let key = app.add_license("expiry=10");
    app.init("1.2").register("alice", PASS, &key);
    app.sell("setvar", &[("user", "alice"), ("var", "a"), ("data", "b")]);
    app.seller("type=addchannel&name=talk&delay=0");
    app.sign_in("alice").call("chatsend", &[("channel", "talk"), ("message", "hello")]);
    app.seller("type=muteuser&user=alice&time=9999");
    let before = app.userdata("alice");
    rename(app, "alice", "Zoë & co");
    let after = app.userdata("zoë & CO");
    assert_eq!(after["username"], "Zoë & co");
    for field in ["ip", "hwid", "createdate", "lastlogin", "cooldown", "banned", "2fa", "uservars"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["subscriptions"][0]["expiry"], before["subscriptions"][0]["expiry"]);
    let user = |kind: &str, field: &str, name: &str| app.rows(kind, field)[0][name].clone();
    assert_eq!(user("fetchalluservars", "vars", "user"), "Zoë & co");
    assert_eq!(user("fetchallmutes", "mutes", "user"), "Zoë & co");
    let used = app.rows("fetchallkeys", "keys").into_iter().find(|row| row["key"] == key.as_str());
    assert_eq!(used.expect("the key")["usedby"], "Zoë & co");
    let said = app.sign_in("Zoë & co").call("chatget", &[("channel", "talk")]).json();
    assert_eq!(said["messages"][0]["author"], "Zoë & co", "{said}");
    let tokens = server.cli.json(&["token", "list", &app.path(), "--json"]);
    let mut assigned = tokens.as_array().expect("a list").iter().map(|token| &token["assigned"]);
    assert!(assigned.any(|name| name == "Zoë & co"), "{tokens}");
    // The old name is free.
    app.add_user("alice");
    assert_eq!(app.userdata("alice")["uservars"], serde_json::json!([]));
}

#[test]
fn editusername_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let session = app.sign_in("alice");
    let edit = |from: &str, to: &str| {
        app.sell(
            "editusername",
            &[("currentUsername", from), ("newUsername", to), ("sessionID", &session.id)],
        )
    };
    for from in ["alice", "nobody", ""] {
        for to in ["bob", "BOB", " Bob\n", "all", "ALL"] {
            assert_json(&edit(from, to), 200, &failure("Username already used!"));
        }
    }
    for to in ["", " \0"] {
        assert_json(&edit("alice", to), 200, &failure("Failed to change username!"));
    }
    for query in ["", "&currentUsername=alice", "&newUsername=new", "&user=alice&newUsername=new"] {
        let reply = app.seller(&format!("type=editusername{query}"));
        assert_json(&reply, 200, &failure("Failed to change username!"));
    }
    for to in ["x".repeat(71), "é".repeat(36), "é".repeat(5000)] {
        assert_json(&edit("alice", &to), 400, &failure("Invalid parameter: newUsername"));
    }
    session.is_validated();
    assert_text(
        &app.seller("type=EditUsername&currentUsername=alice&newUsername=bob&format=text"),
        200,
        "Username already used!",
    );
    // The name that he has, and another way to write it.
    rename(app, "alice", "alice");
    rename(app, "alice", "ALICE");
    assert_eq!(app.userdata("alice")["username"], "ALICE");
    let reply = app.seller("type=editusername&currentUsername=alice&newUsername=new&format=text");
    assert_text(&reply, 200, "Successfully changed username, user logged out!");
}
