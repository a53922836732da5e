//! What connections are secured with. The certificate can change at any moment: handshakes that begin then take the new
//! one, and connections that exist notice nothing.

use std::sync::{Arc, PoisonError, RwLock};

use claviger_acme::Acme;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::{self, Ticketer},
    server::{Acceptor, ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::{
    LazyConfigAcceptor,
    server::{StartHandshake, TlsStream},
};

use super::{ends, pair::Pair};

/// What is encrypted and waits to be sent, at most: what a peer costs who takes nothing.
const UNSENT: usize = 32 * 1024;

/// What HTTP/2 is called in a handshake.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// What an authority says that it speaks when it looks whether a name leads here (RFC 8737).
const CHALLENGE: &[u8] = b"acme-tls/1";

/// What connections are secured with.
pub struct Tls {
    config: Arc<ServerConfig>,
    current: Arc<Current>,
    acme: Option<Arc<Acme>>,
}

/// The certificate that counts now.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// TLS 1.2 and 1.3 with this certificate, and answers to the authority that it comes from.
    ///
    /// # Errors
    /// When there is no randomness for the keys of session tickets.
    pub fn new(pair: Pair, acme: Option<Arc<Acme>>) -> Result<Self, rustls::Error> {
        ends::note(&pair.facts);
        let current = Arc::new(Current(RwLock::new(pair.certified)));
        let mut config = config(current.clone())?;
        config.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        // Whoever comes again spares both sides a signature, and nothing is kept here for it. No early data: what comes
        // in it could be sent again by somebody else.
        config.ticketer = Ticketer::new()?;
        config.send_tls13_tickets = 1;
        Ok(Self { config: Arc::new(config), current, acme })
    }

    /// Handshakes that begin from now on take this certificate; whether it is another.
    pub(super) fn replace(&self, pair: &Pair) -> bool {
        let mut current = self.current.0.write().unwrap_or_else(PoisonError::into_inner);
        let other = current.cert != pair.certified.cert;
        *current = pair.certified.clone();
        ends::note(&pair.facts);
        other
    }

    /// Shakes hands; `None` when it was an authority, which wanted nothing else.
    ///
    /// # Errors
    /// When the peer goes away, or wants what is not offered.
    pub(crate) async fn accept<IO>(&self, stream: IO) -> std::io::Result<Option<TlsStream<IO>>>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let started = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = started.client_hello();
        let is_challenge = hello.alpn().is_some_and(|mut offered| offered.any(|name| name == CHALLENGE));
        if let Some(acme) = self.acme.as_ref().filter(|_| is_challenge) {
            let name = hello.server_name().unwrap_or_default().to_owned();
            return answer(started, acme, &name).await.map(|()| None);
        }
        let shaking =
            started.into_stream_with(self.config.clone(), |session| session.set_buffer_limit(Some(UNSENT)));
        shaking.await.map(Some)
    }
}

/// Shows an authority that a name leads here; whoever asks for another gets nothing.
async fn answer<IO>(started: StartHandshake<IO>, acme: &Acme, name: &str) -> std::io::Result<()>
where
    IO: AsyncRead + AsyncWrite + Unpin,
{
    let Some(key) = acme.certificate_for(name).await else { return Ok(()) };
    let mut config = config(Arc::new(SingleCertAndKey::from(key))).map_err(std::io::Error::other)?;
    config.alpn_protocols = vec![CHALLENGE.to_vec()];
    started.into_stream(Arc::new(config)).await?.shutdown().await
}

/// TLS 1.2 and 1.3.
fn config(resolver: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(config.with_no_client_auth().with_cert_resolver(resolver))
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
