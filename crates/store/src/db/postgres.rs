//! PostgreSQL: a few connections, each on a thread of its own, in lanes that do not wait for each other.

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use postgres::{Client, IsolationLevel};

use super::{
    conn::{Conn, Statements},
    connector::Connector,
    lane::Lane,
};
use crate::{Result, StoreError};

/// How long a session look-up waits for its answer, which takes milliseconds otherwise.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections for session creation, session look-ups and everything else.
const LANES: [(&str, usize); 3] = [("pg-create", 2), ("pg-lookup", 2), ("pg-any", 6)];
/// How often lanes are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// A database on a server.
pub struct Postgres {
    connector: Arc<Connector>,
    create: Arc<Lane>,
    look_up: Arc<Lane>,
    any: Arc<Lane>,
}

impl Postgres {
    /// Opens the database that `url` names (`postgres://user:password@host/name?sslmode=require`).
    ///
    /// # Errors
    /// When the address is malformed, or the server is older than 15 or cannot hold all texts. A server that cannot be
    /// reached is an error as well.
    pub fn open(url: &str) -> Result<Self> {
        let connector = Arc::new(Connector::new(url)?);
        drop(connector.connect_first()?);
        let open = |(name, connections)| Lane::open(name, connections, &connector).map(Arc::new);
        let [create, look_up, any] = LANES.map(open);
        let (create, look_up, any) = (create?, look_up?, any?);
        let lanes = [&create, &look_up, &any].map(Arc::downgrade);
        thread::Builder::new()
            .name("pg-watch".into())
            .spawn(move || {
                while let [Some(create), Some(look_up), Some(any)] = lanes.each_ref().map(Weak::upgrade) {
                    [create, look_up, any].iter().for_each(|lane| lane.relieve());
                    thread::sleep(LOOK);
                }
            })
            .map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))?;
        Ok(Self { connector, create, look_up, any })
    }

    /// How many wait in each lane.
    pub(super) fn waiting(&self) -> [(&'static str, usize); 3] {
        [("create", self.create.waiting()), ("look_up", self.look_up.waiting()), ("any", self.any.waiting())]
    }

    /// Whether connections cannot be made.
    pub(super) fn is_unreachable(&self) -> bool {
        self.connector.is_unreachable()
    }

    /// Runs a transaction in the lane of session creation. As little as for a look-up is waited for a server that says
    /// nothing: a session that comes to be all the same is one that nobody knows of.
    pub async fn create<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        in_time(self.create.run(change)).await
    }

    /// Runs a transaction in the lane of session look-ups. Nobody waits without end for a server that holds the connection
    /// and says nothing: that is safe here, since nothing is changed.
    pub async fn look_up<T, F>(&self, lookup: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        in_time(self.look_up.run(lookup)).await
    }

    /// Runs a transaction in the lane for everything else.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        self.any.run(change).await
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
        Arc::new(Connector::new(url)?).connect_first()
    }

    /// Opens a connection for one long reading on a thread of the caller's.
    pub fn open_reader(&self) -> Result<Client> {
        self.connector.connect()
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let done = tokio::time::timeout(ANSWER_TIMEOUT, work).await;
    done.unwrap_or_else(|_| Err(StoreError::Unreachable("it does not answer".into())))
}
