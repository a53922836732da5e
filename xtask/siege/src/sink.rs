//! Servers that are called: one that answers at once and notes what came, one that takes its time.

use std::collections::HashSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::sleep;

/// What stands before and behind what is to be found in what comes.
pub const MARK: &str = "~";
const POLL: Duration = Duration::from_millis(2);
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

/// Notes what arrives somewhere: words between two [`MARK`]s.
#[derive(Debug, Default)]
pub struct Sink {
    seen: Mutex<HashSet<String>>,
}

impl Sink {
    /// Notes the words in a text.
    pub fn note(&self, text: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(text.split(MARK).skip(1).step_by(2).map(str::to_owned));
    }

    /// Notes a word.
    pub fn note_word(&self, word: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(word.to_owned());
    }

    /// Waits, for ever if need be, until a word has arrived.
    pub async fn wait_for(&self, word: &str) {
        while !self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(word) {
            sleep(POLL).await;
        }
    }
}

/// A port that nobody listens on.
///
/// # Errors
/// When none is free.
pub fn dead() -> io::Result<SocketAddr> {
    StdListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Starts a server that answers each call after some time; the words in what came are noted before.
///
/// # Errors
/// When no port is free.
pub fn serve(runtime: &Runtime, sink: &Arc<Sink>, takes: Duration) -> io::Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let (address, sink) = (listener.local_addr()?, Arc::clone(sink));
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&sink), takes));
        }
    });
    Ok(address)
}

/// Reads a whole call, notes its words, answers after a while.
async fn answer(mut stream: TcpStream, sink: Arc<Sink>, takes: Duration) -> io::Result<()> {
    let mut received = Vec::new();
    while !is_whole(&received) && stream.read_buf(&mut received).await? > 0 {}
    sink.note(&String::from_utf8_lossy(&received));
    sleep(takes).await;
    stream.write_all(ANSWER).await
}

/// Whether a request has come whole.
fn is_whole(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.is_none_or(|(_, value)| value.trim().parse().is_ok_and(|length: usize| body.len() >= length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_marks_are_noted() {
        let sink = Sink::default();
        sink.note("x ~one~ y ~two~ z");
        let seen = sink.seen.lock().unwrap();
        assert!(seen.contains("one") && seen.contains("two") && seen.len() == 2);
    }

    #[test]
    fn a_call_is_whole_with_its_body() {
        assert!(!is_whole(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\na"));
        assert!(is_whole(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\nab"));
        assert!(is_whole(b"GET / HTTP/1.1\r\n\r\n"));
    }
}
