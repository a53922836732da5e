//! How many connections there may be, and who gives way.

use std::process::Command;

use crate::support::{Line, Server, eventually, http::request};

/// The head of a request whose body never comes: the connection is not idle.
const BUSY: &str = "POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";

/// A connection that waits for its request's body.
fn busy(local: &str, server: &Server) -> Line {
    let mut line = Line::from(local, &server.app.address);
    line.send(BUSY).until("HTTP/1.1 100 Continue\r\n\r\n");
    line
}

fn idle(local: &str, server: &Server, count: usize) -> Vec<Line> {
    (0..count).map(|_| Line::from(local, &server.app.address)).collect()
}

#[test]
fn idle_ones_of_few_addresses_keep_nobody_out() {
    let server = Server::start_with("max_connections = 60\nmax_connections_per_address = 40");
    let flood: Vec<_> = (2..6).flat_map(|host| idle(&format!("127.0.0.{host}"), &server, 50)).collect();
    let mut honest = Line::from("127.0.0.9", &server.app.address);
    assert_eq!(honest.get("/"), 200);
    for round in 0..50 {
        server.app.init("1.2").is_unvalidated();
        let _more = idle(&format!("127.0.0.{}", 2 + round % 4), &server, 5);
        assert_eq!(honest.get("/healthz"), 200, "of an address with one connection, though it is the oldest");
    }
    drop(flood);
}

#[test]
fn few_descriptors_are_enough() {
    let server = Server::start_with_descriptors(128, "");
    let _flood: Vec<_> = (2..7).flat_map(|host| idle(&format!("127.0.0.{host}"), &server, 100)).collect();
    for path in ["/readyz", "/healthz", "/"] {
        assert_eq!(request(&server.app.address, "GET", path, &[], b"").status, 200, "{path}");
    }
    server.app.init("1.3").is_unvalidated();
    let log = server.process.stderr();
    assert!(log.contains("few file descriptors: raise LimitNOFILE"), "{log}");
}

#[test]
fn without_descriptors_idle_ones_go() {
    let server = Server::start();
    let _flood: Vec<_> = (2..4).flat_map(|host| idle(&format!("127.0.0.{host}"), &server, 100)).collect();
    server.app.init("1.2").is_unvalidated();
    let id = server.process.id().to_string();
    let lowered = Command::new("prlimit").args(["--pid", &id, "--nofile=48:"]).status();
    assert!(lowered.expect("prlimit of util-linux").success());
    for _ in 0..20 {
        assert_eq!(request(&server.app.address, "GET", "/readyz", &[], b"").status, 200);
        server.app.init("1.2").is_unvalidated();
    }
}

#[test]
fn an_address_has_its_share() {
    let server = Server::start_with("max_connections_per_address = 3");
    let first = Line::from("127.0.0.2", &server.app.address);
    let held = [busy("127.0.0.2", &server), busy("127.0.0.2", &server)];
    // The oldest idle one gives way to the newest.
    let third = busy("127.0.0.2", &server);
    assert_eq!(first.rest(), "");
    // None is idle: the newest is closed.
    assert_eq!(Line::from("127.0.0.2", &server.app.address).rest(), "");
    let log = eventually("the log to tell", || {
        let log = server.process.stderr();
        log.contains("connections were refused").then_some(log)
    });
    assert!(log.contains("connections_of_address") && log.contains("127.0.0.2"), "{log}");
    assert!(log.contains("\"event\":\"too_many_connections\",\"address\":\"127.0.0.2\""), "{log}");
    // Others notice nothing.
    server.app.init("1.2").is_unvalidated();
    drop(held);
    eventually("a place", || {
        let mut line = Line::from("127.0.0.2", &server.app.address);
        line.try_send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        line.rest().starts_with("HTTP/1.1 200").then_some(())
    });
    drop(third);
}

#[test]
fn a_proxy_speaks_for_many() {
    let server = Server::start_with("max_connections_per_address = 2\ntrusted_proxies = [\"127.0.0.2\"]");
    let mut lines = idle("127.0.0.2", &server, 20);
    for line in &mut lines {
        assert_eq!(line.get("/healthz"), 200);
    }
}

#[test]
fn health_gets_through_when_all_places_are_taken() {
    let server = Server::start_with("max_connections = 4");
    let held: Vec<_> = (2..6).map(|host| busy(&format!("127.0.0.{host}"), &server)).collect();
    for path in ["/healthz", "/readyz"] {
        let reply = request(&server.app.address, "GET", path, &[], b"");
        assert_eq!((reply.status, reply.header("connection")), (200, Some("close")), "{path}");
    }
    for path in ["/", "/api/1.2/", "/api/seller/", "/dashboard/"] {
        let reply = request(&server.app.address, "GET", path, &[], b"");
        let body = r#"{"success":false,"message":"The server is busy. Try again in a moment."}"#;
        assert_eq!((reply.status, reply.text()), (503, body), "{path}");
        assert_eq!(reply.header("retry-after"), Some("2"));
    }
    // Whoever has several gives one up to whoever has none.
    drop(held);
    let status = || request(&server.app.address, "GET", "/", &[], b"").status;
    eventually("a place", || (status() == 200).then_some(()));
    let held: Vec<_> = (0..4).map(|_| busy("127.0.0.2", &server)).collect();
    server.app.init("1.2").is_unvalidated();
    drop(held);
}

#[test]
fn the_reserve_is_for_everybody_too() {
    let server = Server::start_with("max_connections = 1");
    let _held = busy("127.0.0.2", &server);
    let _flood: Vec<_> = (3..20).flat_map(|host| idle(&format!("127.0.0.{host}"), &server, 10)).collect();
    for _ in 0..20 {
        assert_eq!(request(&server.app.address, "GET", "/readyz", &[], b"").status, 200);
    }
}

#[test]
fn the_doctor_counts_descriptors() {
    use crate::support::server::{claviger_under, with_descriptors};
    let folder = tempfile::tempdir().expect("a folder");
    let doctor = |descriptors: u32, more: &[&str]| {
        let mut command = claviger_under(&with_descriptors(descriptors));
        command.args(["doctor", "--data-dir"]).arg(folder.path().join("data")).args(more);
        String::from_utf8(command.output().expect("the doctor").stdout).expect("text")
    };
    let found = doctor(256, &[]);
    let advice = "raise LimitNOFILE in the service's unit, or the hard limit (`ulimit -Hn`)";
    let line = format!("warning  file descriptors: 256, enough for 128 connections: {advice}");
    assert!(found.contains(&line), "{found}");
    let found = doctor(256, &["--max-connections", "200"]);
    let line = format!("256, enough for 128 connections, and max_connections is 200: {advice}");
    assert!(found.contains(&line), "{found}");
    let found = doctor(4096, &["--max-connections", "200"]);
    assert!(found.contains("ok       file descriptors: 4096, enough for 200 connections"), "{found}");
}
