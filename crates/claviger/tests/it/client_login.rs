//! `login`.

use crate::support::{
    HWID, Info, OTHER_HWID, Reply, Server, Session, VERSIONS, assert_logged_in, eventually,
};

const SHORT_HWID: &str = "HWID must be 20 or more characters, change this in app settings.";
const NO_HWID: &str = "Force HWID is enabled, disable in app settings if you want to use blank HWIDs";
const NO_USER: &str = "Invalid username";
const WRONG_PASS: &str = "Password does not match.";
const OTHER_COMPUTER: &str = "HWID doesn't match. Ask for a HWID reset";
const EXPIRED: &str = "No active subscription(s) found";

fn login(session: &Session, username: &str, pass: &str, hwid: &str) -> Reply {
    session.call("login", &[("username", username), ("pass", pass), ("hwid", hwid)])
}

/// A server whose user `Alice` has the password `pass 1&=+%` and the usual computer.
fn with_alice() -> (Server, String) {
    let server = Server::start();
    let key = server.license(0).to_owned();
    server.app.init("1.1").register("Alice", PASS, &key);
    (server, key)
}

const PASS: &str = "pass 1&=+%é";

#[test]
fn success() {
    let (server, key) = with_alice();
    for version in VERSIONS {
        let session = server.app.init(version);
        session.is_unvalidated();
        let reply = login(&session, "Alice", PASS, HWID);
        let info = Info { username: "Alice", key: &key, hwid: Some(HWID) };
        let first = assert_logged_in(&session, &reply, info);
        session.is_validated();
        // The name ignores case, and is shown as it was given at registration.
        let again = assert_logged_in(&session, &login(&session, "aLICE", PASS, HWID), info);
        assert_eq!((first.created, first.expiry), (again.created, again.expiry));
        session.is_validated();
        let list = server.app.seller("type=fetchallsessions").json();
        let rows = list["sessions"].as_array().expect("a list");
        let row = rows.iter().find(|row| row["id"] == session.id.as_str()).expect("the session");
        assert_eq!((&row["credential"], &row["validated"]), (&"Alice".into(), &"1".into()), "{row}");
    }
}

#[test]
fn failures() {
    let (server, _) = with_alice();
    for version in VERSIONS {
        let session = server.app.init(version);
        let fails = |username: &str, pass: &str, hwid: &str, message: &str| {
            session.fails(&login(&session, username, pass, hwid), message);
        };
        // In the order of the checks: each row breaks all the rules that follow, too.
        fails("nobody", "wrong", "short", SHORT_HWID);
        fails("Alice", PASS, &"x".repeat(19), SHORT_HWID);
        fails("nobody", "wrong", "", NO_HWID);
        fails("Alice", PASS, "", NO_HWID);
        fails("Alice", PASS, " \r\n", NO_HWID);
        fails("nobody", "wrong", OTHER_HWID, NO_USER);
        fails("", PASS, HWID, NO_USER);
        fails("all", PASS, HWID, NO_USER);
        fails(&"x".repeat(5000), PASS, HWID, NO_USER);
        fails("Alice", "wrong", OTHER_HWID, WRONG_PASS);
        fails("Alice", "", OTHER_HWID, WRONG_PASS);
        fails("Alice", &PASS.to_uppercase(), HWID, WRONG_PASS);
        fails("Alice", PASS, OTHER_HWID, OTHER_COMPUTER);
        fails("Alice", PASS, &HWID.to_lowercase(), OTHER_COMPUTER);
        fails("Alice", PASS, &HWID[..HWID.len() - 1], OTHER_COMPUTER);
        fails("Alice", PASS, &format!("{HWID}1"), OTHER_COMPUTER);
        session.fails(&session.call("login", &[]), NO_HWID);
        session.fails(&session.call("login", &[("hwid", HWID)]), NO_USER);
        session.is_unvalidated();
    }
}

#[test]
fn a_hwid_of_twenty_bytes_is_long_enough() {
    let (server, _) = with_alice();
    let session = server.app.init("1.2");
    session.fails(&login(&session, "Alice", PASS, &"x".repeat(20)), OTHER_COMPUTER);
    session.fails(&login(&session, "Alice", PASS, &"é".repeat(10)), OTHER_COMPUTER);
}

#[test]
fn the_first_computer_is_remembered() {
    let server = Server::start();
    let key = server.license(0);
    let session = server.app.init("1.3");
    let params = [("username", "bob"), ("pass", "p"), ("key", key)];
    let none = Info { username: "bob", key, hwid: None };
    assert_logged_in(&session, &session.call("register", &params), none);

    let session = server.app.init("1.3");
    // A refused login remembers nothing.
    session.fails(&login(&session, "bob", "wrong", OTHER_HWID), WRONG_PASS);
    let bound = Info { hwid: Some(HWID), ..none };
    assert_logged_in(&session, &login(&session, "bob", "p", HWID), bound);
    session.fails(&login(&session, "bob", "p", OTHER_HWID), OTHER_COMPUTER);
    assert_logged_in(&session, &login(&session, "bob", "p", HWID), bound);
}

#[test]
fn a_failure_does_not_sign_anybody_out() {
    let (server, _) = with_alice();
    let session = server.app.init("1.2");
    login(&session, "Alice", PASS, HWID);
    session.fails(&login(&session, "Alice", "wrong", HWID), WRONG_PASS);
    session.is_validated();
}

#[test]
fn a_later_login_replaces_the_credential() {
    let (server, _) = with_alice();
    let session = server.app.init("1.2");
    session.register("bob", "p", server.license(1));
    login(&session, "Alice", PASS, HWID);
    let list = server.app.seller("type=fetchallsessions").json();
    assert_eq!(list["sessions"][1]["id"], session.id.as_str(), "{list}");
    assert_eq!(list["sessions"][1]["credential"], "Alice", "{list}");
}

#[test]
fn a_user_may_have_several_sessions() {
    let (server, _) = with_alice();
    let sessions = VERSIONS.map(|version| server.app.init(version));
    for session in &sessions {
        login(session, "Alice", PASS, HWID);
    }
    for session in &sessions {
        session.is_validated();
    }
}

#[test]
fn an_expired_subscription_is_none() {
    let server = Server::start();
    // About three seconds.
    let key = server.app.add_license("expiry=0.000035");
    let running = server.app.init("1.3");
    running.register("carol", "p", &key);
    let session = server.app.init("1.2");
    eventually("the subscription to expire", || {
        let reply = login(&session, "carol", "p", HWID);
        (reply.json()["message"] == EXPIRED).then(|| session.fails(&reply, EXPIRED))
    });
    // The password comes before it, and running programs are told as well.
    session.fails(&login(&session, "carol", "wrong", HWID), WRONG_PASS);
    running.fails(&running.call("check", &[]), EXPIRED);
}
