//! `license`.

use std::sync::Barrier;
use std::thread;

use crate::support::{HWID, Info, OTHER_HWID, Reply, Server, Session, VERSIONS, assert_logged_in};

const SHORT_HWID: &str = "HWID must be 20 or more characters, change this in app settings.";
const NO_HWID: &str = "Force HWID is enabled, disable in app settings if you want to use blank HWIDs";
const KEY_LONG: &str = "Key must be shorter than 70 characters";
const NO_KEY: &str = "Invalid license key";

fn license(session: &Session, key: &str, hwid: &str) -> Reply {
    session.call("license", &[("key", key), ("hwid", hwid)])
}

#[test]
fn the_first_use_makes_a_user_and_later_ones_sign_in() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let key = server.license(n);
        let info = Info { username: key, key, hwid: Some(HWID) };
        let session = server.app.init(version);
        let first = assert_logged_in(&session, &license(&session, key, HWID), info);
        assert_eq!(first.created, first.last_login);
        session.is_validated();

        let second = server.app.init(version);
        let again = assert_logged_in(&second, &license(&second, key, HWID), info);
        assert_eq!((first.created, first.expiry), (again.created, again.expiry));
        second.is_validated();

        let list = server.app.seller("type=fetchallsessions").json();
        for row in &list["sessions"].as_array().expect("a list")[2 * n..] {
            assert_eq!((&row["credential"], &row["validated"]), (&key.into(), &"1".into()), "{row}");
        }
        assert_eq!(server.app.seller("type=stats").json()["used"], (n + 1).to_string());
    }
}

#[test]
fn failures() {
    let server = Server::start();
    let (used, unused, of_a_user) = (server.license(0), server.license(1), server.license(2));
    server.app.init("1.1").license(used);
    server.app.init("1.1").register("alice", "p", of_a_user);
    let no_level = server.app.add_license("expiry=1&level=7");
    let long = "x".repeat(71);
    for version in VERSIONS {
        let session = server.app.init(version);
        let fails = |key: &str, hwid: &str, message: &str| {
            session.fails(&license(&session, key, hwid), message);
        };
        fails(&long, "short", KEY_LONG);
        fails("no such key", "short", SHORT_HWID);
        fails(unused, &"x".repeat(19), SHORT_HWID);
        fails("no such key", "", NO_HWID);
        fails(unused, "", NO_HWID);
        fails("no such key", HWID, NO_KEY);
        fails("", HWID, NO_KEY);
        fails(&"x".repeat(70), HWID, NO_KEY);
        fails(of_a_user, HWID, "License key has already been used");
        fails(used, OTHER_HWID, "HWID doesn't match. Ask for a HWID reset");
        // A user with a password is not signed in by the name alone.
        fails("alice", HWID, "Password does not match.");
        fails(
            &no_level,
            HWID,
            "There is no subscription created for your key level. Contact application developer.",
        );
        session.fails(&session.call("license", &[]), NO_HWID);
        session.is_unvalidated();
    }
    let stats = server.app.seller("type=stats").json();
    assert_eq!((&stats["used"], &stats["unused"]), (&"2".into(), &"99".into()), "{stats}");
}

#[test]
fn a_license_of_another_application_is_unknown() {
    let server = Server::start();
    let other = server.create_app("other");
    let session = other.init("1.3");
    session.fails(&license(&session, server.license(0), HWID), NO_KEY);
}

#[test]
fn programs_that_start_at_once_share_a_license() {
    const PROGRAMS: usize = 8;
    let server = Server::start();
    let start = Barrier::new(PROGRAMS);
    let key = server.license(0);
    thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| {
                let session = server.app.init("1.2");
                start.wait();
                assert_logged_in(
                    &session,
                    &license(&session, key, HWID),
                    Info { username: key, key, hwid: Some(HWID) },
                );
            });
        }
    });
    assert_eq!(server.app.seller("type=stats").json()["used"], "1");
}

#[test]
fn a_license_signs_in_after_its_session_was_killed() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let key = server.license(n);
        let session = server.app.init(version);
        session.license(key);
        server.app.seller("type=killall");
        session.is_dead();
        let session = server.app.init(version);
        session.license(key);
        session.is_validated();
    }
}
