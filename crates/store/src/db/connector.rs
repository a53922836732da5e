//! How PostgreSQL is reached, and what is known of whether it can be.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use postgres::{Client, Config, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{knock::knock, outage::Outage};
use crate::{Result, StoreError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the server may take to let the program in once it is connected.
const GREETING_TIMEOUT: Duration = Duration::from_secs(2);
/// How long what was sent may stay without an answer of the other side's system before the connection counts as broken.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

/// Knows how to reach the server, and whether that failed a moment ago.
pub(super) struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    outage: Outage,
}

impl Connector {
    pub(super) fn new(url: &str) -> Result<Self> {
        let mut config: Config = url.parse().map_err(|error: postgres::Error| {
            StoreError::Configuration(format!(
                "the PostgreSQL address is malformed: {error}; write postgres://USER:PASSWORD@HOST/NAME, special characters \
                 in it as %XX, and `?sslmode=require` behind it for TLS, which verifies the certificate too (no other \
                 sslmode than that, prefer and disable)"
            ))
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SEND_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("claviger");
        }
        config.notice_callback(|notice| tracing::debug!(%notice, "PostgreSQL"));
        // Without `sslmode` the library would try TLS and fall back silently; encryption is asked for or not used.
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(MakeRustlsConnect::new(tls_config()?)),
            _ => None,
        };
        Ok(Self { config, tls, outage: Outage::default() })
    }

    /// Whether connections cannot be made.
    pub(super) fn is_unreachable(&self) -> bool {
        self.outage.reason().is_some()
    }

    /// The first connection: the server must be one that this program can use.
    ///
    /// # Errors
    /// When it cannot be reached, or is not fit.
    pub(super) fn connect_first(self: &Arc<Self>) -> Result<Client> {
        self.within(|connector| {
            let mut client = connector.connect_once()?;
            check_server(&mut client)?;
            Ok(client)
        })
    }

    /// A connection. Once one could not be had, none is waited for: a thread tries until the server is back, and all
    /// others are told at once.
    pub(super) fn connect(self: &Arc<Self>) -> Result<Client> {
        if let Some(reason) = self.outage.reason() {
            return Err(StoreError::Unreachable(reason));
        }
        // It could be reached when the program started, so whatever it is now, it can be mended there.
        self.within(Self::connect_once).map_err(|error| {
            let (reason, connector) = (Arc::from(error.to_string()), Arc::downgrade(self));
            self.outage.begin(&reason, move || {
                let connector = connector.upgrade()?;
                // Knocking leaves nothing behind where somebody takes connections and says nothing.
                let found = knock(&connector.config, GREETING_TIMEOUT)
                    && connector.within(Self::connect_once).is_ok();
                if found {
                    connector.outage.end();
                }
                Some(found)
            });
            StoreError::Unreachable(reason)
        })
    }

    /// Gives up a server that takes the connection and then says nothing: the library limits only the first half. The
    /// thread that waits for it ends with that connection.
    fn within<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let connector = self.clone();
        thread::Builder::new()
            .name("pg-connect".into())
            .spawn(move || drop(sender.send(work(&connector))))
            .map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))?;
        let connected = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT);
        let done = receiver.recv_timeout(connected + GREETING_TIMEOUT);
        done.unwrap_or_else(|_| Err(StoreError::Unreachable("it says nothing".into())))
    }

    fn connect_once(&self) -> Result<Client> {
        Ok(match &self.tls {
            Some(tls) => self.config.connect(tls.clone())?,
            None => self.config.connect(postgres::NoTls)?,
        })
    }
}

/// Certificates are checked against the system's authorities.
fn tls_config() -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(StoreError::Configuration(
            "no certificate authorities found; install the package ca-certificates".into(),
        ));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Configuration(format!("TLS: {error}")))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn check_server(client: &mut Client) -> Result<()> {
    let version: String = client.query_one("SHOW server_version_num", &[])?.get(0);
    if version.parse::<u32>().unwrap_or(0) < 150_000 {
        return Err(StoreError::Configuration(format!(
            "PostgreSQL 15 or later is needed; this server says {version}"
        )));
    }
    // With `SQL_ASCII` it keeps bytes as they are. Any other cannot hold the names that people have.
    let encoding: String = client.query_one("SHOW server_encoding", &[])?.get(0);
    if !["UTF8", "SQL_ASCII"].contains(&encoding.as_str()) {
        return Err(StoreError::Configuration(format!(
            "the database has the encoding {encoding} and cannot hold all texts: make one by CREATE DATABASE … ENCODING \
             'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0"
        )));
    }
    Ok(())
}
