//! A web server that the server under test calls.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Method and target.
    pub line: String,
    /// Header lines in lower case.
    pub headers: Vec<String>,
    pub body: String,
}

/// Answers each request with the next of its replies, and the last one again and again.
#[derive(Debug)]
pub struct Target {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Target {
    /// Statuses and bodies to answer with.
    pub fn start(replies: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, replies) =
            (seen.clone(), replies.iter().map(|&(s, b)| (s, b.to_owned())).collect::<Vec<_>>());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("a connection"));
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).expect("a line");
                    if line.trim().is_empty() {
                        break;
                    }
                    lines.push(line.trim().to_owned());
                }
                let headers: Vec<String> = lines.iter().skip(1).map(|line| line.to_lowercase()).collect();
                let length =
                    headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                stream.read_exact(&mut body).expect("a body");
                let mut log = log.lock().expect("no panic");
                let (status, text) = &replies[log.len().min(replies.len() - 1)];
                let line = lines.first().cloned().unwrap_or_default();
                log.push(Seen { line, headers, body: String::from_utf8_lossy(&body).into_owned() });
                drop(log);
                let reply = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
                    text.len()
                );
                // Whoever asked may have enough before all of it is sent.
                let _ = stream.get_mut().write_all(reply.as_bytes());
            }
        });
        Self { url, seen }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }
}
