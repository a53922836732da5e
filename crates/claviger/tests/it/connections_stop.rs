//! Stopping under load: what has arrived is answered.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::support::{Line, Server, app::FORM, eventually, form};

/// How requests of one client ended.
#[derive(Debug, Default)]
struct Outcome {
    answered: usize,
    /// Sent, and not answered.
    failed: Vec<String>,
    /// Whether the server said that it closes.
    told: bool,
}

/// Sends a request again and again on connections that it keeps, until no connection is made any more.
fn client(address: &str, request: &[u8], answered: &AtomicUsize) -> Outcome {
    let mut outcome = Outcome::default();
    while let Ok(mut stream) = TcpStream::connect(address) {
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
        loop {
            // What cannot be sent has not arrived.
            if stream.write_all(request).is_err() {
                break;
            }
            match read_reply(&mut stream) {
                Ok(head) => {
                    outcome.answered += 1;
                    answered.fetch_add(1, Ordering::Relaxed);
                    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                    if head.to_ascii_lowercase().contains("connection: close") {
                        outcome.told = true;
                        break;
                    }
                }
                Err(error) => {
                    outcome.failed.push(error);
                    break;
                }
            }
        }
    }
    outcome
}

fn read_reply(stream: &mut TcpStream) -> Result<String, String> {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
            let length: usize = length.and_then(|text| text.parse().ok()).expect("a length");
            if read.len() >= end + 4 + length {
                return Ok(head);
            }
        }
        match stream.read(&mut part) {
            Ok(0) => return Err(format!("ended after {} bytes", read.len())),
            Ok(size) => read.extend_from_slice(&part[..size]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("{error} after {} bytes", read.len())),
        }
    }
}

#[test]
fn no_request_under_way_fails() {
    let mut server = Server::start();
    let app = server.app.clone();
    let session = app.init("1.2");
    let body = form(&app.params("check", &[("sessionid", &session.id)]));
    let head = format!("POST /api/1.2/ HTTP/1.1\r\nHost: x\r\n{}: {}\r\n", FORM.0, FORM.1);
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let answered = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let (address, request, answered) = (app.address.clone(), request.clone(), answered.clone());
            thread::spawn(move || client(&address, &request, &answered))
        })
        .collect();
    eventually("load", || (answered.load(Ordering::Relaxed) > 500).then_some(()));
    server.process.stop("TERM");
    let outcomes: Vec<_> = clients.into_iter().map(|client| client.join().expect("a client")).collect();
    let failed: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.failed).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(outcomes.iter().all(|outcome| outcome.answered > 0), "{outcomes:?}");
    assert!(outcomes.iter().any(|outcome| outcome.told), "{outcomes:?}");
}

#[test]
fn what_is_idle_ends_soon_and_what_has_begun_is_answered() {
    let mut server = Server::start();
    let address = &server.app.address;
    let mut kept = Line::from("127.0.0.2", address);
    assert_eq!(kept.get("/healthz"), 200);
    let fresh = Line::from("127.0.0.2", address);
    let mut begun = Line::from("127.0.0.2", address);
    begun.send("POST /api/1.1/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
    begun.until("HTTP/1.1 100 Continue\r\n\r\n");
    server.process.signal("TERM");
    let since = Instant::now();
    assert_eq!((kept.rest(), fresh.rest()), (String::new(), String::new()));
    assert!(since.elapsed() < Duration::from_secs(60));
    begun.send("type=x");
    let reply = begun.rest();
    assert!(reply.contains("connection: close\r\n") && reply.contains("No OwnerID specified"), "{reply}");
    assert_eq!(server.process.wait().code(), Some(0));
}
