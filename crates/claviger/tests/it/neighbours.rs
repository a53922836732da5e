//! Two applications on one server: whatever one does, the other's requests are answered meanwhile.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::support::{
    App, Server, eventually, form,
    proxied::{PROXY, init_from},
    target::Target,
};

const ALLOW: &str = "outgoing_allow = [\"127.0.0.0/8\"]\n";
/// A web server that takes calls and answers none.
struct Silent {
    url: String,
    held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let held = Arc::<Mutex<Vec<TcpStream>>>::default();
        let taken = held.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                taken.lock().expect("no panic").push(stream.expect("a connection"));
            }
        });
        Self { url, held }
    }

    fn count(&self) -> usize {
        self.held.lock().expect("no panic").len()
    }
}

/// Sends a request of the Client API from an address, and reads no reply.
fn send(app: &App, from: &str, kind: &str, params: &[(&str, &str)]) -> TcpStream {
    let body = form(&app.params(kind, params));
    let mut stream = TcpStream::connect(&app.address).expect("a connection");
    let head = format!(
        "POST /api/1.1/ HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: {from}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        app.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a request");
    stream
}

#[test]
fn webhooks_that_do_not_answer_hold_up_their_own_application_only() {
    let server = Server::start_with(&format!("{ALLOW}{PROXY}rate_limits = false\n"));
    let (greedy, other) = (&server.app, server.create_app("other"));
    let (silent, target) = (Silent::start(), Target::start(&[(200, "done")]));
    server.cli.ok(&["webhook", "add", &greedy.path(), &silent.url, "--public", "--id", "slow"]);
    server.cli.ok(&["webhook", "add", &other.path(), &target.url, "--public", "--id", "quick"]);
    let calls: Vec<TcpStream> = (0..50)
        .flat_map(|party| {
            let address = format!("192.0.2.{party}");
            let session = init_from(greedy, &address).id;
            let call = move |_| {
                send(greedy, &address, "webhook", &[("sessionid", session.as_str()), ("webid", "slow")])
            };
            (0..4).map(call).collect::<Vec<_>>()
        })
        .collect();
    eventually("as many calls as one application may have", || (silent.count() >= 8).then_some(()));
    let session = init_from(&other, "198.51.100.1");
    let reply = session.call("webhook", &[("webid", "quick")]).json();
    assert_eq!(reply["response"], "done");
    drop(calls);
}

#[test]
fn lines_for_a_webhook_that_does_not_answer_hold_up_no_others() {
    let server = Server::start_with(ALLOW);
    let (greedy, other) = (&server.app, server.create_app("other"));
    let (silent, target) = (Silent::start(), Target::start(&[(204, "")]));
    let webhook =
        |app: &App, url: &str| server.cli.ok(&["app", "set", &app.path(), &format!("webhook={url}")]);
    webhook(greedy, &silent.url);
    webhook(&other, &target.url);
    eventually("the settings to be read", || {
        greedy.init("1.1").call("log", &[("message", "started")]);
        (silent.count() > 0).then_some(())
    });
    // Of a user, since strangers may send few of them.
    let session = greedy.init("1.1");
    session.register("alice", "p", server.license(0));
    for line in 0..320 {
        session.call("log", &[("message", &line.to_string())]);
    }
    // All of them would take two minutes, sixteen at a time.
    let session = other.init("1.1");
    eventually("the other's line", || {
        if target.seen().is_empty() {
            session.call("log", &[("message", "here")]);
        }
        target.seen().first().cloned()
    });
}

#[test]
fn strangers_flood_no_webhook_and_push_out_no_line() {
    let server = Server::start_with(&format!(
        "{ALLOW}rate_limits = false\napp_anonymous_deliveries = 5\nsession_log_lines = 30\napp_anonymous_log_lines = 50\n"
    ));
    let app = &server.app;
    let target = Target::start(&[(204, "")]);
    server.cli.ok(&["app", "set", &app.path(), &format!("webhook={}/", target.url), "logsKept=10"]);
    let alice = app.init("1.1");
    alice.register("alice", "p", server.license(0));
    eventually("the settings to be read", || {
        if target.seen().is_empty() {
            alice.call("log", &[("message", "real")]);
        }
        target.seen().first().cloned()
    });
    for _ in 0..3 {
        let stranger = app.init("1.1");
        for number in 0..40 {
            stranger.call("log", &[("message", &format!("noise {number}"))]);
        }
    }
    alice.call("log", &[("message", "the last")]);
    let noise = || target.seen().iter().filter(|seen| seen.body.contains("noise")).count();
    eventually("all that is sent", || {
        target.seen().iter().any(|seen| seen.body.contains("the last")).then_some(())
    });
    eventually("what strangers may send", || (noise() >= 5).then_some(()));
    let lines = server.cli.json(&["log", "list", &app.path(), "--json"]);
    let lines: Vec<&str> =
        lines.as_array().expect("lines").iter().filter_map(|line| line["message"].as_str()).collect();
    let count = |what: &str| lines.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("noise"), count("the last")), (10, 1), "{lines:?}");
    assert!(count("real") > 0, "{lines:?}");
    // Of the third stranger's none was kept: 30 of the first, 20 of the second.
    assert_eq!(lines.iter().find(|line| line.contains("noise")), Some(&"noise 19"));
    assert_eq!(noise(), 5);
}

#[test]
fn lists_that_nobody_takes_hold_up_no_others() {
    let server = Server::start();
    let (greedy, other) = (&server.app, server.create_app("other"));
    let id = other.init("1.1").id;
    let first = greedy.init("1.1").id;
    // More than the buffers of a connection hold.
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(Duration::from_secs(20)).expect("a time limit");
    let many = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
        INSERT INTO sessions (app, generation, id, expires, api, ip)
        SELECT app, generation, substr(id, 1, 9) || printf('%023d', n), expires, api, ip
        FROM sessions, n WHERE id = ?1";
    database.execute(many, [&first]).expect("rows");
    let target = greedy.seller_target("type=fetchallsessions");
    let mut lists: Vec<TcpStream> = (0..80)
        .map(|_| {
            let mut stream = TcpStream::connect(&greedy.address).expect("a connection");
            let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", greedy.address);
            stream.write_all(head.as_bytes()).expect("a request");
            stream
        })
        .collect();
    // The first eight have begun, which is as many as one application may have.
    let begun = lists.iter_mut().filter_map(|stream| {
        stream.set_read_timeout(Some(Duration::from_millis(500))).expect("a limit");
        stream.read_exact(&mut [0; 12]).ok()
    });
    assert!(begun.take(8).count() == 8);
    assert_eq!(other.session_ids(), [id]);
    drop(lists);
    // Who leaves gives everything back.
    let page = eventually("a place for a list", || {
        let reply = greedy.seller("type=fetchallsessions&limit=1");
        (reply.status == 200).then_some(reply)
    });
    assert_eq!(page.json()["sessions"].as_array().map(Vec::len), Some(1));
}
