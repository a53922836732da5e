//! HTTP/1.1 over a plain socket: the test decides about every byte, nothing is tidied up on the way.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long a reply may take.
const LIMIT: Duration = Duration::from_secs(60);
/// Separates the parts of a multipart body.
const BOUNDARY: &str = "----------------------------claviger-test";

/// A complete reply.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header that occurs at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert!(values.next().is_none(), "{name} occurs twice: {self:?}");
        value
    }

    /// The body, which must be UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Sends one request and reads its reply. A `Content-Length` is added when there is a body.
pub fn try_request(
    address: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Reply> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        let _ = write!(head, "Host: {address}\r\n");
    }
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if !body.is_empty() || method == "POST" {
        let _ = write!(head, "Content-Length: {}\r\n", body.len());
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    exchange(address, &bytes, method == "HEAD")
}

/// As [`try_request`], for servers that are known to run.
pub fn request(address: &str, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    try_request(address, method, target, headers, body)
        .unwrap_or_else(|error| panic!("{method} {target:.200}: {error}"))
}

/// Sends these bytes and reads one reply; `bodiless` for the reply to a HEAD.
pub fn exchange(address: &str, bytes: &[u8], bodiless: bool) -> io::Result<Reply> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    // A server may answer and close before it has read everything; the reply is what counts.
    let sent = stream.write_all(bytes);
    let mut received = Vec::new();
    let read = stream.read_to_end(&mut received);
    match parse(&received, bodiless) {
        Some(reply) => Ok(reply),
        None => {
            sent?;
            read?;
            Err(io::Error::new(ErrorKind::UnexpectedEof, "the reply is cut off"))
        }
    }
}

/// Posts a form of which a part arrives, then `change` happens, then the rest arrives.
pub fn halfway(
    address: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    change: impl FnOnce(),
) -> Reply {
    let mut head = format!("POST {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(LIMIT)).expect("a time limit");
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(first)).expect("a part");
    change();
    stream.write_all(rest).expect("the rest");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("a reply");
    parse(&received, false).expect("a whole reply")
}

/// The final reply in these bytes, or nothing when it is cut off.
pub fn parse(mut bytes: &[u8], bodiless: bool) -> Option<Reply> {
    loop {
        let end = find(bytes, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).expect("a head in ASCII");
        let rest = &bytes[end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        if (100..200).contains(&status) {
            bytes = rest;
            continue;
        }
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("a strange header: {line:?}")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Reply { status, headers, body: Vec::new() };
        if bodiless || status == 204 || status == 304 {
            assert!(rest.is_empty(), "a body where none may be: {rest:?}");
        } else if reply.header("transfer-encoding") == Some("chunked") {
            reply.body = dechunk(rest)?;
        } else if let Some(length) = reply.header("content-length") {
            let length = length.parse().expect("a length");
            reply.body = rest.get(..length)?.to_vec();
        } else {
            reply.body = rest.to_vec();
        }
        return Some(reply);
    }
}

fn dechunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(bytes, b"\r\n")?;
        let size = std::str::from_utf8(&bytes[..end]).ok()?;
        let size = usize::from_str_radix(size, 16).expect("the size of a chunk");
        let chunk = bytes.get(end + 2..end + 2 + size)?;
        bytes = bytes.get(end + 2 + size..)?.strip_prefix(b"\r\n")?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunk);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Percent-encodes everything but unreserved characters.
pub fn encode(value: impl AsRef<[u8]>) -> String {
    value.as_ref().iter().fold(String::new(), |mut out, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A query or an `application/x-www-form-urlencoded` body.
pub fn form(params: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        params.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A `multipart/form-data` body with its content type.
pub fn multipart(params: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut body = String::new();
    for (name, value) in params {
        let _ = write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let _ = write!(body, "--{BOUNDARY}--\r\n");
    (format!("multipart/form-data; boundary={BOUNDARY}"), body.into_bytes())
}
