//! Listing all rows that an application has: how soon, how long, how many.

use std::fmt;
use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use xtask::process::Growth;

use super::client::Client;

/// How often everything is listed; the slowest counts.
const LISTS: usize = 3;
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
    /// Rows in it.
    pub rows: u64,
}

/// The slowest of some lists.
#[derive(Debug)]
pub struct Lists {
    /// Rows in each.
    pub rows: u64,
    /// From asking to the first byte of the body, in milliseconds.
    pub first_byte_ms: f64,
    /// From asking to the last byte, in milliseconds.
    pub total_ms: f64,
    /// Size of the body.
    pub bytes: u64,
    /// By how much the lists raised the server's resident memory at its peak, in bytes.
    pub memory_bytes: u64,
}

/// Lists everything some times.
///
/// # Errors
/// When a list fails, or two have different numbers of rows.
pub fn slowest(client: &Client, pid: u32, kind: &str) -> Result<Lists> {
    let growth = Growth::watch(pid)?;
    let mut slowest = Lists { rows: 0, first_byte_ms: 0.0, total_ms: 0.0, bytes: 0, memory_bytes: 0 };
    for round in 0..LISTS {
        let listing = fetch(client, kind)?;
        ensure!(round == 0 || listing.rows == slowest.rows, "two lists have different numbers of rows");
        slowest.rows = listing.rows;
        slowest.bytes = listing.bytes;
        slowest.first_byte_ms = slowest.first_byte_ms.max(listing.first_byte.as_secs_f64() * 1e3);
        slowest.total_ms = slowest.total_ms.max(listing.total.as_secs_f64() * 1e3);
    }
    slowest.memory_bytes = growth.peak()?;
    Ok(slowest)
}

/// Lists everything of a type of list and parses the reply after the clock has stopped.
///
/// # Errors
/// When the reply is no success or no valid JSON.
pub fn fetch(client: &Client, kind: &str) -> Result<Listing> {
    let start = Instant::now();
    let mut reply = client.seller(&[("type", kind)])?;
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
    #[serde(alias = "sessions", alias = "keys")]
    rows: Count,
}

/// Number of rows in a list that parses as JSON.
fn parse(text: &[u8]) -> Result<u64> {
    let document: Document = serde_json::from_slice(text).context("it is not valid JSON")?;
    ensure!(document.success, "it says that it failed");
    Ok(document.rows.0)
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
        f.write_str("an array of rows")
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
    fn rows_are_counted_and_broken_json_is_refused() {
        let two = br#"{"success":true,"message":"m","sessions":[{"id":"a","credential":null},{"id":"b"}]}"#;
        assert_eq!(parse(two).unwrap(), 2);
        assert!(parse(&two[..two.len() - 2]).is_err());
        assert_eq!(parse(br#"{"success":true,"keys":[{"key":"a"}]}"#).unwrap(), 1);
        assert!(parse(br#"{"success":false,"sessions":[]}"#).is_err());
    }
}
