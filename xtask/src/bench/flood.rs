//! Makes an exact number of sessions over kept connections and stops cleanly.
//!
//! Unlike wrk it leaves no request unanswered, so what it counts must be in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::client::{Api, init_body};
use crate::server::Demo;
use crate::tools::interrupt;

/// Enough that commits are well filled.
const CONNECTIONS: u64 = 64;
/// A longer reply is no reply to an `init`.
const MAX_REPLY: usize = 64 * 1024;

/// What was done.
#[derive(Debug)]
pub struct Flood {
    /// `init`s that were answered with a session.
    pub acknowledged: u64,
    /// From the first request to the last reply.
    pub took: Duration,
}

/// Makes `count` sessions through `init` of API 1.2.
///
/// # Errors
/// When a connection breaks or one `init` is not answered with a session.
pub fn run(demo: &Demo, count: u64) -> Result<Flood> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let start = Instant::now();
    let acknowledged = runtime.block_on(connections(demo, count))?;
    Ok(Flood { acknowledged, took: start.elapsed() })
}

async fn connections(demo: &Demo, count: u64) -> Result<u64> {
    let next = Arc::new(AtomicU64::new(0));
    let demo = Arc::new(demo.clone());
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS.min(count) {
        tasks.spawn(connection(Arc::clone(&demo), Arc::clone(&next), count));
    }
    let mut acknowledged = 0;
    while let Some(done) = tasks.join_next().await {
        acknowledged += done??;
    }
    Ok(acknowledged)
}

/// One connection: takes numbers until none is left. Returns how many `init`s it made.
async fn connection(demo: Arc<Demo>, next: Arc<AtomicU64>, count: u64) -> Result<u64> {
    let address = demo.authority();
    let mut stream = TcpStream::connect(address).await.context("cannot connect to the server")?;
    stream.set_nodelay(true)?;
    let mut reply = Vec::new();
    let mut acknowledged = 0;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(acknowledged);
        }
        interrupt::check()?;
        let body = init_body(&demo, Api::V1_2, number);
        stream.write_all(request(address, &body).as_bytes()).await?;
        read_reply(&mut stream, &mut reply).await?;
        ensure!(is_session(&reply), "an init was answered with {}", String::from_utf8_lossy(&reply));
        acknowledged += 1;
    }
}

fn request(address: &str, body: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        Api::V1_2.path(),
        body.len()
    )
}

/// Reads one whole reply, headers included.
async fn read_reply(stream: &mut TcpStream, reply: &mut Vec<u8>) -> Result<()> {
    reply.clear();
    loop {
        if stream.read_buf(reply).await? == 0 {
            bail!("the server closed the connection before its reply was complete");
        }
        if let Some(length) = length(reply)? {
            match reply.len().cmp(&length) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(()),
                std::cmp::Ordering::Greater => bail!("the server sent more than one reply"),
            }
        }
        ensure!(reply.len() <= MAX_REPLY, "the server's reply has no end");
    }
}

/// The length of the reply with its headers, once they are complete.
fn length(reply: &[u8]) -> Result<Option<usize>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(end) = reply.windows(END.len()).position(|window| window == END) else { return Ok(None) };
    let headers = std::str::from_utf8(&reply[..end]).context("the reply's headers are not text")?;
    let fields = headers.lines().filter_map(|line| line.split_once(':'));
    let value = fields.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, value) = value.with_context(|| format!("the reply has no Content-Length:\n{headers}"))?;
    let body: usize = value.trim().parse().context("the reply's Content-Length is no number")?;
    Ok(Some(end + END.len() + body))
}

/// Whether this is the reply to an `init` that made a session.
fn is_session(reply: &[u8]) -> bool {
    let text = std::str::from_utf8(reply).unwrap_or_default();
    text.starts_with("HTTP/1.1 200 ")
        && text.contains(r#""success":true"#)
        && text.contains(r#""sessionid":""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_complete_at_its_content_length() {
        let reply = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(length(reply).unwrap(), Some(reply.len()));
        assert_eq!(length(&reply[..20]).unwrap(), None);
        assert!(length(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn only_a_session_is_an_acknowledged_init() {
        assert!(is_session(b"HTTP/1.1 200 OK\r\n\r\n{\"success\":true,\"sessionid\":\"x\"}"));
        assert!(!is_session(b"HTTP/1.1 200 OK\r\n\r\n{\"success\":false,\"message\":\"no\"}"));
        assert!(!is_session(b"HTTP/1.1 500 No\r\n\r\n{\"success\":true,\"sessionid\":\"x\"}"));
    }
}
