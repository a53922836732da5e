//! What connections are secured with. The certificate can change at any moment: handshakes that begin then take the new
//! one, and connections that exist notice nothing.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs::{self, Ticketer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::pair::Pair;

/// What is encrypted and waits to be sent, at most: what a peer costs who takes nothing.
const UNSENT: usize = 32 * 1024;

/// What HTTP/2 is called in a handshake.
pub(crate) const HTTP_2: &[u8] = b"h2";

/// What connections are secured with.
pub struct Tls {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
}

/// The certificate that counts now.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// TLS 1.2 and 1.3 with this certificate.
    ///
    /// # Errors
    /// When there is no randomness for the keys of session tickets.
    pub fn new(pair: Pair) -> Result<Self, rustls::Error> {
        let current = Arc::new(Current(RwLock::new(pair.certified)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        // Whoever comes again spares both sides a signature, and nothing is kept here for it. No early data: what comes
        // in it could be sent again by somebody else.
        config.ticketer = Ticketer::new()?;
        config.send_tls13_tickets = 1;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), current })
    }

    /// Handshakes that begin from now on take this certificate; whether it is another.
    pub(super) fn replace(&self, pair: &Pair) -> bool {
        let mut current = self.current.0.write().unwrap_or_else(PoisonError::into_inner);
        let other = current.cert != pair.certified.cert;
        *current = pair.certified.clone();
        other
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// When the peer goes away, or wants what is not offered.
    pub(crate) async fn accept<IO>(&self, stream: IO) -> std::io::Result<TlsStream<IO>>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        self.acceptor.accept_with(stream, |session| session.set_buffer_limit(Some(UNSENT))).await
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}
