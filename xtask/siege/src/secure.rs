//! TLS: what a server needs for it, and clients that speak it.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A server's certificate, as its clients need it.
#[derive(Debug, Clone)]
pub struct Secure {
    /// The flags of `claviger serve` that name it.
    pub flags: Vec<String>,
    clients: Arc<ClientConfig>,
}

impl Secure {
    /// Makes a certificate with the kind of key that costs servers most, in files of a folder.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn prepare(folder: &Path) -> Result<Self> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?;
        let certificate = CertificateParams::new([Ipv4Addr::LOCALHOST.to_string()])?.self_signed(&key)?;
        let [cert_file, key_file] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
        fs::write(&cert_file, certificate.pem())?;
        fs::write(&key_file, key.serialize_pem())?;
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600))?;
        let mut roots = RootCertStore::empty();
        roots.add(certificate.der().clone())?;
        let clients = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let flags = [("--tls-cert-file", cert_file), ("--tls-key-file", key_file)];
        let flags = flags.map(|(flag, file)| [flag.to_owned(), file.display().to_string()]);
        Ok(Self { flags: flags.into_iter().flatten().collect(), clients: Arc::new(clients) })
    }

    /// Shakes hands as a client.
    ///
    /// # Errors
    /// When the server does not want to.
    pub async fn shake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsConnector::from(self.clients.clone()).connect(name(), stream).await
    }

    /// The first message of a handshake, which may be sent as often as one likes.
    ///
    /// # Errors
    /// When there is no randomness for it.
    pub fn first_message(&self) -> Result<Vec<u8>> {
        let mut message = Vec::new();
        ClientConnection::new(self.clients.clone(), name())?.write_tls(&mut message)?;
        Ok(message)
    }
}

fn name() -> ServerName<'static> {
    ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST))
}
