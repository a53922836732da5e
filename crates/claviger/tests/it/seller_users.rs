//! The types that make, look up, reset and delete one user (`docs/protocol/seller.md`).

use std::sync::Barrier;
use std::thread;

use crate::support::vendor::{PASS, failure, hostile, success};
use crate::support::{
    ALL_VERSIONS, App, HWID, OTHER_HWID, Server, assert_json, assert_text, encode, eventually, now,
};

const NO_USER: &str = "Invalid username";
const WRONG_PASS: &str = "Password does not match.";
const OTHER_COMPUTER: &str = "HWID doesn't match. Ask for a HWID reset";
const LOGGED_IN: &str = "Logged in!";

/// Types about one user: the parameter that names him, what else they need, and the answer when there is none.
const ABOUT_ONE: [(&str, &str, &str, u16, &str); 25] = [
    ("deluser", "user", "", 200, "Failed to delete user!"),
    ("resetuser", "user", "", 200, "Failed to reset user!"),
    ("resetpw", "user", "&passwd=x", 500, "Failed To reset password"),
    ("resetpw", "user", "", 500, "Failed To reset password"),
    ("changepw", "user", "&passwd=x", 500, "Failed To reset password"),
    ("verifyuser", "user", "", 406, "User Not Found"),
    ("banuser", "user", "&reason=x", 200, "User not found!"),
    ("unbanuser", "user", "", 200, "User not found!"),
    ("pauseuser", "username", "", 200, "Failed to pause user!"),
    ("unpauseuser", "username", "", 200, "Failed to unpause user!"),
    ("extend", "user", "&sub=default&expiry=1", 200, "User(s) not found!"),
    ("subtract", "user", "&sub=default&seconds=9", 200, "Failed to subtract from susbcriptions!"),
    ("setcooldown", "user", "&cooldown=9", 200, "Failed to set cooldown!"),
    ("sethwidcool", "user", "&cooldown=9", 200, "Failed to set cooldown!"),
    ("addhwiduser", "user", "&hwid=a-new-hardware-identifier", 200, "User not found"),
    ("editemail", "user", "&email=a@example.org", 200, "Failed to change email!"),
    ("editusername", "currentUsername", "&newUsername=new", 200, "Failed to change username!"),
    ("userdata", "user", "", 200, "User not found"),
    ("getuserdata", "user", "", 200, "User not found"),
    ("usersub", "user", "", 406, "No Subscriptions Found"),
    ("setvar", "user", "&var=a&data=b", 200, "No users found!"),
    ("getvar", "user", "&var=a", 404, "Variable not found for user"),
    ("getuservardata", "user", "&var=a", 404, "Variable not found for user"),
    ("deluservar", "user", "&var=a", 200, "Failed to delete variable"),
    ("delsub", "user", "&sub=default", 200, "Failed to delete subscription!"),
];

/// All there is to know about the users of an application.
fn everything(app: &App) -> [String; 4] {
    ["fetchallusers&include=subscriptions", "fetchalluservars", "fetchallkeys", "fetchallsessions"]
        .map(|kind| app.seller(&format!("type={kind}")).text().to_owned())
}

#[test]
fn who_is_not_there_is_not_found() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    app.sell("setvar", &[("user", "alice"), ("var", "a"), ("data", "b")]);
    let session = app.sign_in("alice");
    let other = server.create_app("other");
    other.add_user("bob");
    let before = everything(app);
    let mut values = hostile();
    values.extend(["", "%20%09", "nobody", "bob", "alice2", "alic", "%C3%80lice"].map(str::to_owned));
    for (kind, name, rest, status, message) in ABOUT_ONE {
        let ask = |user: &str| app.seller(&format!("type={kind}{rest}{user}"));
        assert_json(&ask(""), status, &failure(message));
        for value in &values {
            assert_json(&ask(&format!("&{name}={value}")), status, &failure(message));
        }
        assert_text(&ask(&format!("&{name}=nobody&format=text")), status, message);
        // The first of two counts, and the query before the body.
        assert_json(&ask(&format!("&{name}=nobody&{name}=alice")), status, &failure(message));
    }
    assert_eq!(everything(app), before);
    session.is_validated();
    assert_eq!(other.sign_in("bob").call("check", &[]).json()["success"], true);
}

#[test]
fn all_are_not_one() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let before = everything(app);
    for (kind, name, rest, status, message) in ABOUT_ONE {
        if !matches!(kind, "extend" | "subtract" | "setvar") {
            let reply = app.seller(&format!("type={kind}{rest}&{name}=all"));
            assert_json(&reply, status, &failure(message));
        }
    }
    assert_eq!(everything(app), before);
}

#[test]
fn a_look_with_head_changes_nothing() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let before = everything(app);
    for (kind, name, rest, ..) in ABOUT_ONE {
        let reply = app.seller_as("HEAD", &format!("type={kind}{rest}&{name}=alice"));
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    app.seller_as("HEAD", "type=adduser&user=bob&sub=default&expiry=1");
    assert_eq!(everything(app), before);
}

/// The tokens of users: whose, with the reason of a ban.
fn tokens(server: &Server) -> Vec<(String, Option<String>)> {
    let all = server.cli.json(&["token", "list", &server.app.path(), "--json"]);
    let rows = all.as_array().expect("a list").iter().filter(|row| row["kind"] == "user");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    rows.map(|row| (text(&row["assigned"]).expect("a name"), text(&row["banned"]))).collect()
}

#[test]
fn adduser() {
    let server = Server::start();
    let app = &server.app;
    let (name, pass) = ("Zoë 100% & <b>", "päss 1&=+%");
    let before = now();
    let reply = app.sell("adduser", &[("user", name), ("pass", pass), ("sub", "default"), ("expiry", "1.5")]);
    assert_json(&reply, 200, &success("Successfully created user!"));
    let expiry = app.expiry(name, 0);
    assert!((before + 129_600..=now() + 129_600).contains(&expiry), "{expiry}");
    assert_eq!(app.rows("fetchallusers", "users")[0]["owner"], "SellerAPI");
    assert_eq!(tokens(&server), [(name.to_owned(), None)]);

    for version in ALL_VERSIONS {
        let session = app.init(version);
        let login = |pass: &str| {
            session.call("login", &[("username", "zoë 100% & <B>"), ("pass", pass), ("hwid", HWID)])
        };
        session.fails(&login("wrong"), WRONG_PASS);
        let info = login(pass).json()["info"].clone();
        assert_eq!(info["username"], name, "{info}");
        assert_eq!(info["subscriptions"].as_array().map(Vec::len), Some(1), "{info}");
        let row = &info["subscriptions"][0];
        assert_eq!((&row["subscription"], &row["level"]), (&"default".into(), &"1".into()), "{row}");
        assert_eq!((&row["key"], &row["expiry"]), (&().into(), &expiry.to_string().into()), "{row}");
    }
}

#[test]
fn adduser_refuses_in_this_order() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("Alice");
    let add = |query: &str| app.seller(&format!("type=adduser{query}"));
    let refuses = |query: &str, message: &str| assert_json(&add(query), 200, &failure(message));
    // Each row breaks all the rules that follow, too.
    let no_number = "Expiry not set correctly, must be number of days";
    for expiry in ["", "abc", "1,5", "1%20day", "0x10", "NaN", "inf", "-inf", "null", "%00", "%FF", "%C3%A9"]
    {
        refuses(&format!("&sub=none&expiry={expiry}"), no_number);
        refuses(&format!("&user=alice&sub=none&expiry={expiry}"), no_number);
    }
    refuses("", no_number);
    refuses(&format!("&expiry={}", encode("é".repeat(5000))), no_number);
    for user in ["", "&user=", "&user=%20%00%09"] {
        refuses(&format!("&sub=none&expiry=-1{user}"), "You must specify username.");
    }
    for user in ["Alice", "alice", "%20ALICE%0D%0A", "alice&user=bob"] {
        refuses(&format!("&sub=none&expiry=-1&user={user}"), "Username already exists!");
    }
    for user in ["all", "ALL", "All%20"] {
        refuses(&format!("&sub=none&expiry=-1&user={user}"), "Username not allowed!");
    }
    for sub in hostile().iter().map(String::as_str).chain(["", "none", "Default", "default2"]) {
        refuses(&format!("&sub={sub}&expiry=-1&user=bob"), "Subscription not found!");
    }
    refuses("&expiry=-1&user=bob", "Subscription not found!");
    assert_eq!(app.seller("type=pauseapp").status, 200);
    for expiry in ["-1", "-0.5", "-99999"] {
        let query = format!("&sub=default&expiry={expiry}&user=bob");
        refuses(&query, "Subscription expiry must be set in the future!");
    }
    refuses("&sub=default&expiry=1&user=bob", "Unable to create user while subscription is paused!");
    assert_text(&add("&format=text&expiry=1"), 200, "You must specify username.");
    assert_eq!(app.rows("fetchallusers", "users").len(), 1);
}

#[test]
fn names_have_70_bytes() {
    let server = Server::start();
    let app = &server.app;
    let add = |name: &str| app.seller(&format!("type=adduser&sub=default&expiry=1&user={name}"));
    for name in ["x".repeat(71), encode("é".repeat(36)), encode("é".repeat(5000))] {
        assert_json(&add(&name), 400, &failure("Invalid parameter: user"));
    }
    assert_text(&add(&format!("{}&format=text", "x".repeat(71))), 400, "Invalid parameter: user");
    assert_eq!(app.seller("type=fetchallusers").status, 406);
    for name in ["é".repeat(35), "x".repeat(70), "0".into(), "null".into(), "' OR 1=1 --".into(), "%".into()]
    {
        assert_json(&add(&encode(&name)), 200, &success("Successfully created user!"));
        assert_eq!(app.userdata(&name)["username"], name.as_str());
    }
    // What cannot be kept as it is.
    for name in ["a%00b", "%FFc"] {
        assert_json(&add(name), 200, &success("Successfully created user!"));
    }
    assert_eq!(app.userdata("a\u{FFFD}b")["username"], "a\u{FFFD}b");
    assert_eq!(app.userdata("\u{FFFD}c")["username"], "\u{FFFD}c");
}

#[test]
fn huge_times_do_no_harm() {
    let server = Server::start();
    let app = &server.app;
    for expiry in ["1e999", "99999999999999999999", "9e18", "1e308", "106751991167301", "-1e999", "-9e18"] {
        let reply = app.seller(&format!("type=adduser&user=bob&sub=default&expiry={expiry}"));
        assert_eq!((reply.status, &reply.json()["success"]), (200, &false.into()), "{expiry}: {reply:?}");
    }
    let reply = app.seller("type=adduser&user=bob&sub=default&expiry=36500");
    assert_json(&reply, 200, &success("Successfully created user!"));
    for query in ["expiry=1e308", "expiry=9e18", "expiry=-9e18", "expiry=1e999"] {
        let reply = app.seller(&format!("type=extend&user=bob&sub=default&{query}"));
        assert_eq!((reply.status, &reply.json()["success"]), (200, &false.into()), "{query}: {reply:?}");
    }
    assert!((36_499 * 86_400..=36_500 * 86_400).contains(&(app.expiry("bob", 0) - now())));
}

#[test]
fn without_a_password_the_first_login_sets_it() {
    let server = Server::start();
    let app = &server.app;
    for (user, query) in [("a", ""), ("b", "&pass="), ("c", "&pass=%20%00")] {
        let reply = app.seller(&format!("type=adduser&user={user}&sub=default&expiry=1{query}"));
        assert_json(&reply, 200, &success("Successfully created user!"));
        let says = |pass: &str| app.login(user, pass, HWID).json()["message"].clone();
        assert_eq!(says(""), WRONG_PASS);
        assert_eq!(says("mine"), LOGGED_IN);
        assert_eq!(says("other"), WRONG_PASS);
        assert_eq!(says("mine"), LOGGED_IN);
    }
    app.seller("type=adduser&user=d&sub=default&expiry=1&pass=0&pass=1");
    assert_eq!(app.login("d", "1", HWID).json()["message"], WRONG_PASS);
    assert_eq!(app.login("d", "0", HWID).json()["message"], LOGGED_IN);
}

#[test]
fn some_may_use_several_devices() {
    let server = Server::start();
    let app = &server.app;
    for (n, flag) in ["1", "true", "yes", "on", "TRUE"].into_iter().enumerate() {
        let user = format!("free {n}");
        let query = [("user", user.as_str()), ("pass", PASS), ("sub", "default"), ("expiry", "1")];
        app.sell("adduser", &[&query[..], &[("hwidAffected", flag)]].concat());
        for hwid in [HWID, OTHER_HWID, HWID, "another-device-of-this-user"] {
            assert_eq!(app.login_says(&user, hwid), LOGGED_IN, "{flag}");
        }
    }
    for (n, flag) in ["0", "false", "no", "off", ""].into_iter().enumerate() {
        let user = format!("bound {n}");
        let query = [("user", user.as_str()), ("pass", PASS), ("sub", "default"), ("expiry", "1")];
        app.sell("adduser", &[&query[..], &[("hwidAffected", flag)]].concat());
        assert_eq!(app.login_says(&user, HWID), LOGGED_IN);
        assert_eq!(app.login_says(&user, OTHER_HWID), OTHER_COMPUTER, "{flag}");
    }
}

#[test]
fn deluser() {
    let server = Server::start();
    let app = &server.app;
    let key = app.add_license("expiry=10");
    app.init("1.2").register("Alice", PASS, &key);
    app.add_user("bob");
    let (alice, bob) = ([app.sign_in("alice"), app.sign_in("alice")], app.sign_in("bob"));
    for user in ["alice", "bob"] {
        app.sell("setvar", &[("user", user), ("var", "a"), ("data", "b")]);
        app.sell("muteuser", &[("user", user), ("time", "9999")]);
    }
    assert_json(&app.seller("type=deluser&user=ALICE"), 200, &success("Successfully deleted user!"));
    for session in alice {
        session.is_dead();
    }
    bob.is_validated();
    assert_eq!(app.login_says("alice", HWID), NO_USER);
    assert_json(&app.seller("type=deluser&user=alice"), 200, &failure("Failed to delete user!"));
    let left = |kind: &str, field: &str| -> Vec<_> {
        app.rows(kind, field).iter().map(|row| row["user"].clone()).collect()
    };
    assert_eq!(
        (left("fetchalluservars", "vars"), left("fetchallmutes", "mutes")),
        (vec!["bob".into()], vec!["bob".into()])
    );
    assert_eq!(tokens(&server), [("bob".to_owned(), None)]);
    // The key is spent.
    assert_eq!(app.rows("fetchallkeys", "keys").last().expect("a key")["status"], "Used");
    let session = app.init("1.2");
    let register = session.call("register", &[("username", "alice"), ("pass", PASS), ("key", &key)]);
    session.fails(&register, "License key has already been used");
    // Another of that name has nothing of the first.
    app.add_user("alice");
    let data = app.userdata("alice");
    assert_eq!(data["subscriptions"].as_array().map(Vec::len), Some(1), "{data}");
    assert_eq!((&data["uservars"], &data["hwid"]), (&serde_json::json!([]), &().into()), "{data}");
    assert_text(&app.seller("type=DelUser&user=alice&format=text"), 200, "Successfully deleted user!");
}

#[test]
fn verifyuser() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    for user in ["alice", "ALICE", "%20alice%0A", "alice&user=nobody"] {
        let reply = app.seller(&format!("type=verifyuser&user={user}"));
        assert_json(&reply, 200, &success("User Successfully Verified"));
    }
    assert_text(&app.seller("type=VerifyUser&user=alice&format=text"), 200, "User Successfully Verified");
    // Whatever state he is in.
    app.seller("type=banuser&user=alice&reason=x");
    assert_json(&app.seller("type=verifyuser&user=alice"), 200, &success("User Successfully Verified"));
}

#[test]
fn resetuser() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let (alice, bob) = ([app.sign_in("alice"), app.sign_in("alice")], app.sign_in("bob"));
    assert_eq!(app.login_says("alice", OTHER_HWID), OTHER_COMPUTER);
    assert_json(&app.seller("type=resetuser&user=Alice"), 200, &success("Successfully reset user!"));
    for session in alice {
        session.is_dead();
    }
    bob.is_validated();
    assert_eq!((&app.userdata("alice")["hwid"], &app.userdata("bob")["hwid"]), (&().into(), &HWID.into()));
    // To what he is already.
    assert_json(&app.seller("type=resetuser&user=alice"), 200, &success("Successfully reset user!"));
    assert_eq!(app.login_says("alice", OTHER_HWID), LOGGED_IN);
    assert_eq!(app.login_says("alice", HWID), OTHER_COMPUTER);
    assert_eq!(app.login_says("bob", OTHER_HWID), OTHER_COMPUTER);
    assert_text(&app.seller("type=ResetUser&user=alice&format=text"), 200, "Successfully reset user!");
}

#[test]
fn a_reset_forgets_the_file_of_the_users_token() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let list = server.cli.json(&["token", "list", &path, "--json"]);
    let token = |user: &str| {
        let row = list.as_array().expect("a list").iter().find(|row| row["assigned"] == user);
        row.expect("a token")["token"].as_str().expect("a text").to_owned()
    };
    server.cli.ok(&["app", "set", &path, "tokenSystem=true"]);
    let init = |user: &str, hash: char| {
        let (token, hash) = (token(user), hash.to_string().repeat(64));
        let reply = app.client("1.1", "init", &[("ver", "1.0"), ("token", &token), ("thash", &hash)]);
        reply.json()["message"].as_str().expect("a message").to_owned()
    };
    eventually("the setting", || app.client("1.1", "init", &[]).text().contains("Token").then_some(()));
    let other = "Token File Hashes Must Be The Same";
    for user in ["alice", "bob"] {
        assert_eq!([init(user, 'a'), init(user, 'b')], ["Initialized", other]);
    }
    app.seller("type=resetuser&user=alice");
    assert_eq!([init("alice", 'b'), init("alice", 'a')], ["Initialized", other]);
    assert_eq!([init("bob", 'b'), init("bob", 'a')], [other, "Initialized"]);
    app.seller("type=resetalluser");
    assert_eq!([init("alice", 'a'), init("bob", 'b')], ["Initialized", "Initialized"]);
}

#[test]
fn resetpw() {
    let server = Server::start();
    let app = &server.app;
    for user in ["alice", "bob"] {
        app.add_user(user);
    }
    let bob = app.sign_in("bob");
    let says = |pass: &str| app.login("alice", pass, HWID).json()["message"].clone();
    let mut tokens = vec![app.userdata("alice")["token"].clone()];
    for (kind, pass) in [("resetpw", "new"), ("changepw", "néw 1&=+%"), ("ResetPW", "0")] {
        let session = app.init("1.2");
        app.sell("resetpw", &[("user", "alice"), ("passwd", PASS)]);
        session.call("login", &[("username", "alice"), ("pass", PASS), ("hwid", HWID)]);
        session.is_validated();
        let reply = app.sell(kind, &[("user", "ALICE"), ("passwd", pass)]);
        assert_json(&reply, 200, &success("Password reset successful"));
        session.is_dead();
        assert_eq!([says(PASS), says(pass)], [WRONG_PASS, LOGGED_IN]);
        tokens.push(app.userdata("alice")["token"].clone());
    }
    assert!(tokens.windows(2).all(|pair| pair[0] != pair[1]), "{tokens:?}");
    bob.is_validated();
    assert_text(
        &app.seller("type=resetpw&user=alice&passwd=x&format=text"),
        200,
        "Password reset successful",
    );
}

#[test]
fn an_empty_password_is_set_by_the_next_login() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    for (n, query) in ["", "&passwd=", "&passwd=%20%00", "&passwd=&passwd=x"].into_iter().enumerate() {
        let reply = app.seller(&format!("type=resetpw&user=alice{query}"));
        assert_json(&reply, 200, &success("Password reset successful"));
        let says = |pass: &str| app.login("alice", pass, HWID).json()["message"].clone();
        assert_eq!(says(""), WRONG_PASS);
        assert_eq!(says(&format!("pass {n}")), LOGGED_IN);
        assert_eq!(says(PASS), WRONG_PASS);
    }
}

#[test]
fn a_new_password_ends_other_ways_in() {
    let server = Server::start();
    let app = &server.app;
    app.add_user("alice");
    let made = server.cli.json(&["user", "login-token", &app.path(), "alice", "--json"]);
    let token = made["token"].as_str().expect("a token");
    app.seller("type=resetpw&user=alice&passwd=new");
    let session = app.init("1.2");
    let login = session.call("login", &[("username", "alice"), ("token", token), ("hwid", HWID)]);
    session.fails(&login, WRONG_PASS);
}

/// How many of several who ask at once are answered with success.
fn winners(app: &App, query: &str) -> usize {
    const RIVALS: usize = 8;
    let start = Barrier::new(RIVALS);
    let ask = || {
        start.wait();
        app.seller(query).json()["success"] == true
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..RIVALS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| usize::from(thread.join().expect("a reply"))).sum()
    })
}

#[test]
fn of_several_at_once_one_succeeds() {
    let server = Server::start();
    for _ in 0..5 {
        for query in [
            "type=adduser&user=alice&sub=default&expiry=1",
            "type=pauseuser&username=alice",
            "type=unpauseuser&username=alice",
            "type=deluser&user=alice",
        ] {
            assert_eq!(winners(&server.app, query), 1, "{query}");
        }
    }
}
