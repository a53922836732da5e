//! Certificates of a test, and clients that speak TLS.

use std::{
    fs, io,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ProtocolVersion, RootCertStore, SignatureScheme,
    StreamOwned,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{Line, Reply, http};

/// The name that certificates are for.
pub const NAME: &str = "license.example.com";

/// What is said within TLS.
pub type Secure = Line<StreamOwned<ClientConnection, TcpStream>>;

/// A certificate, signed by itself, and its key.
pub struct Pair {
    pub cert: CertificateDer<'static>,
    pub cert_pem: String,
    pub key_pem: String,
}

impl Pair {
    /// A new one for [`NAME`], for a long time.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// As [`Pair::new`], with something else in it.
    pub fn with(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([NAME.to_owned()]).expect("a name");
        change(&mut params);
        let cert = params.self_signed(&key).expect("a certificate");
        Self { cert: cert.der().clone(), cert_pem: cert.pem(), key_pem: key.serialize_pem() }
    }

    /// Writes both into a folder, the certificate first; the files are replaced, not written to.
    pub fn write(&self, folder: &Path) {
        self.write_cert(folder);
        self.write_key(folder);
    }

    pub fn write_cert(&self, folder: &Path) {
        replace(&cert_in(folder), &self.cert_pem);
    }

    pub fn write_key(&self, folder: &Path) {
        replace(&key_in(folder), &self.key_pem);
    }
}

/// Where the certificate of a folder is.
pub fn cert_in(folder: &Path) -> PathBuf {
    folder.join("cert.pem")
}

/// Where the key of a folder is.
pub fn key_in(folder: &Path) -> PathBuf {
    folder.join("key.pem")
}

fn replace(path: &Path, text: &str) {
    let fresh = path.with_extension("new");
    fs::write(&fresh, text).expect("a file");
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o600)).expect("its owner's");
    fs::rename(fresh, path).expect("a file");
}

/// A client that trusts certain certificates.
#[derive(Clone)]
pub struct Client(Arc<ClientConfig>);

impl Client {
    /// One that offers what it can.
    pub fn trusting<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> Self {
        Self::with(pairs, rustls::ALL_VERSIONS, &[])
    }

    /// One that offers these versions of TLS and these protocols.
    pub fn with<'a>(
        pairs: impl IntoIterator<Item = &'a Pair>,
        versions: &[&'static rustls::SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Self {
        let mut roots = RootCertStore::empty();
        for pair in pairs {
            roots.add(pair.cert.clone()).expect("a certificate");
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self(Arc::new(config))
    }

    /// One that takes whatever certificate there is.
    pub fn trusting_all() -> Self {
        let Self(config) = Self::trusting([]);
        let mut config = (*config).clone();
        config.dangerous().set_certificate_verifier(Arc::new(Anyone(aws_lc_rs::default_provider())));
        Self(Arc::new(config))
    }

    /// As it is, and it offers this protocol alone.
    pub fn speaking(self, protocol: &str) -> Self {
        let mut config = (*self.0).clone();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        Self(Arc::new(config))
    }

    /// As [`Client::trusting`], which remembers where it was.
    pub fn returning<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> Self {
        let Self(config) = Self::trusting(pairs);
        let mut config = (*config).clone();
        config.resumption = Resumption::default();
        Self(Arc::new(config))
    }

    /// Opens a connection and shakes hands.
    pub fn open(&self, address: &str) -> io::Result<Secure> {
        self.over(Line::from("127.0.0.2", address))
    }

    /// Shakes hands on a connection.
    pub fn over(&self, line: Line) -> io::Result<Secure> {
        let mut socket = line.into_inner();
        let name = ServerName::try_from(NAME).expect("a name");
        let mut session = ClientConnection::new(self.0.clone(), name).expect("a session");
        while session.is_handshaking() {
            session.complete_io(&mut socket)?;
        }
        Ok(Line::over(StreamOwned::new(session, socket)))
    }

    /// Sends one request on a connection of its own; `text`: all of it.
    pub fn exchange(&self, address: &str, text: &str) -> io::Result<Reply> {
        let mut line = self.open(address)?;
        line.send(text);
        let received = line.rest();
        http::parse(received.as_bytes(), false)
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, received))
    }

    /// The reply to a GET on a connection of its own.
    pub fn get(&self, address: &str, target: &str) -> io::Result<Reply> {
        self.exchange(address, &format!("GET {target} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"))
    }
}

/// Refuses no certificate, not even one with extensions that it does not know.
#[derive(Debug)]
struct Anyone(CryptoProvider);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl Secure {
    /// The server's certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.inner().conn.peer_certificates().expect("a certificate")[0].clone().into_owned()
    }

    /// The version of TLS, and the protocol that was agreed on.
    pub fn agreed(&self) -> (Option<ProtocolVersion>, Option<String>) {
        let session = &self.inner().conn;
        let protocol = session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned());
        (session.protocol_version(), protocol)
    }
}
