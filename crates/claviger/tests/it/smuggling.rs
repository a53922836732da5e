//! Requests that two servers could read differently, and ones that are strange: each gets a safe answer.

use crate::support::{Line, Server};

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends these bytes and a request behind them; the statuses of all replies until the server ends the connection.
fn statuses(server: &Server, bytes: &str) -> Vec<u16> {
    let mut line = Line::from("127.0.0.2", &server.app.address);
    line.try_send(bytes);
    line.try_send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let read = line.rest();
    let heads = read.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().expect("a status")).collect()
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /api/1.1/ HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}")
}

/// A chunked body with a request in it, whose length is also told as if it ended before.
fn chunked(hidden: &str) -> String {
    format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len())
}

#[test]
fn a_body_has_one_length() {
    let server = Server::start_with("slow_seconds = 2");
    for (headers, body) in [
        ("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", chunked(HIDDEN)),
        ("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", chunked(HIDDEN)),
        ("Content-Length: 0\r\nContent-Length: 35\r\n", HIDDEN.into()),
        ("Content-Length: 35\r\nContent-Length: 0\r\n", HIDDEN.into()),
        ("Content-Length: 35, 0\r\n", HIDDEN.into()),
        ("Content-Length: +0\r\n", HIDDEN.into()),
        ("Content-Length: -1\r\n", HIDDEN.into()),
        ("Content-Length: 0x0\r\n", HIDDEN.into()),
        ("Content-Length: 0 0\r\n", HIDDEN.into()),
        ("Content-Length: 99999999999999999999999\r\n", HIDDEN.into()),
        ("Content-Length: \r\n", HIDDEN.into()),
        ("Content-Length : 0\r\n", HIDDEN.into()),
        ("Transfer-Encoding: xchunked\r\n", chunked(HIDDEN)),
        ("Transfer-Encoding: chunked, identity\r\n", chunked(HIDDEN)),
        ("Transfer-Encoding: identity\r\nContent-Length: 0\r\n", HIDDEN.into()),
        ("Transfer-Encoding : chunked\r\n", chunked(HIDDEN)),
        ("Transfer-Encoding:\x0bchunked\r\n", chunked(HIDDEN)),
        ("X: y\r\n Transfer-Encoding: chunked\r\n", HIDDEN.into()),
        ("Transfer-Encoding:\r\n chunked\r\n", chunked(HIDDEN)),
        ("Transfer-Encoding: chunked\r\n", format!("0x1\r\nA\r\n0\r\n\r\n{HIDDEN}")),
        ("Transfer-Encoding: chunked\r\n", format!("-1\r\n{HIDDEN}")),
        ("Transfer-Encoding: chunked\r\n", format!("fffffffffffffffff\r\n{HIDDEN}")),
        ("Transfer-Encoding: chunked\r\n", format!("1\rX\nA\r\n0\r\n\r\n{HIDDEN}")),
        ("Transfer-Encoding: chunked\r\n", format!("1\r\nAB\r\n0\r\n\r\n{HIDDEN}")),
        ("Transfer-Encoding: chunked\r\n", format!("1;{}\r\nA\r\n0\r\n\r\n{HIDDEN}", "x".repeat(40_000))),
        ("Transfer-Encoding: chunked\r\n", format!("0\r\nX: {}\r\n\r\n{HIDDEN}", "x".repeat(40_000))),
    ] {
        let replies = statuses(&server, &post(headers, &body));
        let shown = format!("{headers:?} {body:.60?}: {replies:?}");
        assert!(replies.len() <= 1, "one refusal or none: {shown}");
        assert!(replies.iter().all(|status| matches!(status, 400 | 413 | 200)), "{shown}");
    }
}

#[test]
fn strange_heads_are_refused() {
    let server = Server::start_with("slow_seconds = 2");
    for (head, expected) in [
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(160_000)), 414),
        (format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(160_000)), 431),
        (format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200)), 431),
        ("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n".into(), 400),
        ("GET / HTTP/1.1\r\nX y: z\r\n\r\n".into(), 400),
        ("GET / HTTP/1.1\r\nX\r\n\r\n".into(), 400),
        ("GET / HTTP/1.1\r\nX: a\rb\r\n\r\n".into(), 400),
        ("GET / HTTP/9.9\r\n\r\n".into(), 400),
        ("GET  / HTTP/1.1\r\n\r\n".into(), 400),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".into(), 400),
    ] {
        let replies = statuses(&server, &head);
        assert!(
            matches!(*replies.as_slice(), [status] if status == expected || (expected == 414 && status == 431)),
            "{head:.60?}: {replies:?}"
        );
    }
    // Another version of HTTP is not spoken at all.
    assert_eq!(statuses(&server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), [0_u16; 0]);
}

#[test]
fn what_is_behind_a_request_is_the_next() {
    let server = Server::start();
    // The body is what its length says, whatever it looks like.
    let length = format!("Content-Length: {}\r\n", HIDDEN.len());
    assert_eq!(statuses(&server, &post(&length, HIDDEN)), [200, 404]);
    let chunks = post("Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n");
    assert_eq!(statuses(&server, &chunks), [200, 404]);
    // Line ends without a carriage return are read as every other server does, or not at all.
    let bare = statuses(&server, "GET /healthz HTTP/1.1\nHost: x\n\n");
    assert!(bare == [200, 404] || bare == [400], "{bare:?}");
    let expecting = post("Expect: 100-continue\r\nContent-Length: 3\r\n", "abc");
    let replies = statuses(&server, &expecting);
    assert!(replies == [100, 200, 404] || replies == [200, 404], "{replies:?}");
    // A body that nobody reads is not the next request.
    let unread = format!("GET /hidden HTTP/1.1\r\nHost: x\r\n{length}\r\n{HIDDEN}");
    let replies = statuses(&server, &unread);
    assert!(replies == [404, 404] || replies == [404], "{replies:?}");
}

#[test]
fn a_thousand_requests_at_once_are_answered_in_turn() {
    let server = Server::start();
    let paths = ["/healthz", "/api/address", "/nothing", "/api/1.1/"];
    let requests: String =
        (0..1000).map(|n| format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", paths[n % 4])).collect();
    let replies = statuses(&server, &requests);
    let expected: Vec<u16> = (0..1000).map(|n| [200, 200, 404, 200][n % 4]).chain([404]).collect();
    assert_eq!(replies, expected);
}
