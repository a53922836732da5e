//! `register`.

use std::sync::Barrier;
use std::thread;

use crate::support::{
    HWID, Info, Reply, Server, Session, VERSIONS, assert_json, assert_logged_in, encode, mask_number,
};

const TAKEN: &str = "Username already taken, choose a different one";
const TOO_SHORT: &str = "Username too short, try longer one.";
const NO_KEY: &str = "Invalid license key";
const KEY_USED: &str = "License key has already been used";
const NO_LEVEL: &str = "There is no subscription created for your key level. Contact application developer.";

fn register(session: &Session, username: &str, pass: &str, key: &str) -> Reply {
    session.call("register", &[("username", username), ("pass", pass), ("key", key), ("hwid", HWID)])
}

#[test]
fn success() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        let (name, key) = (format!("Alice {n}"), server.license(n));
        let reply = register(&session, &name, "pass", key);
        let times = assert_logged_in(&session, &reply, Info { username: &name, key, hwid: Some(HWID) });
        assert_eq!(times.created, times.last_login);
        assert!(times.expiry > times.created);
        session.is_validated();
        let list = server.app.seller("type=fetchallsessions").json();
        assert_eq!(list["sessions"][n]["credential"], name.as_str());
        assert_eq!(list["sessions"][n]["validated"], "1");
        // Registration uses the key up.
        let stats = server.app.seller("type=stats").json();
        assert_eq!(stats["used"], (n + 1).to_string());
    }
}

#[test]
fn the_hwid_is_not_needed_and_not_measured() {
    let server = Server::start();
    let session = server.app.init("1.2");
    let params = [("username", "alice"), ("pass", "p"), ("key", server.license(0))];
    let info = Info { username: "alice", key: server.license(0), hwid: None };
    assert_logged_in(&session, &session.call("register", &params), info);

    let session = server.app.init("1.2");
    let params = [
        ("username", "bob"),
        ("pass", "p"),
        ("key", server.license(1)),
        ("hwid", "none"),
        ("email", "b@x.org"),
    ];
    let info = Info { username: "bob", key: server.license(1), hwid: Some("none") };
    assert_logged_in(&session, &session.call("register", &params), info);
}

#[test]
fn the_subscription_lasts_as_long_as_the_key_says() {
    let server = Server::start();
    for (days, seconds) in [("1", 86_400), ("0.5", 43_200), ("30", 2_592_000)] {
        let key = server.app.add_license(&format!("expiry={days}"));
        let session = server.app.init("1.3");
        let reply = register(&session, &format!("for {days}"), "p", &key);
        assert_eq!(mask_number(reply.text(), "timeleft").1, seconds, "{reply:?}");
    }
}

#[test]
fn failures() {
    let server = Server::start();
    let (used, unused) = (server.license(0), server.license(1));
    let no_level = server.app.add_license("expiry=1&level=7");
    server.app.init("1.1").register("Taken", "pass", used);
    let of_another_app = server.create_app("other").add_license("expiry=1");
    let long = "x".repeat(71);
    for version in VERSIONS {
        let session = server.app.init(version);
        let fails = |username: &str, pass: &str, key: &str, message: &str| {
            session.fails(&register(&session, username, pass, key), message);
        };
        // In the order of the checks: each row breaks all the rules that follow, too.
        fails(&long, "", &long, "Username must be shorter than 70 characters");
        fails("", "", &long, "Key must be shorter than 70 characters");
        fails("Taken", "p", &long, "Key must be shorter than 70 characters");
        fails("", "p", "no such key", TOO_SHORT);
        fails("  ", "p", unused, TOO_SHORT);
        fails("all", "p", unused, TAKEN);
        fails("ALL", "p", unused, TAKEN);
        fails("alice", "", unused, "Password does not match.");
        fails("Taken", "p", "no such key", TAKEN);
        fails("Taken", "p", used, TAKEN);
        fails("tAKEN", "p", unused, TAKEN);
        fails("alice", "p", "no such key", NO_KEY);
        fails("alice", "p", "", NO_KEY);
        fails("alice", "p", &of_another_app, NO_KEY);
        fails("alice", "p", &"x".repeat(70), NO_KEY);
        fails("alice", "p", used, KEY_USED);
        fails("alice", "p", &no_level, NO_LEVEL);
        session.is_unvalidated();
    }
    // Nothing was used up on the way.
    let stats = server.app.seller("type=stats").json();
    assert_eq!((&stats["used"], &stats["unused"]), (&"1".into(), &"100".into()), "{stats}");
}

#[test]
fn limits_are_in_bytes() {
    let server = Server::start();
    let session = server.app.init("1.3");
    let reply = register(&session, &"é".repeat(36), "p", server.license(0));
    session.fails(&reply, "Username must be shorter than 70 characters");
    let name = "é".repeat(35);
    let reply = register(&session, &name, "p", server.license(0));
    assert_eq!(reply.json()["info"]["username"], name.as_str(), "{reply:?}");
}

#[test]
fn a_key_registers_one_user_however_many_try() {
    let server = Server::start();
    const RIVALS: usize = 8;
    for round in 0..3 {
        let start = Barrier::new(RIVALS);
        let key = server.license(round);
        let replies: Vec<Reply> = thread::scope(|scope| {
            let threads: Vec<_> = (0..RIVALS)
                .map(|rival| {
                    let (server, start) = (&server, &start);
                    scope.spawn(move || {
                        let session = server.app.init("1.1");
                        start.wait();
                        register(&session, &format!("rival {round} {rival}"), "p", key)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a reply")).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|reply| reply.json()["message"] == "Logged in!");
        assert_eq!(won.len(), 1);
        for reply in lost {
            assert_json(&reply, 200, &format!(r#"{{"success":false,"message":"{KEY_USED}"}}"#));
        }
    }
}

#[test]
fn a_name_is_taken_once_however_many_try() {
    let server = Server::start();
    const RIVALS: usize = 8;
    let start = Barrier::new(RIVALS);
    let won = thread::scope(|scope| {
        let threads: Vec<_> = (0..RIVALS)
            .map(|rival| {
                let (server, start) = (&server, &start);
                scope.spawn(move || {
                    let session = server.app.init("1.1");
                    start.wait();
                    let reply = register(&session, "alice", "p", server.license(rival));
                    let message = reply.json()["message"].clone();
                    assert!(message == "Logged in!" || message == TAKEN, "{reply:?}");
                    usize::from(message == "Logged in!")
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a reply")).sum::<usize>()
    });
    assert_eq!(won, 1);
    assert_eq!(server.app.seller("type=stats").json()["used"], "1");
}

#[test]
fn users_of_two_applications_do_not_meet() {
    let server = Server::start();
    let other = server.create_app("other");
    let key = other.add_license("expiry=1");
    server.app.init("1.2").register("alice", "one", server.license(0));
    // The name is free in the other application, which has its first subscription from its making.
    other.init("1.2").register("alice", "two", &key);
    let second = other.add_license("expiry=1&level=2");
    let session = other.init("1.2");
    session.fails(&register(&session, "bob", "two", &second), NO_LEVEL);
    let session = server.app.init("1.2");
    session.fails(&register(&session, "alice", "two", server.license(1)), TAKEN);
    assert_eq!(server.app.seller(&format!("type=verify&key={}", encode(&key))).status, 406);
}
