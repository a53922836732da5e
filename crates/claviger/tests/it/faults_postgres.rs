//! PostgreSQL goes away and comes back.

use std::thread;
use std::time::Instant;

use crate::support::{
    ALL_VERSIONS, App, Browser, Cli, ENCKEY, Reply, Server, Session, eventually, http::request,
    http::try_request, postgres::Database, v1_0, wire::Wire,
};

const BUSY: &str = "The server is busy. Try again in a moment.";

/// A server that reaches its database by a wire.
fn wired(database: &Database) -> (Server, Wire) {
    let (start, rest) = database.url.split_once('@').expect("a user");
    let (target, path) = rest.split_once('/').expect("a database");
    let wire = Wire::to(target);
    let server = Server::start_on(&format!("{start}@{}/{path}", wire.address));
    (server, wire)
}

fn assert_told_to_wait(reply: &Reply) {
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("2")), "{reply:?}");
    let text = reply.text();
    for inner in ["PostgreSQL", "postgres", "connect", "os error"] {
        assert!(!text.contains(inner), "{text}");
    }
}

/// `init` and `check` on all versions, the Seller API in both forms, and a page.
fn assert_all_wait(app: &App, sessions: &[Session], browser: &Browser) {
    for session in sessions {
        let key = session.sign_key.as_deref().unwrap_or_default();
        let began = [("ver", app.version.as_str()), ("enckey", ENCKEY)];
        let checked = [("sessionid", session.id.as_str())];
        for (key, kind, more) in [(app.secret.as_str(), "init", &began[..]), (key, "check", &checked)] {
            let params = app.params(kind, more);
            // No key is agreed upon for what could not be looked up, so API 1.0 answers as it is.
            let reply = match session.version.as_str() {
                "1.0" => app.post("1.0", &v1_0::refs(&v1_0::sealed(key, &params))),
                version => app.post(version, &params),
            };
            assert_told_to_wait(&reply);
            let told = reply.json();
            assert_eq!((&told["success"], &told["message"]), (&false.into(), &BUSY.into()), "{reply:?}");
        }
    }
    let listed = app.seller("type=fetchallkeys");
    assert_told_to_wait(&listed);
    assert_eq!(listed.text(), format!(r#"{{"success":false,"message":"{BUSY}"}}"#));
    let texted = app.seller("type=add&format=text&expiry=1");
    assert_told_to_wait(&texted);
    assert_eq!(texted.text(), BUSY);
    let page = browser.get("/dashboard/demo-app/sessions");
    assert_told_to_wait(&page);
    assert!(page.text().contains("The server is busy"), "{page:?}");
    let reset = request(&app.address, "GET", &format!("/reset/{}", "0".repeat(64)), &[], b"");
    assert_told_to_wait(&reset);
}

fn is_back(server: &Server, sessions: &[Session], browser: &Browser) {
    eventually("the server to find its database again", || {
        let ready = try_request(&server.app.address, "GET", "/readyz", &[], b"").ok()?;
        // What it says of its readiness may be as old as a few seconds.
        (ready.status == 200 && server.app.seller("type=stats").status == 200).then_some(())
    });
    for session in sessions {
        session.is_unvalidated();
        server.app.init(&session.version);
    }
    assert_eq!(server.app.seller("type=fetchallkeys").status, 200);
    assert_eq!(browser.get("/dashboard/demo-app/sessions").status, 200);
}

#[test]
fn while_it_is_away_all_are_told_so_at_once() {
    let database = Database::create();
    let (server, wire) = wired(&database);
    let sessions = ALL_VERSIONS.map(|version| server.app.init(version));
    let browser = server.browser();
    for silent in [false, true] {
        match silent {
            false => wire.cut(),
            true => wire.fall_silent(),
        }
        // The first ones find it out.
        eventually("the outage to be known", || {
            let log = server.process.stderr();
            server.app.seller("type=stats");
            let told = log.matches("PostgreSQL cannot be reached; ").count();
            (told == 1 + usize::from(silent)).then_some(())
        });
        let (asked, begun) = (wire.asked(), Instant::now());
        for _ in 0..5 {
            assert_all_wait(&server.app, &sessions, &browser);
        }
        // One thread looks for it twice a second, and nobody else does.
        let tries = 2 * (usize::try_from(begun.elapsed().as_secs()).expect("a short test") + 2);
        assert!(wire.asked() - asked <= tries, "{} tries", wire.asked() - asked);
        wire.mend();
        is_back(&server, &sessions, &browser);
    }
    let log = server.process.stderr();
    assert_eq!(log.matches("PostgreSQL can be reached again").count(), 2, "{log}");
    // Not a line for each request.
    assert!(log.matches("requests get 503 for now").count() <= 2, "{log}");
    assert!(!log.contains("a request failed") && !log.contains("a seller request failed"), "{log}");
}

#[test]
fn a_server_that_says_nothing_any_more_keeps_no_look_up_waiting() {
    let database = Database::create();
    let (server, wire) = wired(&database);
    let session = server.app.init("1.2");
    // So that all connections for look-ups are there.
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..20).for_each(|_| session.is_unvalidated()));
        }
    });
    wire.stall();
    // On the connection that it had, and keeps.
    assert_told_to_wait(&session.call("check", &[]));
    wire.mend();
    eventually("look-ups to go on", || (session.call("check", &[]).status == 200).then_some(()));
    session.is_unvalidated();
}

#[test]
fn whoever_was_kept_waiting_by_it_finds_it_again() {
    let database = Database::create();
    let (server, wire) = wired(&database);
    let sessions = ALL_VERSIONS.map(|version| server.app.init(version));
    let browser = server.browser();
    wire.fall_silent();
    eventually("the outage to be known", || {
        server.app.seller("type=stats");
        server.process.stderr().contains("PostgreSQL cannot be reached; ").then_some(())
    });
    let asked = wire.asked();
    eventually("somebody to knock", || (wire.asked() > asked).then_some(()));
    // Who was taken and told nothing stays so.
    wire.forsake();
    is_back(&server, &sessions, &browser);
}

#[test]
fn connections_that_never_answer_again_get_successors() {
    let database = Database::create();
    let (server, wire) = wired(&database);
    let session = server.app.init("1.2");
    // So that all connections are there.
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                for _ in 0..20 {
                    session.is_unvalidated();
                    server.app.init("1.2");
                    assert_eq!(server.app.seller("type=stats").status, 200);
                }
            });
        }
    });
    wire.forsake();
    let init = |app: &App| app.post("1.2", &app.params("init", &[("ver", &app.version), ("enckey", ENCKEY)]));
    for _ in 0..3 {
        let (first, second, session) = (server.app.clone(), server.app.clone(), session.clone());
        // Nobody answers these.
        thread::spawn(move || first.seller("type=stats"));
        thread::spawn(move || session.call("check", &[]));
        thread::spawn(move || init(&second));
    }
    eventually("look-ups to go on", || (session.call("check", &[]).status == 200).then_some(()));
    eventually("sessions to be created", || (init(&server.app).status == 200).then_some(()));
    eventually("everything else to go on", || {
        server.process.stderr().contains("\"ready again\"").then_some(())
    });
    let log = server.process.stderr();
    assert!(log.contains("another connection is used beside it"), "{log}");
}

#[test]
fn a_server_that_says_nothing_at_the_start_is_told_of() {
    let database = Database::create();
    let (server, wire) = wired(&database);
    wire.fall_silent();
    for command in [&["owner", "list"][..], &["doctor"], &["upgrade", "--check"]] {
        let told = server.cli.run(command);
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!((told.stdout + &told.stderr).contains("it says nothing"), "{command:?}");
    }
}

#[test]
fn a_database_that_cannot_hold_all_texts_is_refused() {
    let database = Database::create_as("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    let folder = tempfile::tempdir().expect("a folder");
    let told = Cli::new(folder.path(), Some(&database.url)).fails(&["owner", "list"]);
    assert!(told.contains("the database has the encoding LATIN1 and cannot hold all texts"), "{told}");
}

#[test]
fn connections_that_it_ended_are_made_anew() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let sessions = ALL_VERSIONS.map(|version| server.app.init(version));
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..3 {
        let ended: i64 = database.connect().query_one(others, &[]).expect("an answer").get(0);
        assert!(ended > 0);
        is_back(&server, &sessions, &server.browser());
    }
}
