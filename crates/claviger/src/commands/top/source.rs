//! Where a page of metrics comes from.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use url::Url;

use super::page::Page;

/// How long connecting, asking and each wait for the reply may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of the reply that are read; a page has about 40 KB.
const LONGEST: u64 = 4 * 1024 * 1024;

/// An address of a page, and whom it is believed.
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

    /// Asks for the page.
    ///
    /// # Errors
    /// When nobody answers there, or with something else.
    pub(super) fn fetch(&self) -> anyhow::Result<Page> {
        let url = &self.url;
        let reply = self.ask().with_context(|| {
            format!("nobody answers at {url}: is the server running, with metrics_listen at this address?")
        })?;
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

    fn ask(&self) -> anyhow::Result<String> {
        let host = self.url.host_str().context("the address has no host")?.trim_matches(['[', ']']);
        let port = self.url.port_or_known_default().context("the address has no port")?;
        let address = (host, port).to_socket_addrs()?.next().context("no such host")?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
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
