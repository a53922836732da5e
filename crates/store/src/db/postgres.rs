//! PostgreSQL: a few connections, each on a thread of its own, in lanes that do not wait for each other.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use postgres::{Client, Config, IsolationLevel, config::SslMode};
use tokio::sync::oneshot;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    conn::{Conn, Statements},
    outage::Outage,
};
use crate::{Result, StoreError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the server may take to let the program in once it is connected.
const GREETING_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a session look-up waits for its answer, which takes milliseconds otherwise.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);
/// How long what was sent may stay without an answer of the other side's system before the connection counts as broken.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections for session creation, session look-ups and everything else.
const LANES: [(&str, usize); 3] = [("pg-create", 2), ("pg-lookup", 2), ("pg-any", 6)];
/// Jobs that may wait in a lane.
const QUEUE_MAX: usize = 16_384;

type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// A database on a server.
pub struct Postgres {
    connector: Arc<Connector>,
    create: Sender<Job>,
    look_up: Sender<Job>,
    any: Sender<Job>,
}

/// One connection, made again when it breaks.
struct Session {
    connector: Arc<Connector>,
    client: Option<(Client, Statements)>,
}

/// Knows how to reach the server, and whether that failed a moment ago.
struct Connector {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    outage: Outage,
}

impl Postgres {
    /// Opens the database that `url` names (`postgres://user:password@host/name?sslmode=require`).
    ///
    /// # Errors
    /// When the address is malformed or the server is older than 15. A server that cannot be reached is an error
    /// as well.
    pub fn open(url: &str) -> Result<Self> {
        let connector = Arc::new(Connector::new(url)?);
        check_server(&mut connector.connect_once()?)?;
        let mut lanes = Vec::new();
        for (name, connections) in LANES {
            let (lane, due) = crossbeam_channel::bounded(QUEUE_MAX);
            for number in 1..=connections {
                let mut session = Session { connector: connector.clone(), client: None };
                let due: Receiver<Job> = due.clone();
                thread::Builder::new()
                    .name(format!("{name}-{number}"))
                    .spawn(move || due.iter().for_each(|job| job(&mut session)))
                    .map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))?;
            }
            lanes.push(lane);
        }
        let [create, look_up, any] = <[_; 3]>::try_from(lanes).map_err(|_| StoreError::Closed)?;
        Ok(Self { connector, create, look_up, any })
    }

    /// How many wait in each lane.
    pub(super) fn waiting(&self) -> [(&'static str, usize); 3] {
        [("create", self.create.len()), ("look_up", self.look_up.len()), ("any", self.any.len())]
    }

    /// Whether connections cannot be made.
    pub(super) fn is_unreachable(&self) -> bool {
        self.connector.outage.reason().is_some()
    }

    /// Runs a transaction in the lane of session creation.
    pub async fn create<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        run(&self.create, change).await
    }

    /// Runs a transaction in the lane of session look-ups. Nobody waits without end for a server that holds the connection
    /// and says nothing: that is safe here, since nothing is changed.
    pub async fn look_up<T, F>(&self, lookup: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        let found = tokio::time::timeout(LOOKUP_TIMEOUT, run(&self.look_up, lookup)).await;
        found.unwrap_or_else(|_| Err(StoreError::Unreachable("it does not answer".into())))
    }

    /// Runs a transaction in the lane for everything else.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        run(&self.any, change).await
    }

    /// Runs a long reading in one snapshot, on the caller's thread and a connection of its own.
    pub fn read_apart<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E>,
    {
        let mut client = self.open_reader()?;
        let snapshot = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start();
        reading(&mut Conn::Postgres(snapshot.map_err(StoreError::from)?, &mut Statements::default()))
    }

    /// A connection to the database that `url` names, for whoever needs nothing else of it.
    ///
    /// # Errors
    /// As [`Postgres::open`].
    pub fn connect_apart(url: &str) -> Result<Client> {
        let mut client = Connector::new(url)?.connect_once()?;
        check_server(&mut client)?;
        Ok(client)
    }

    /// Opens a connection for one long reading on a thread of the caller's.
    pub fn open_reader(&self) -> Result<Client> {
        self.connector.connect()
    }
}

impl Connector {
    fn new(url: &str) -> Result<Self> {
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

    /// A connection. Once one could not be had, none is waited for: a thread tries until the server is back, and all
    /// others are told at once.
    fn connect(self: &Arc<Self>) -> Result<Client> {
        if let Some(reason) = self.outage.reason() {
            return Err(StoreError::Unreachable(reason));
        }
        // It could be reached when the program started, so whatever it is now, it can be mended there.
        self.try_once().map_err(|error| {
            let (reason, connector) = (Arc::from(error.to_string()), Arc::downgrade(self));
            self.outage.begin(&reason, move || {
                let connector = connector.upgrade()?;
                let found = connector.connect_once().is_ok();
                if found {
                    connector.outage.end();
                }
                Some(found)
            });
            StoreError::Unreachable(reason)
        })
    }

    /// As [`Connector::connect_once`], and gives up a server that takes the connection and then says nothing: the library
    /// limits only the first half. The thread that waits for it ends with that connection; there are as many as
    /// sessions at most, since the outage begins.
    fn try_once(self: &Arc<Self>) -> Result<Client> {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let connector = self.clone();
        let connecting = move || drop(sender.send(connector.connect_once()));
        thread::Builder::new()
            .name("pg-connect".into())
            .spawn(connecting)
            .map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))?;
        let within = self.config.get_connect_timeout().copied().unwrap_or(CONNECT_TIMEOUT) + GREETING_TIMEOUT;
        receiver
            .recv_timeout(within)
            .unwrap_or_else(|_| Err(StoreError::Unreachable("it says nothing".into())))
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
    Ok(())
}

impl Session {
    fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let reused = self.client.is_some();
        let mut work = Some(work);
        let outcome = self.attempt(&mut work);
        if work.is_none() {
            return outcome;
        }
        // It could not begin. That a connection broke while it was idle shows only now, and nothing was done yet.
        self.client = None;
        if reused { self.attempt(&mut work) } else { outcome }
    }

    /// Takes `work` and does it, unless the transaction cannot begin.
    fn attempt<T, E: From<StoreError>>(
        &mut self,
        work: &mut Option<impl FnOnce(&mut Conn<'_>) -> Result<T, E>>,
    ) -> Result<T, E> {
        let (client, statements) = self.client()?;
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()
            .map_err(StoreError::from)?;
        let work = work.take().ok_or(StoreError::Closed)?;
        let mut conn = Conn::Postgres(transaction, statements);
        let value = work(&mut conn)?;
        let Conn::Postgres(transaction, _) = conn else { return Err(StoreError::Closed.into()) };
        transaction.commit().map_err(|error| StoreError::Commit(Arc::new(error.into())))?;
        Ok(value)
    }

    fn client(&mut self) -> Result<&mut (Client, Statements)> {
        if self.client.as_ref().is_some_and(|(client, _)| client.is_closed()) {
            self.client = None;
        }
        if self.client.is_none() {
            self.client = Some((self.connector.connect()?, Statements::default()));
        }
        self.client.as_mut().ok_or(StoreError::Closed)
    }
}

async fn run<T, E, F>(lane: &Sender<Job>, work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |session| {
        let outcome = catch_unwind(AssertUnwindSafe(|| session.transaction(work)));
        let _ = sender.send(outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into())));
    });
    lane.try_send(job).map_err(|_| StoreError::Overloaded)?;
    receiver.await.map_err(|_| StoreError::Closed)?
}
