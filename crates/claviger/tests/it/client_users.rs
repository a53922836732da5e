//! `loginEmail`, `upgrade`, `changeUsername`, `forgot`, and what else a login knows.

use rusqlite::Connection;

use crate::support::{ALL_VERSIONS, HWID, Info, Server, assert_logged_in, mask_number};

const NO_USER: &str = "Invalid username";

fn database(server: &Server) -> Connection {
    Connection::open(server.data().join("claviger.db")).expect("the database")
}

#[test]
fn login_by_email() {
    let server = Server::start();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let (name, email) = (format!("user {n}"), format!("User{n}@Example.org"));
        let first = server.app.init(version);
        let key = server.license(n);
        let params =
            [("username", name.as_str()), ("pass", "p"), ("key", key), ("email", &email), ("hwid", HWID)];
        first.call("register", &params);
        let session = server.app.init(version);
        let login = |email: &str, pass: &str| {
            session.call("loginEmail", &[("email", email), ("pass", pass), ("hwid", HWID)])
        };
        session.fails(
            &session.call("loginEmail", &[("email", &email), ("pass", "p"), ("hwid", "short")]),
            "HWID must be 20 or more characters, change this in app settings.",
        );
        session.fails(&login("", "p"), NO_USER);
        session.fails(&login("nobody@example.org", "p"), NO_USER);
        session.fails(&login(&email, "wrong"), "Password does not match.");
        let info = Info { username: &name, key, hwid: Some(HWID) };
        assert_logged_in(&session, &login(&email.to_uppercase(), "p"), info);
    }
    // An address of two users is nobody's.
    let session = server.app.init("1.2");
    let params =
        [("username", "twin"), ("pass", "p"), ("key", server.license(9)), ("email", "user0@example.org")];
    session.call("register", &params);
    let reply = session.call("loginEmail", &[("email", "user0@example.org"), ("pass", "p"), ("hwid", HWID)]);
    session.fails(&reply, NO_USER);
}

#[test]
fn upgrades() {
    let server = Server::start();
    let path = server.app.path();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let name = format!("user {n}");
        server.app.init("1.2").register(&name, "p", server.license(n));
        let session = server.app.init(version);
        let upgrade = |name: &str, key: &str| session.call("upgrade", &[("username", name), ("key", key)]);
        let fresh = server.app.add_license("expiry=10");
        let banned = server.app.add_license("expiry=10");
        server.cli.ok(&["license", "ban", &path, &banned, "--reason", "stolen"]);
        let unlevelled = server.app.add_license("expiry=10&level=9");
        session.fails(&upgrade(&name, ""), "Invalid license key");
        session.fails(&upgrade(&name, "no key"), "Invalid license key");
        session.fails(&upgrade(&name, server.license(n)), "License key has already been used");
        session.fails(&upgrade(&name, &banned), "Your license is banned");
        session.fails(
            &upgrade(&name, &unlevelled),
            "There is no subscription created for your key level. Contact application developer.",
        );
        for unknown in ["nobody", "", "all", "ALL"] {
            session.fails(&upgrade(unknown, &fresh), NO_USER);
        }
        session.succeeds(&upgrade(&name, &fresh), "Upgraded successfully", "");
        session.fails(&upgrade(&name, &fresh), "License key has already been used");
        session.is_unvalidated();
        let login = session.call("login", &[("username", &name), ("pass", "p"), ("hwid", HWID)]);
        let left = mask_number(login.text(), "timeleft").1;
        assert!((39 * 86_400..=40 * 86_400).contains(&left), "{left}");
    }
}

#[test]
fn names_change() {
    let server = Server::start();
    server.app.init("1.2").register("taken", "p", server.license(50));
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let (old, new) = (format!("old {n}"), format!("new {n}"));
        let session = server.app.init(version);
        let rename = |name: &str| session.call("changeUsername", &[("newUsername", name)]);
        session.fails(&rename(&new), "Session is not validated");
        session.register(&old, "p", server.license(n));
        session.fails(&rename(&"x".repeat(71)), "Username must be shorter than 70 characters");
        session.fails(&rename(""), "Username too short, try longer one.");
        session.fails(&rename("all"), "Username already used!");
        session.fails(&rename("TAKEN"), "Username already used!");
        session.fails(&rename(&old), "Failed to change username!");
        session.succeeds(&rename(&new), "Successfully changed username, user logged out.", "");
        session.is_dead();
        let next = server.app.init(version);
        let login = |name: &str| next.call("login", &[("username", name), ("pass", "p"), ("hwid", HWID)]);
        next.fails(&login(&old), NO_USER);
        assert_eq!(login(&new).json()["info"]["username"], new.as_str());
        let license = server.app.sell("keydata", &[("key", server.license(n))]).json();
        assert_eq!(license["usedby"], new.as_str());
    }
}

#[test]
fn without_a_mail_server_forgot_says_so() {
    let server = Server::start();
    for version in ALL_VERSIONS {
        let session = server.app.init(version);
        let reply = session.call("forgot", &[("username", "nobody"), ("email", "a@example.org")]);
        session.fails(&reply, "Password reset by email is not configured.");
    }
}

#[test]
fn imported_passwords_are_renewed_at_login() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.register("alice", "x", server.license(0));
    // Of `correct horse`, cost 4.
    let hash = bcrypt::hash("correct horse", 4).expect("a hash").to_string();
    database(&server).execute("UPDATE users SET password = ?1", [&hash]).expect("a change");
    let login = |pass: &str| session.call("login", &[("username", "alice"), ("pass", pass), ("hwid", HWID)]);
    session.fails(&login("wrong"), "Password does not match.");
    let stored = || -> String {
        database(&server).query_row("SELECT password FROM users", [], |row| row.get(0)).expect("a hash")
    };
    assert_eq!(stored(), hash);
    for _ in 0..2 {
        assert_eq!(login("correct horse").json()["message"], "Logged in!");
        assert!(stored().starts_with("$argon2id$"));
    }
}

#[test]
fn a_user_without_password_gets_the_first_one() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.register("alice", "x", server.license(0));
    database(&server).execute("UPDATE users SET password = NULL", []).expect("a change");
    let login = |pass: &str| session.call("login", &[("username", "alice"), ("pass", pass), ("hwid", HWID)]);
    session.fails(&login(""), "Password does not match.");
    assert_eq!(login("mine").json()["message"], "Logged in!");
    session.fails(&login("other"), "Password does not match.");
}

#[test]
fn a_login_token_is_good_for_one_login() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.register("alice", "x", server.license(0));
    let token = server.cli.json(&["user", "login-token", &server.app.path(), "alice", "--json"]);
    let token = token["login_token"].as_str().or(token["token"].as_str()).expect("a token").to_owned();
    let login =
        |token: &str| session.call("login", &[("username", "alice"), ("token", token), ("hwid", HWID)]);
    session.fails(&login("wrong"), "Password does not match.");
    assert_eq!(login(&token).json()["message"], "Logged in!");
    session.fails(&login(&token), "Password does not match.");
}

#[test]
fn the_blacklisted_stay_out_and_their_keys_are_spent() {
    let server = Server::start();
    let path = server.app.path();
    server.app.init("1.2").register("alice", "p", server.license(0));
    server.cli.ok(&["blacklist", "add", &path, "--hwid", HWID]);
    let message = "You've been blacklisted from our application";
    let session = server.app.init("1.2");
    session.fails(&session.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", HWID)]), message);
    let key = server.license(1);
    let params = [("username", "bob"), ("pass", "p"), ("key", key), ("hwid", HWID)];
    session.fails(&session.call("register", &params), message);
    session.fails(&session.call("register", &params), "Your license is banned");
    session.fails(&session.call("license", &[("key", server.license(2)), ("hwid", HWID)]), message);
}
