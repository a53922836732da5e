//! Where a page of metrics comes from.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow, bail};
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use url::Url;

use super::page::Page;

/// How long all of it may take, from the look for the address to the last byte of the reply.
const WITHIN: Duration = Duration::from_secs(5);
/// Bytes of the reply that are read; a page has about 40 KB.
const LONGEST: u64 = 1024 * 1024;

/// An address of a page, and whom it is believed.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) url: Url,
    /// `None`: it is not secured.
    tls: Option<Arc<ClientConfig>>,
}

impl Source {
    /// A page at an address; behind `https` the certificate must come from the system's roots, or those of a file.
    ///
    /// # Errors
    /// When the file has no certificates.
    pub(super) fn new(url: Url, ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let secured = url.scheme() == "https";
        let tls = secured.then(|| claviger_outgoing::trusting(ca_file)).transpose();
        Ok(Self { url, tls: tls.map_err(|error| anyhow!(error))?.map(Arc::new) })
    }

    /// Asks for the page, and waits for it.
    ///
    /// # Errors
    /// When nobody answers there in time, or with something else.
    pub(super) fn fetch(&self) -> anyhow::Result<Page> {
        let asked = self.ask();
        loop {
            if let Some(page) = asked.wait(WITHIN) {
                return page;
            }
        }
    }

    /// Asks for the page on a thread of its own: nothing that happens there keeps others from going on.
    pub(super) fn ask(&self) -> Asked {
        let (tell, answer) = mpsc::channel();
        let (source, until) = (self.clone(), Instant::now() + WITHIN);
        thread::spawn(move || {
            // Nobody may wait for it any more.
            let _ = tell.send(source.page(until));
        });
        Asked { answer, until, nobody: self.nobody() }
    }

    fn nobody(&self) -> String {
        let url = &self.url;
        format!("nobody answers at {url}: is the server running, with metrics_listen at this address?")
    }

    fn page(&self, until: Instant) -> anyhow::Result<Page> {
        let url = &self.url;
        let reply = self.reply(until).with_context(|| self.nobody())?;
        let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
        let status = head.split_whitespace().nth(1).unwrap_or_default();
        if status != "200" {
            bail!("{url} answers {status:?}: name the page of metrics with --url http://HOST:PORT/metrics");
        }
        let page = Page::parse(body).with_context(|| format!("what {url} answers is no page of metrics"))?;
        if !page.is_ours() {
            bail!("{url} tells the metrics of another program");
        }
        Ok(page)
    }

    fn reply(&self, until: Instant) -> anyhow::Result<String> {
        let host = self.url.host_str().context("the address has no host")?.trim_matches(['[', ']']);
        let port = self.url.port_or_known_default().context("the address has no port")?;
        let address = (host, port).to_socket_addrs()?.next().context("no such host")?;
        let stream = Timed { stream: TcpStream::connect_timeout(&address, left(until)?)?, until };
        match &self.tls {
            None => self.exchange(stream),
            Some(tls) => {
                let name = ServerName::try_from(host.to_owned())?;
                self.exchange(StreamOwned::new(ClientConnection::new(tls.clone(), name)?, stream))
            }
        }
    }

    /// HTTP/1.0, so that the reply comes in one piece.
    fn exchange(&self, mut stream: impl Read + Write) -> anyhow::Result<String> {
        let (path, authority) = (self.url.path(), self.url.authority());
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {authority}\r\n\r\n")?;
        stream.flush()?;
        let mut reply = Vec::new();
        stream.take(LONGEST).read_to_end(&mut reply)?;
        Ok(String::from_utf8_lossy(&reply).into_owned())
    }
}

/// A page that was asked for.
pub(super) struct Asked {
    answer: mpsc::Receiver<anyhow::Result<Page>>,
    until: Instant,
    nobody: String,
}

impl Asked {
    /// Waits so long for what comes of it; `None` while that is open.
    pub(super) fn wait(&self, time: Duration) -> Option<anyhow::Result<Page>> {
        let left = self.until.saturating_duration_since(Instant::now());
        match self.answer.recv_timeout(time.min(left)) {
            Ok(page) => Some(page),
            Err(mpsc::RecvTimeoutError::Timeout) if Instant::now() < self.until => None,
            Err(_) => Some(Err(anyhow!("not all of it came in time").context(self.nobody.clone()))),
        }
    }
}

/// A stream that ends at a moment, however often something comes until then.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        self.stream.read(into).map_err(late)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        self.stream.write(bytes).map_err(late)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// The time until a moment.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(late(ErrorKind::TimedOut.into())) } else { Ok(left) }
}

/// An error that says so where the time is over: the system calls it a block.
fn late(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => {
            io::Error::new(ErrorKind::TimedOut, "not all of it came in time")
        }
        _ => error,
    }
}
