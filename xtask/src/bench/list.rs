//! Listing all sessions: how soon, how long, how many.

use std::fmt;
use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::client::Client;

/// The reply's status when there is nothing to list.
const NOTHING: u16 = 406;

/// A list that came whole.
#[derive(Debug)]
pub struct Listing {
    /// From the request to the first byte of the reply's body.
    pub first_byte: Duration,
    /// From the request to the last byte.
    pub total: Duration,
    /// Size of the body.
    pub bytes: u64,
    /// Sessions in it.
    pub rows: u64,
}

/// Lists every session and parses the reply after the clock has stopped.
///
/// # Errors
/// When the reply is no success or no valid JSON.
pub fn fetch(client: &Client) -> Result<Listing> {
    let start = Instant::now();
    let mut reply = client.seller(&[("type", "fetchallsessions")])?;
    let status = reply.status().as_u16();
    let mut body = reply.body_mut().as_reader();
    let mut text = vec![0];
    body.read_exact(&mut text).context("the list has no first byte")?;
    let first_byte = start.elapsed();
    body.read_to_end(&mut text).context("the list ends early")?;
    let total = start.elapsed();
    let bytes = text.len() as u64;
    if status == NOTHING {
        return Ok(Listing { first_byte, total, bytes, rows: 0 });
    }
    let rows = parse(&text).with_context(|| format!("the list of {bytes} bytes, status {status}"))?;
    Ok(Listing { first_byte, total, bytes, rows })
}

#[derive(Debug, Deserialize)]
struct Document {
    success: bool,
    sessions: Count,
}

/// Number of sessions in a list that parses as JSON.
fn parse(text: &[u8]) -> Result<u64> {
    let document: Document = serde_json::from_slice(text).context("it is not valid JSON")?;
    ensure!(document.success, "it says that it failed");
    Ok(document.sessions.0)
}

/// The length of an array; its items are parsed and thrown away.
#[derive(Debug)]
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Counter)
    }
}

struct Counter;

impl<'de> Visitor<'de> for Counter {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of sessions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
        let mut count = 0;
        while items.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(Count(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_counted_and_broken_json_is_refused() {
        let two = br#"{"success":true,"message":"m","sessions":[{"id":"a","credential":null},{"id":"b"}]}"#;
        assert_eq!(parse(two).unwrap(), 2);
        assert!(parse(&two[..two.len() - 2]).is_err());
        assert!(parse(br#"{"success":false,"sessions":[]}"#).is_err());
    }
}
