//! Somebody else's web server on the loopback address, for webhooks and files.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// A file that is no text.
pub const FILE: [u8; 6] = [0x00, 0xFF, 0x80, 0x0A, 0x3C, 0x41];
/// How long a caller may be silent.
const SILENCE: Duration = Duration::from_secs(10);

/// The web server. It ends with this program.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
}

impl Upstream {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr()?;
        thread::Builder::new().name("upstream".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                // What goes wrong here, the caller complains about.
                thread::spawn(move || serve(&stream));
            }
        })?;
        Ok(Self { address })
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A request; its body has the length that a header tells.
#[derive(Debug, Default)]
struct Request {
    method: String,
    target: String,
    user_agent: String,
    content_type: String,
    body: Vec<u8>,
}

impl Request {
    fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Self { method, target, ..Self::default() };
        let mut length = 0;
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "user-agent" => value.clone_into(&mut request.user_agent),
                "content-type" => value.clone_into(&mut request.content_type),
                "content-length" => length = value.parse().map_err(io::Error::other)?,
                _ => {}
            }
        }
        from.take(length).read_to_end(&mut request.body)?;
        Ok(request)
    }

    /// Says what was asked.
    fn told(&self) -> Vec<u8> {
        let Self { method, target, user_agent, content_type, body } = self;
        let head = format!("{method} {target}\nuser-agent: {user_agent}\ncontent-type: {content_type}\n\n");
        [head.as_bytes(), body].concat()
    }
}

/// Answers one request.
fn serve(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let request = Request::read(&mut BufReader::new(stream))?;
    let (status, kind, body) = match request.target.as_str() {
        "/file" => ("200 OK", "application/octet-stream", FILE.to_vec()),
        "/gone" => ("404 Not Found", "text/plain", Vec::new()),
        _ => ("200 OK", "text/plain; charset=utf-8", request.told()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n")?;
    stream.write_all(b"Connection: close\r\n\r\n")?;
    stream.write_all(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_was_asked_with_headers_in_any_case() {
        let mut sent =
            &b"POST /hook?a=b HTTP/1.1\r\nUser-Agent: X\r\ncontent-length: 3\r\n\r\nc=d and more"[..];
        let told = Request::read(&mut sent).unwrap().told();
        assert_eq!(String::from_utf8_lossy(&told), "POST /hook?a=b\nuser-agent: X\ncontent-type: \n\nc=d");
    }
}
