//! `kill` and `session kill` of all sessions of a user or an address.

use std::sync::Barrier;
use std::thread;

use crate::support::postgres::Database;
use crate::support::proxied::{init_from, on_both};
use crate::support::{App, HWID, Server, Session, assert_json, assert_text, encode, eventually};

const KILLED: &str = r#"{"success":true,"message":"Successfully killed session!"}"#;
const NOT_KILLED: &str = r#"{"success":false,"message":"Failed to kill session!"}"#;

fn kill(app: &App, query: &str) -> crate::support::Reply {
    app.seller(&format!("type=kill&{query}"))
}

fn lives(session: &Session) -> bool {
    session.app.session_ids().contains(&session.id)
}

#[test]
fn all_of_a_user() {
    on_both(|server| {
        let (app, other) = (&server.app, server.create_app("other"));
        let sessions: Vec<Session> = (0..5).map(|_| app.init("1.1")).collect();
        sessions[0].register("Zoë", "p", server.license(0));
        for session in &sessions[1..3] {
            session.call("login", &[("username", "zoë"), ("pass", "p"), ("hwid", HWID)]);
            session.is_validated();
        }
        sessions[3].register("zoëy", "p", server.license(1));
        let theirs = other.init("1.1");
        theirs.register("Zoë", "p", &other.add_license("expiry=1"));
        assert_json(&kill(app, &format!("user={}", encode("ZOË"))), 200, KILLED);
        for session in &sessions[..3] {
            session.is_dead();
        }
        sessions[3].is_validated();
        sessions[4].is_unvalidated();
        theirs.is_validated();
        // Once; and who is called so may come again.
        assert_json(&kill(app, &format!("user={}", encode("ZOË"))), 200, NOT_KILLED);
        let again = app.init("1.1");
        again.call("login", &[("username", "Zoë"), ("pass", "p"), ("hwid", HWID)]);
        again.is_validated();
        // By the license of a user who signs in with it, and in text mode.
        let key = server.license(2);
        let by_license = app.init("1.1");
        by_license.license(key);
        let reply = kill(app, &format!("user={}&format=text", key.to_lowercase()));
        assert_text(&reply, 200, "Successfully killed session!");
        by_license.is_dead();
        again.is_validated();
    });
}

#[test]
fn all_from_an_address() {
    on_both(|server| {
        let (app, other) = (&server.app, server.create_app("other"));
        for (address, spellings) in [
            ("203.0.113.7", ["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "203.0.113.0/28"]),
            ("2001:db8::7", ["2001:db8::7", "2001:0DB8:0:0::0007", "2001:db8::/64", "2001:db8::7/128"]),
        ] {
            for spelling in spellings {
                let here: Vec<Session> = (0..3).map(|_| init_from(app, address)).collect();
                let far = [init_from(app, "203.0.113.70"), init_from(app, "2001:db8:1::7")];
                let theirs = init_from(&other, address);
                assert_json(&kill(app, &format!("ip={}", encode(spelling))), 200, KILLED);
                assert!(here.iter().all(|session| !lives(session)), "{spelling}");
                assert!(far.iter().all(lives) && lives(&theirs), "{spelling}");
                assert_json(&kill(app, &format!("ip={}", encode(spelling))), 200, NOT_KILLED);
            }
        }
        app.seller("type=killall");
        // More than one statement and one transaction end.
        let here: Vec<Session> = (0..230).map(|_| init_from(app, "198.51.100.1")).collect();
        let far = init_from(app, "198.51.100.2");
        assert_json(&kill(app, "ip=198.51.100.1"), 200, KILLED);
        assert_eq!(app.session_ids(), [far.id.as_str()]);
        here[229].is_dead();
    });
}

#[test]
fn of_a_user_from_an_address() {
    on_both(|server| {
        let app = &server.app;
        app.init("1.1").register("alice", "p", server.license(0));
        app.seller("type=killall");
        let sign_in = |address: &str| {
            let session = init_from(app, address);
            session.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", HWID)]);
            session
        };
        let [home, work] = ["203.0.113.7", "198.51.100.9"].map(sign_in);
        let neighbour = init_from(app, "203.0.113.7");
        assert_json(&kill(app, "user=Alice&ip=203.0.113.0/24"), 200, KILLED);
        assert_eq!([&home, &work, &neighbour].map(lives), [false, true, true]);
        // A banned user has no session, and a deleted one neither.
        assert_json(&kill(app, "user=alice&ip=203.0.113.0/24"), 200, NOT_KILLED);
        app.seller("type=banuser&user=alice&reason=x");
        assert_json(&kill(app, "user=alice"), 200, NOT_KILLED);
        app.seller("type=deluser&user=alice");
        assert_json(&kill(app, "user=alice"), 200, NOT_KILLED);
        assert!(lives(&neighbour));
    });
}

#[test]
fn of_those_signed_in_or_not() {
    on_both(|server| {
        let (app, other) = (&server.app, server.create_app("other"));
        let addresses = ["203.0.113.7", "198.51.100.9", "203.0.113.7", "198.51.100.9"];
        let sessions = addresses.map(|address| init_from(app, address));
        let theirs = init_from(&other, "203.0.113.7");
        sessions[0].register("alice", "p", server.license(0));
        sessions[1].register("bob", "p", server.license(1));
        let alive = || sessions.each_ref().map(lives);
        assert_json(&kill(app, "validated=0&ip=203.0.113.0/24"), 200, KILLED);
        assert_eq!(alive(), [true, true, false, true]);
        assert_json(&kill(app, "validated=0"), 200, KILLED);
        assert_eq!(alive(), [true, true, false, false]);
        assert_json(&kill(app, "validated=0"), 200, NOT_KILLED);
        assert_json(&kill(app, "validated=1&user=BOB"), 200, KILLED);
        assert_eq!(alive(), [true, false, false, false]);
        assert_json(&kill(app, "validated=1"), 200, KILLED);
        assert_eq!(alive(), [false; 4]);
        assert!(lives(&theirs));
    });
}

#[test]
fn what_says_nothing_ends_nothing() {
    on_both(|server| {
        let app = &server.app;
        let session = init_from(app, "192.0.2.4");
        session.register("alice", "p", server.license(0));
        let foreign = init_from(&server.create_app("other"), "192.0.2.4");
        for query in [
            String::new(),
            "user=".into(),
            "ip=".into(),
            "user=%20%00&ip=".into(),
            // Where one value is missing, the other alone would mean more.
            "user=alice&ip=".into(),
            "user=&ip=192.0.2.4".into(),
            "user=alice&ip=x".into(),
            "validated=".into(),
            "validated=2".into(),
            "validated=true&user=alice".into(),
            "validated=0&user=alice".into(),
            "validated=1&ip=192.0.2.5".into(),
            "validated=0&ip=".into(),
            "user=ali".into(),
            "user=%25".into(),
            "user=a%00lice".into(),
            "user=%FF".into(),
            format!("user={}", "x".repeat(5000)),
            "ip=192.0.2.4/33".into(),
            "ip=192.0.2.4:80".into(),
            "ip=unknown".into(),
            "ip=::/0".into(),
            "ip=192.0.2.5".into(),
            // A session's id alone counts, wherever it is there.
            "sessid=&user=alice".into(),
            "session=&ip=192.0.2.4".into(),
            "sessid=x&user=alice".into(),
            format!("sessid={}&user=alice", foreign.id),
        ] {
            assert_json(&kill(app, &query), 200, NOT_KILLED);
            assert!(lives(&session) && lives(&foreign), "{query}");
        }
        let bystander = init_from(app, "192.0.2.4");
        assert_json(&kill(app, &format!("sessid={}&user=alice&ip=192.0.2.4", bystander.id)), 200, KILLED);
        bystander.is_dead();
        session.is_validated();
    });
}

#[test]
fn sessions_begun_before_are_ended() {
    let database = Database::create();
    for server in [Server::start(), Server::start_on(&database.url)] {
        let app = &server.app;
        for _ in 0..5 {
            let start = Barrier::new(4);
            let made: Vec<String> = thread::scope(|scope| {
                let make = || {
                    start.wait();
                    (0..5).map(|_| app.try_init().expect("a session")).collect::<Vec<_>>()
                };
                let threads: Vec<_> = (0..3).map(|_| scope.spawn(make)).collect();
                start.wait();
                kill(app, "ip=127.0.0.1");
                threads.into_iter().flat_map(|thread| thread.join().expect("sessions")).collect()
            });
            // Those that are left began while the others were ended; the next request ends them all.
            kill(app, "ip=127.0.0.1");
            assert_eq!(app.session_ids(), Vec::<String>::new(), "{made:?}");
        }
    }
}

#[test]
fn on_the_command_line() {
    on_both(|server| {
        let (app, cli, path) = (&server.app, &server.cli, server.app.path());
        let mapped = init_from(app, "::ffff:203.0.113.7");
        let [user, far] = ["192.0.2.4", "2001:db8::9"].map(|address| init_from(app, address));
        user.register("alice", "p", server.license(0));
        for (args, sentence) in [
            (&["--ip", "203.0.113.300", "--yes"][..], "is no address or network"),
            (&["--ip", "", "--yes"], "is no address or network"),
            (&["--user", "nobody", "--yes"], "no such session lives"),
            (&["--user", "", "--yes"], "no such session lives"),
            (&["--ip", "198.51.100.0/24", "--yes"], "no such session lives"),
            (&["--user", "alice"], "--yes"),
            (&["--yes"], "required"),
            (&["some-id", "--user", "alice", "--yes"], "cannot be used with"),
            (&["some-id", "--signed-in", "true", "--yes"], "cannot be used with"),
            (&["--signed-in", "1", "--yes"], "invalid value"),
            (&["--signed-in", "true", "--ip", "2001:db8::9", "--yes"], "no such session lives"),
            (&["--text", "", "--yes"], "--text is empty"),
            (&["--text", "alicia", "--yes"], "no such session lives"),
        ] {
            let all = [&["session", "kill", &path], args].concat();
            let said = cli.run(&all);
            assert_ne!(said.code, Some(0), "{args:?}: {said:?}");
            assert!(format!("{said:?}").contains(sentence), "{args:?}: {said:?}");
        }
        assert_eq!(app.session_ids().len(), 3);
        let killed = cli.ok(&["session", "kill", &path, "--ip", "203.0.113.0/24", "--yes"]);
        assert_eq!(killed.trim(), "killed 1");
        let killed =
            cli.ok(&["session", "kill", &path, "--user", "ALICE", "--ip", "::ffff:192.0.2.4", "--yes"]);
        assert_eq!(killed.trim(), "killed 1");
        eventually("the server to notice", || (!lives(&user) && !lives(&mapped)).then_some(()));
        assert!(lives(&far));
        let [first, second] = ["192.0.2.4", "192.0.2.5"].map(|address| init_from(app, address));
        let killed = cli.ok(&["session", "kill", &path, "--text", &first.id[10..30], "--yes"]);
        assert_eq!(killed.trim(), "killed 1");
        let killed =
            cli.ok(&["session", "kill", &path, "--signed-in", "false", "--ip", "192.0.2.0/24", "--yes"]);
        assert_eq!(killed.trim(), "killed 1");
        eventually("the server to notice", || (!lives(&first) && !lives(&second)).then_some(()));
        assert!(lives(&far));
    });
}

#[test]
fn the_audit_log_tells_whose() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.1").register("alice", "p", server.license(0));
    kill(app, "user=Alice&ip=127.0.0.0/8");
    let rows = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    assert_eq!((&rows[0]["type"], &rows[0]["target"]), (&"kill".into(), &"Alice 127.0.0.0/8".into()));
}
