//! Makes an exact number of requests over kept connections and stops cleanly.
//!
//! Unlike wrk it leaves no request unanswered, so what it counts must be in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::task::JoinSet;
use xtask::server::Demo;
use xtask::tools::interrupt;

use super::client::{Api, init_body, seller_form};
use super::connection::Connection;

/// Enough that commits are well filled.
pub const CONNECTIONS: u64 = 64;

/// What was done.
#[derive(Debug)]
pub struct Flood {
    /// Requests that were answered with success.
    pub acknowledged: u64,
    /// From the first request to the last reply.
    pub took: Duration,
}

impl Flood {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.acknowledged as f64 / self.took.as_secs_f64()
    }
}

/// What is sent, and what must come back.
struct Requests {
    address: String,
    api: Api,
    /// Connections that each wait for a reply before the next request.
    connections: u64,
    /// The body of the request of a number.
    body: Box<dyn Fn(u64) -> String + Send + Sync>,
    /// Whether a reply, headers included, is a success.
    good: fn(&str) -> bool,
}

/// Makes `count` sessions through `init` of API 1.2.
///
/// # Errors
/// When a connection breaks or one `init` is not answered with a session.
pub fn inits(demo: &Demo, count: u64) -> Result<Flood> {
    let (address, demo) = (demo.authority().to_owned(), demo.clone());
    let body = Box::new(move |number| init_body(&demo, Api::V1_2, number));
    run(Requests { address, api: Api::V1_2, connections: CONNECTIONS, body, good: is_session }, count)
}

/// Asks the Seller API `count` times; `parameters` makes those of the request of a number, which begin with 0.
///
/// # Errors
/// When a connection breaks or one request is not answered with success.
pub fn seller<P>(demo: &Demo, connections: u64, count: u64, parameters: P) -> Result<Flood>
where
    P: Fn(u64) -> Vec<(&'static str, String)> + Send + Sync + 'static,
{
    let (address, demo) = (demo.authority().to_owned(), demo.clone());
    let body = Box::new(move |number| seller_form(&demo, &parameters(number)));
    run(Requests { address, api: Api::Seller, connections, body, good: is_success }, count)
}

fn run(requests: Requests, count: u64) -> Result<Flood> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let start = Instant::now();
    let acknowledged = runtime.block_on(connections(Arc::new(requests), count))?;
    Ok(Flood { acknowledged, took: start.elapsed() })
}

async fn connections(requests: Arc<Requests>, count: u64) -> Result<u64> {
    let next = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..requests.connections.min(count) {
        tasks.spawn(connection(Arc::clone(&requests), Arc::clone(&next), count));
    }
    let mut acknowledged = 0;
    while let Some(done) = tasks.join_next().await {
        acknowledged += done??;
    }
    Ok(acknowledged)
}

/// One connection: takes numbers until none is left. Returns how many requests succeeded.
async fn connection(requests: Arc<Requests>, next: Arc<AtomicU64>, count: u64) -> Result<u64> {
    let mut connection = Connection::open(&requests.address).await?;
    let mut acknowledged = 0;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(acknowledged);
        }
        interrupt::check()?;
        let body = (requests.body)(number);
        let reply = connection.post(requests.api.path(), &body).await?;
        ensure!((requests.good)(reply), "`{body}` was answered with {reply}");
        acknowledged += 1;
    }
}

/// Whether this is the reply to an `init` that made a session.
fn is_session(reply: &str) -> bool {
    reply.starts_with("HTTP/1.1 200 ") && is_success(reply) && reply.contains(r#""sessionid":""#)
}

/// Whether a reply says that the request succeeded. Its status need not be 200.
fn is_success(reply: &str) -> bool {
    reply.contains(r#""success":true"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_session_is_an_acknowledged_init() {
        assert!(is_session("HTTP/1.1 200 OK\r\n\r\n{\"success\":true,\"sessionid\":\"x\"}"));
        assert!(!is_session("HTTP/1.1 200 OK\r\n\r\n{\"success\":false,\"message\":\"no\"}"));
        assert!(!is_session("HTTP/1.1 500 No\r\n\r\n{\"success\":true,\"sessionid\":\"x\"}"));
    }
}
