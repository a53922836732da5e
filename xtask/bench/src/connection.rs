//! A kept connection: one request at a time, each waiting for its whole reply.

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A longer reply is none that anybody here waits for.
const MAX_REPLY: usize = 64 * 1024;

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// Address and port.
    address: String,
    reply: Vec<u8>,
}

impl Connection {
    /// Connects to a server.
    ///
    /// # Errors
    /// When it does not take the connection.
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, address: address.to_owned(), reply: Vec::new() })
    }

    /// Sends a form and reads the whole reply. Returns it as text, headers included.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn post(&mut self, path: &str, form: &str) -> Result<&str> {
        self.stream.write_all(request(&self.address, path, form).as_bytes()).await?;
        read_reply(&mut self.stream, &mut self.reply).await?;
        std::str::from_utf8(&self.reply).context("the server's reply is no text")
    }
}

fn request(address: &str, path: &str, form: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
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
}
