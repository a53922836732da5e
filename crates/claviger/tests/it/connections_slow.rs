//! How slow a connection may be, in both directions.

use crate::support::{Line, Live, Server, eventually, http::request};

const SETTINGS: &str = "slow_seconds = 1\nidle_seconds = 1";

/// Bytes of memory that a server holds.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

#[test]
fn heads_come_in_time() {
    let server = Server::start_with(SETTINGS);
    let mut begun = Line::from("127.0.0.2", &server.app.address);
    begun.send("GET / HTT");
    assert_eq!(begun.rest(), "");
    // One byte at a time does not help.
    let mut dripping = Line::from("127.0.0.2", &server.app.address);
    dripping.send("GET / HTTP/1.1\r\nX: ");
    eventually("the server to end it", || (!dripping.try_send("a")).then_some(()));
    // Nor does a head behind a whole request.
    let mut second = Line::from("127.0.0.2", &server.app.address);
    second.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HT");
    assert!(second.rest().starts_with("HTTP/1.1 200"));
}

#[test]
fn bodies_come_in_time() {
    let server = Server::start_with(SETTINGS);
    for target in ["/api/1.2/", "/api/seller/", "/reset/x"] {
        let mut line = Line::from("127.0.0.2", &server.app.address);
        line.send(&format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\na"));
        eventually("the server to end it", || (!line.try_send("a")).then_some(()));
    }
}

#[test]
fn one_address_that_sends_slowly_has_its_share_of_requests_and_no_more() {
    // As many requests of one address as may be under way, and fewer than its connections.
    const SHARE: usize = 128;
    let server = Server::start_with("slow_seconds = 60");
    let begin = || {
        let mut line = Line::from("127.0.0.2", &server.app.address);
        line.send("POST /api/seller/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na");
        line
    };
    let mut slow: Vec<_> = (1..SHARE).map(|_| begin()).collect();
    let status = |from| Line::from(from, &server.app.address).get("/api/seller/");
    eventually("its share to be taken", || {
        // Anew each time: a look has a place itself while it lasts, and what comes just then is refused.
        slow.push(begin());
        (status("127.0.0.2") == 503).then_some(())
    });
    assert_ne!(status("127.0.0.3"), 503);
    drop(slow);
    eventually("its share to be given back", || (status("127.0.0.2") != 503).then_some(()));
}

#[test]
fn idle_ones_end() {
    let server = Server::start_with(SETTINGS);
    let mut line = Line::from("127.0.0.2", &server.app.address);
    assert_eq!((line.get("/healthz"), line.get("/")), (200, 200));
    assert_eq!(line.rest(), "");
    assert_eq!(Line::from("127.0.0.2", &server.app.address).rest(), "");
}

#[test]
fn replies_are_taken_in_time() {
    let server = Server::start_with(SETTINGS);
    // More than the system keeps for a peer that takes nothing.
    let stalled: Vec<_> = (0..8)
        .map(|_| {
            let mut line = Line::with_window("127.0.0.2", &server.app.address, Some(4096));
            line.send("GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n");
            line
        })
        .collect();
    stalled.into_iter().for_each(Line::wait_until_cut);
    let whole = request(&server.app.address, "GET", "/api/openapi.json", &[], b"");
    assert!(whole.body.len() > 500_000, "it is too small for this test");
}

#[test]
fn a_watcher_who_does_not_read_is_cut() {
    let server = Server::start_with(SETTINGS);
    let browser = server.browser();
    let page = browser.get(&format!("/dashboard/{}/sessions", server.app.name));
    let (_, rest) = page.text().split_once("data-live=\"").expect("where events are");
    let target = rest.split('"').next().expect("its end").replace("&#38;", "&");
    drop(Live::open(&server.app.address, &browser, &target));
    let mut deaf = Line::with_window("127.0.0.2", &server.app.address, Some(2048));
    deaf.send(&format!("GET {target} HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\r\n", browser.cookies()));
    eventually("the watcher to be cut", || {
        (0..20).for_each(|_| drop(server.app.init("1.2")));
        (!deaf.try_send("x")).then_some(())
    });
}

#[test]
fn what_rests_goes_on() {
    let server = Server::start();
    let before = memory(&server);
    let mut lines: Vec<_> = (2..12)
        .flat_map(|host| (0..100).map(move |_| host))
        .map(|host| Line::from(&format!("127.0.0.{host}"), &server.app.address))
        .collect();
    for line in &mut lines {
        assert_eq!(line.get("/healthz"), 200);
    }
    for line in &mut lines {
        assert_eq!(line.get("/"), 200);
    }
    assert!(memory(&server) < before + (64 << 20), "{} of {before}", memory(&server));
}

#[test]
fn a_client_that_reads_late_gets_all() {
    let server = Server::start();
    let mut line = Line::with_window("127.0.0.2", &server.app.address, Some(4096));
    line.send("GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    server.app.init("1.2").is_unvalidated();
    let whole = request(&server.app.address, "GET", "/api/openapi.json", &[], b"");
    assert!(line.rest().ends_with(whole.text()));
}
