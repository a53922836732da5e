//! Names and web servers for tests.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// Names and what they resolve to, one list of addresses after the other; the last one stays.
pub(crate) struct Names {
    known: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn new<const N: usize>(names: [(&str, &[&str]); N]) -> Self {
        let known = names.map(|(name, addresses)| (name.to_owned(), vec![parse(addresses)]));
        Self { known: known.into(), asked: Mutex::default() }
    }

    pub(crate) fn changing(name: &str, lists: &[&[&str]]) -> Self {
        let lists = lists.iter().map(|addresses| parse(addresses)).collect();
        Self { known: [(name.to_owned(), lists)].into(), asked: Mutex::default() }
    }

    /// Everything that was asked for, in turn.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn parse(addresses: &[&str]) -> Vec<IpAddr> {
    addresses.iter().map(|address| address.parse().unwrap()).collect()
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().to_owned();
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|asked| **asked == name).count();
        let found = self.known.get(&name).map(|lists| lists[before.min(lists.len() - 1)].clone());
        asked.push(name);
        Box::pin(async move {
            let found = found.ok_or_else(|| io::Error::other("no such name"))?;
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// What a server does after it has sent something.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// Waits for the next request.
    Next,
    /// Closes the connection.
    Close,
    /// Sends no more, and keeps the connection.
    Stall,
    /// Sends more and more.
    Flood,
}

/// A web server on a port of its own, of 127.0.0.1.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

impl Server {
    /// A server that answers each request, of which `reply` gets the text, with what `reply` says.
    pub(crate) async fn start(reply: impl Fn(&str) -> (String, Then) + Send + Sync + 'static) -> Self {
        Self::accept(None, Arc::new(reply)).await
    }

    /// The same with TLS, and a certificate for `good.test`.
    pub(crate) async fn start_tls(reply: impl Fn(&str) -> (String, Then) + Send + Sync + 'static) -> Self {
        let certificate = CertificateDer::from_pem_slice(include_bytes!("testing/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("testing/server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self::accept(Some(TlsAcceptor::from(Arc::new(config))), Arc::new(reply)).await
    }

    /// One that answers everything with `text`, whole.
    pub(crate) async fn saying(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::start(move |_| (text.clone(), Then::Next)).await
    }

    async fn accept(tls: Option<TlsAcceptor>, reply: Arc<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Seen>::default();
        let server = Self { port, seen: seen.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let (seen, reply, tls) = (seen.clone(), reply.clone(), tls.clone());
                tokio::spawn(async move {
                    // The client goes when it has what it wants; that is no error here.
                    let _ = match tls {
                        None => talk(stream, &seen, &*reply).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => talk(stream, &seen, &*reply).await,
                            Err(error) => Err(error),
                        },
                    };
                });
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

type Reply = dyn Fn(&str) -> (String, Then) + Send + Sync;

async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Seen, reply: &Reply) -> io::Result<()> {
    loop {
        let Some(request) = read_request(&mut stream).await? else { return Ok(()) };
        let (text, then) = reply(&request);
        seen.requests.lock().unwrap().push(request);
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await?;
        match then {
            Then::Next => {}
            Then::Close => return stream.shutdown().await,
            Then::Stall => std::future::pending().await,
            Then::Flood => loop {
                stream.write_all(&[b'x'; 1024]).await?;
            },
        }
    }
}

/// Head and body of a request; `None` when there is no further one.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<String>> {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Ok(Some(text));
            }
        }
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    }
}

/// The root certificate behind that of [`Server::start_tls`].
pub(crate) fn test_roots() -> RootCertStore {
    roots(include_bytes!("testing/root.pem"))
}

/// Another certificate, which signed nothing.
pub(crate) fn foreign_roots() -> RootCertStore {
    roots(include_bytes!("testing/server.pem"))
}

fn roots(certificate: &[u8]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate).unwrap()).unwrap();
    roots
}

/// A whole reply.
pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A whole reply that redirects.
pub(crate) fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}
