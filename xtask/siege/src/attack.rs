//! Attackers: many addresses, few threads that give way to all others, bytes that are made once.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::nice;
use tokio::runtime::{Builder, Runtime};

use crate::http::{Connection, Reply};

/// How far attackers give way: what is measured is how the server shares, not how the kernel does.
const NICE: i32 = 15;

/// Attackers at work. Dropping it closes all their connections.
#[derive(Debug)]
pub struct Attack {
    runtime: Option<Runtime>,
    /// The server.
    pub server: SocketAddr,
    /// What the attackers were answered.
    pub answers: Answers,
}

/// How often each kind of answer came.
#[derive(Debug, Clone, Default)]
pub struct Answers(Arc<Mutex<BTreeMap<String, u64>>>);

impl Answers {
    /// Notes one.
    pub fn note(&self, kind: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(kind.into()).or_default() += 1;
    }

    /// Notes a reply by its status, or why there is none.
    pub fn note_reply(&self, reply: &std::io::Result<Reply>) {
        match reply {
            Ok(reply) => self.note(reply.status.to_string()),
            Err(_) => self.note("none"),
        }
    }

    /// How many of one kind.
    pub fn count(&self, kind: &str) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kind).copied().unwrap_or_default()
    }

    /// How many in all.
    pub fn all(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// All kinds, as a text.
    pub fn shown(&self) -> String {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts: Vec<String> = answers.iter().map(|(kind, count)| format!("{kind}: {count}")).collect();
        if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
    }
}

impl Attack {
    /// Nobody attacks yet.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(server: SocketAddr) -> Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("attack")
            // On Linux this concerns the calling thread alone.
            .on_thread_start(|| {
                let _ = nice(NICE);
            })
            .enable_all()
            .build()
            .context("cannot start the attackers")?;
        Ok(Self { runtime: Some(runtime), server, answers: Answers::default() })
    }

    /// Sends off one attacker.
    pub fn spawn<F: Future<Output = ()> + Send + 'static>(&self, attacker: F) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(attacker);
        }
    }

    /// Sends off attackers that each ask the same again and again on a kept connection, with a pause after each reply.
    pub fn ask_again(
        &self,
        from: Ipv4Addr,
        pause: Duration,
        request: impl Fn(u64) -> Vec<u8> + Send + 'static,
    ) {
        let (server, answers) = (self.server, self.answers.clone());
        self.spawn(async move {
            let mut connection = None;
            for number in 0.. {
                let request = request(number);
                let reply = ask_on(&mut connection, from, server, &request).await;
                answers.note_reply(&reply);
                tokio::time::sleep(if reply.is_ok() { pause } else { pause.max(Duration::from_millis(200)) })
                    .await;
            }
        });
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Asks on a kept connection, which is made when there is none, and given up when it breaks.
///
/// # Errors
/// When it breaks.
pub async fn ask_on(
    kept: &mut Option<Connection>,
    from: Ipv4Addr,
    server: SocketAddr,
    request: &[u8],
) -> std::io::Result<Reply> {
    let mut connection = match kept.take() {
        Some(connection) => connection,
        None => Connection::open(from, server).await?,
    };
    let reply = connection.ask(request).await?;
    if !reply.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
        *kept = Some(connection);
    }
    Ok(reply)
}

/// One of so many addresses of attackers.
pub fn address(number: u64, of: u64) -> Ipv4Addr {
    let place = (number % of) as u32;
    Ipv4Addr::new(127, 0, 101 + (place / 250) as u8, 1 + (place % 250) as u8)
}

/// An IPv6 address in a /64 of its own; all of the first 65,536 are in one /48.
pub fn network(number: u64) -> String {
    format!("2001:db8:{:x}:{:x}::1", 0x5e00 + (number >> 16), number & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_repeat_and_networks_do_not() {
        assert_eq!(address(50, 50), address(0, 50));
        assert_ne!(address(49, 50), address(0, 50));
        assert_eq!(network(0), "2001:db8:5e00:0::1");
        assert_eq!(network(0xffff), "2001:db8:5e00:ffff::1");
        assert_eq!(network(0x10000), "2001:db8:5e01:0::1");
    }
}
