//! A page's live updates, read as they come.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::Browser;

/// How long an event may take; far more than it should.
const LIMIT: Duration = Duration::from_secs(60);

/// A connection on which events come.
pub struct Live {
    stream: TcpStream,
    received: String,
}

impl Live {
    /// Opens the connection; returns once the server has begun to answer.
    pub fn open(address: &str, browser: &Browser, target: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        let cookies = browser.cookies();
        let head = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookies}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("the request");
        let mut live = Self { stream, received: String::new() };
        live.until("\r\n\r\n");
        assert!(live.received.starts_with("HTTP/1.1 200"), "{}", live.received);
        assert!(live.received.contains("content-type: text/event-stream"), "{}", live.received);
        live
    }

    /// Reads until this text has come; all that has come so far.
    pub fn until(&mut self, text: &str) -> &str {
        let (mut part, begun) = ([0; 4096], Instant::now());
        while !self.received.contains(text) {
            // What comes to show that the connection lives does not count.
            assert!(begun.elapsed() < LIMIT, "waited in vain for {text}: {}", self.received);
            let size = self
                .stream
                .read(&mut part)
                .unwrap_or_else(|error| panic!("waited in vain for {text}: {error}: {}", self.received));
            assert_ne!(size, 0, "the server ended it before {text}: {}", self.received);
            self.received.push_str(&String::from_utf8_lossy(&part[..size]));
        }
        &self.received
    }

    /// Reads until the server ends it.
    pub fn into_end(mut self) -> String {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).expect("the end");
        self.received + &String::from_utf8_lossy(&rest)
    }
}
