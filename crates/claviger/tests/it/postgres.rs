//! The same on PostgreSQL, and several servers on one database.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Barrier;
use std::thread;

use crate::support::postgres::Database;
use crate::support::second::Second;
use crate::support::server::{Process, claviger};
use crate::support::{Browser, HWID, Live, Server, VERSIONS, assert_json, eventually};
use crate::{path, restart};

const KILLED: &str = r#"{"success":true,"message":"Successfully killed session!"}"#;
const NOT_KILLED: &str = r#"{"success":false,"message":"Failed to kill session!"}"#;
const KILLED_ALL: &str = r#"{"success":true,"message":"Successfully killed all sessions!"}"#;

#[test]
fn the_whole_path() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    path::walk(&server);
    // It is kept there and nowhere else.
    let row = database.connect().query_one("SELECT max(version)::bigint FROM schema_migrations", &[]);
    assert!(row.expect("a row").get::<_, i64>(0) >= 1);
    let sqlite = fs::read_dir(server.data()).expect("the data folder").any(|entry| {
        fs::read(entry.expect("a file").path()).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3"))
    });
    assert!(!sqlite);
}

#[test]
fn data_survive_a_restart() {
    let database = Database::create();
    restart::survives(Server::start_on(&database.url));
}

#[test]
fn data_survive_a_crash() {
    let database = Database::create();
    let mut server = Server::start_on(&database.url);
    for _ in 0..2 {
        let [killed, kept] = [server.app.init("1.2"), server.app.init("1.2")];
        assert_json(&server.app.kill(&killed.id), 200, KILLED);
        server = server.crash_and_restart();
        killed.at(&server.app.address).is_dead();
        kept.at(&server.app.address).is_unvalidated();
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let database = Database::create();
    let mut server = Server::start_on(&database.url);
    server.process.stop("TERM");
    let raise = "UPDATE schema_migrations SET version = version + 1000 \
                 WHERE version = (SELECT max(version) FROM schema_migrations)";
    assert_eq!(database.connect().execute(raise, &[]).expect("an update"), 1);
    let sentence = server.cli.fails(&["owner", "list"]);
    assert!(sentence.contains("newer"), "{sentence}");
}

#[test]
fn any_server_answers_any_request() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let mut second = Second::start(&first, &database);
    for (n, version) in VERSIONS.into_iter().enumerate() {
        // Begun here, signed in there, checked on both: the signatures agree.
        let here = first.app.init(version);
        let there = here.at(&second.app.address);
        there.is_unvalidated();
        there.license(first.license(n));
        here.is_validated();
        there.is_validated();
        assert_eq!(first.app.session_ids(), second.app.session_ids());
    }
    assert_eq!(second.app.seller("type=appdetails").text(), first.app.seller("type=appdetails").text());
    second.process.stop("TERM");
}

#[test]
fn a_kill_is_seen_by_all_at_once() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    for round in 0..10 {
        let (killer, other) =
            if round % 2 == 0 { (&first.app, &second.app) } else { (&second.app, &first.app) };
        let session = killer.init(VERSIONS[round % 3]);
        let elsewhere = session.at(&other.address);
        // Both know it, and may have kept what they know.
        session.is_unvalidated();
        elsewhere.is_unvalidated();
        assert_json(&killer.kill(&session.id), 200, KILLED);
        elsewhere.is_dead();
        session.is_dead();
        assert_json(&other.kill(&session.id), 200, NOT_KILLED);
        assert!(!other.session_ids().contains(&session.id));

        let session = killer.init(VERSIONS[round % 3]);
        let elsewhere = session.at(&other.address);
        elsewhere.is_unvalidated();
        elsewhere.succeeds(&elsewhere.call("logout", &[]), "Successfully logged out.", "");
        session.is_dead();
    }
}

#[test]
fn a_kill_of_all_is_seen_by_all_at_once() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    for round in 0..10 {
        let (killer, other) =
            if round % 2 == 0 { (&first.app, &second.app) } else { (&second.app, &first.app) };
        let sessions = VERSIONS.map(|version| other.init(version));
        for session in &sessions {
            session.is_unvalidated();
            session.at(&killer.address).is_unvalidated();
        }
        assert_json(&killer.seller("type=killall"), 200, KILLED_ALL);
        for session in &sessions {
            session.is_dead();
        }
        assert_eq!(other.session_ids(), Vec::<String>::new());
        // What is made afterwards lives, wherever it is made.
        let new = [other.init("1.3"), killer.init("1.3")];
        for session in &new {
            session.at(&killer.address).is_unvalidated();
            session.at(&other.address).is_unvalidated();
        }
        assert_json(&other.seller("type=killall"), 200, KILLED_ALL);
    }
}

#[test]
fn one_of_two_kills_wins_across_servers() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    for _ in 0..15 {
        let id = first.app.init("1.1").id;
        let start = Barrier::new(2);
        let wins: usize = thread::scope(|scope| {
            let threads = [&first.app, &second.app].map(|app| {
                let (start, id) = (&start, &id);
                scope.spawn(move || {
                    start.wait();
                    usize::from(app.kill(id).text() == KILLED)
                })
            });
            threads.into_iter().map(|thread| thread.join().expect("a reply")).sum()
        });
        assert_eq!(wins, 1);
    }
}

#[test]
fn a_license_is_used_once_across_servers() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    for round in 0..5 {
        let key = first.license(round);
        let start = Barrier::new(2);
        let wins: usize = thread::scope(|scope| {
            let threads = [(&first.app, "here"), (&second.app, "there")].map(|(app, place)| {
                let start = &start;
                scope.spawn(move || {
                    let session = app.init("1.1");
                    let name = format!("{place} {round}");
                    start.wait();
                    let params = [("username", name.as_str()), ("pass", "p"), ("key", key), ("hwid", HWID)];
                    let reply = session.call("register", &params);
                    let message = reply.json()["message"].clone();
                    assert!(
                        message == "Logged in!" || message == "License key has already been used",
                        "{reply:?}"
                    );
                    usize::from(message == "Logged in!")
                })
            });
            threads.into_iter().map(|thread| thread.join().expect("a reply")).sum()
        });
        assert_eq!(wins, 1);
    }
}

#[test]
fn an_event_makes_one_set_of_licenses_across_servers() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    crate::seller_shops::one_set(&[&first.app, &second.app, &first.app, &second.app]);
}

#[test]
fn a_role_is_obeyed_by_all() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    for (role, status) in [("developer", 403), ("seller", 200)] {
        first.cli.ok(&["owner", "set-role", "demo", role]);
        for app in [&first.app, &second.app] {
            eventually(role, || (app.seller("type=setseller").status == status).then_some(()));
        }
    }
}

#[test]
fn servers_may_start_together_on_an_empty_database() {
    let database = Database::create();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = folder.path().join("master.key");
    fs::write(&key, "5a".repeat(32)).expect("a file");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
    let mut servers: Vec<Process> = (0..3)
        .map(|n| {
            let mut command = claviger();
            command.args(["serve", "--listen", "127.0.0.1:0", "--database", &database.url, "--data-dir"]);
            command.arg(folder.path().join(format!("data-{n}"))).arg("--master-key-file").arg(&key);
            Process::spawn(command, folder.path())
        })
        .collect();
    for server in &mut servers {
        server.wait_for_address();
    }
    for server in &mut servers {
        server.stop("TERM");
    }
}

#[test]
fn a_refusal_is_told_once() {
    let database = Database::create();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gone = format!("{}_gone", database.url);
    let mut command = claviger();
    command.args(["owner", "list", "--database", &gone, "--data-dir"]).arg(folder.path());
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("does not exist").count(), 1, "{said}");
}

#[test]
fn a_live_page_tells_what_the_other_node_does() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    let (address, dashboard) = (&second.app.address, &first.demo.dashboard);
    let browser = Browser::signed_in(address, &dashboard.username, &dashboard.password);
    let mut live = Live::open(address, &browser, "/dashboard/demo-app/sessions/live");
    let session = first.app.init("1.1");
    live.until(&format!("event: began\ndata: <tr id=\"s-{}\">", session.id));
    first.app.seller("type=killall");
    live.until(&format!("event: ended\ndata: {}\n", session.id));
}
