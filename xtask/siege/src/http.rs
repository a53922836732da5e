//! Just enough HTTP: requests as bytes that are made once, and connections from a chosen address.

use std::io::{self, Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::secure::Secure;

/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// A longer reply is none that an honest client of a scenario waits for.
const MAX_REPLY: usize = 48 << 20;
/// What ends a head.
const HEAD_END: &[u8] = b"\r\n\r\n";
/// What ends a body in chunks.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// A whole request with a form as its body.
pub fn post(path: &str, headers: &[(&str, &str)], form: &str) -> Vec<u8> {
    let length = form.len().to_string();
    let mut all = vec![("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", &length)];
    all.extend_from_slice(headers);
    (head("POST", path, &all) + form).into_bytes()
}

/// A whole request without a body.
pub fn get(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    head("GET", path, headers).into_bytes()
}

/// A request's head with the empty line that ends it.
pub fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: siege\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text + "\r\n"
}

/// Connects from one of this machine's loopback addresses.
///
/// # Errors
/// When the server does not take the connection in time.
pub async fn connect(from: Ipv4Addr, to: SocketAddr) -> io::Result<TcpStream> {
    connect_reading(from, to, None).await
}

/// As [`connect`], with room for so many bytes that came and were not read; the system's own if `None`.
///
/// # Errors
/// When the server does not take the connection in time.
pub async fn connect_reading(from: Ipv4Addr, to: SocketAddr, room: Option<u32>) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = room {
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(SocketAddr::from((from, 0)))?;
    let stream = timeout(CONNECT_LIMIT, socket.connect(to)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What came back.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status; 0 before there is one.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body; one in chunks as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the body says that the request succeeded.
    pub fn succeeded(&self) -> bool {
        let start = &self.body[..self.body.len().min(64)];
        start.windows(14).any(|part| part == br#""success":true"#)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Status and the beginning of the body, for a complaint.
    pub fn brief(&self) -> String {
        format!("{} {:.160}", self.status, self.text())
    }
}

/// What a connection is made over.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Stream for S {}

/// A kept connection: one request at a time.
#[derive(Debug)]
pub struct Connection {
    stream: Box<dyn Stream>,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// As [`connect`].
    pub async fn open(from: Ipv4Addr, to: SocketAddr) -> io::Result<Self> {
        Ok(Self::over(connect(from, to).await?))
    }

    /// Connects and shakes hands.
    ///
    /// # Errors
    /// As [`connect`], and when the server does not want to.
    pub async fn open_secure(from: Ipv4Addr, to: SocketAddr, secure: &Secure) -> io::Result<Self> {
        let stream = connect(from, to).await?;
        Ok(Self::over(timeout(CONNECT_LIMIT, secure.shake(stream)).await??))
    }

    fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), received: Vec::new() }
    }

    /// Sends a request and reads the whole reply.
    ///
    /// # Errors
    /// When the connection breaks; [`ErrorKind::UnexpectedEof`] if it did before the first byte of a reply.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.stream.write_all(request).await?;
        self.reply().await
    }

    /// Reads one whole reply.
    ///
    /// # Errors
    /// As [`Connection::ask`].
    pub async fn reply(&mut self) -> io::Result<Reply> {
        self.received.clear();
        let mut reply: Option<(Reply, Length)> = None;
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return match reply {
                    Some((reply, Length::UntilClosed)) => Ok(Reply { body: self.received.clone(), ..reply }),
                    _ if self.received.is_empty() => Err(ErrorKind::UnexpectedEof.into()),
                    _ => Err(Error::new(ErrorKind::ConnectionAborted, "the reply ends early")),
                };
            }
            if reply.is_none()
                && let Some(end) = find(&self.received, HEAD_END)
            {
                let head = String::from_utf8_lossy(&self.received[..end]).into_owned();
                self.received.drain(..end + HEAD_END.len());
                let known = read_head(head)?;
                let length = known.length();
                reply = Some((known, length));
            }
            let whole = match &reply {
                None | Some((_, Length::UntilClosed)) => false,
                Some((_, Length::Known(length))) => self.received.len() >= *length,
                Some((_, Length::Chunks)) => {
                    self.received.ends_with(LAST_CHUNK) || self.received == LAST_CHUNK[2..]
                }
            };
            if whole && let Some((reply, _)) = reply {
                return Ok(Reply { body: std::mem::take(&mut self.received), ..reply });
            }
            if self.received.len() > MAX_REPLY {
                return Err(Error::other("the reply has no end"));
            }
        }
    }
}

/// How it is known that a body is whole.
#[derive(Debug, Clone, Copy)]
enum Length {
    Known(usize),
    Chunks,
    UntilClosed,
}

impl Reply {
    fn length(&self) -> Length {
        if self.status == 204 || self.status == 304 {
            return Length::Known(0);
        }
        if let Some(length) = self.header("content-length").and_then(|value| value.parse().ok()) {
            return Length::Known(length);
        }
        let chunks =
            self.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        if chunks { Length::Chunks } else { Length::UntilClosed }
    }
}

fn read_head(head: String) -> io::Result<Reply> {
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "the reply has no status"))?;
    Ok(Reply { status, head, body: Vec::new() })
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_reply_is_known_from_its_head() {
        let length = |head: &str| read_head(head.to_owned()).unwrap().length();
        assert!(matches!(length("HTTP/1.1 200 OK\r\ncontent-length: 5"), Length::Known(5)));
        assert!(matches!(length("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"), Length::Chunks));
        assert!(matches!(length("HTTP/1.1 200 OK"), Length::UntilClosed));
        assert!(matches!(length("HTTP/1.1 204 No Content"), Length::Known(0)));
        assert!(read_head("SSH-2.0".to_owned()).is_err());
    }

    #[test]
    fn a_request_is_one_piece_of_bytes() {
        let request = post("/a", &[("X-Forwarded-For", "::1")], "b=c");
        let expected = "POST /a HTTP/1.1\r\nHost: siege\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                        Content-Length: 3\r\nX-Forwarded-For: ::1\r\n\r\nb=c";
        assert_eq!(String::from_utf8(request).unwrap(), expected);
    }
}
