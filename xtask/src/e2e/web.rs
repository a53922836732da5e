//! A request by HTTP/1.0, after which the connection ends: enough for what a chore asks now and then.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result};

/// How long an answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends a request, with a form where there is one; the status and the body of its answer.
///
/// # Errors
/// When nobody answers at `authority` (address and port), or not in time.
pub fn ask(authority: &str, method: &str, target: &str, form: &str) -> Result<(u16, String)> {
    let mut stream =
        TcpStream::connect(authority).with_context(|| format!("nobody listens at {authority}"))?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    write!(
        stream,
        "{method} {target} HTTP/1.0\r\nHost: {authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).with_context(|| format!("{authority} does not answer"))?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of its head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.with_context(|| format!("the answer has no status: {head}"))?, body.to_owned()))
}

/// A text as a value of a query or a form.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let write = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(write).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_means_something_is_encoded() {
        assert_eq!(encoded("sum(a{b=\"ü\"}) / 2"), "sum%28a%7Bb%3D%22%C3%BC%22%7D%29%20%2F%202");
    }
}
