//! Running transactions on whichever database was chosen.

pub(crate) mod conn;
mod connector;
mod figures;
mod knock;
mod lane;
pub(crate) mod migrate;
mod outage;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod stray;
mod value;
mod work;

use std::{path::Path, time::Duration};

use tracing::Instrument as _;

pub use conn::Conn;
pub use figures::DbBytes;
pub use migrate::{Migration, Schema, migrations_after};
pub use value::{Cell, FromCell, Row, Value};

use self::{
    postgres::Postgres,
    sqlite::Sqlite,
    work::{Failure, Value as Outcome, Work, erase, restore},
};
use crate::{Result, StoreError, trace::span};

/// A database, open.
pub enum Db {
    /// A file of this machine.
    Sqlite(Sqlite),
    /// A server, perhaps shared with other nodes.
    Postgres(Postgres),
}

impl Db {
    /// Opens a SQLite file, making it if it is not there.
    pub(crate) fn open_sqlite(path: &Path) -> Result<Self> {
        Ok(Self::Sqlite(Sqlite::open(path)?))
    }

    /// Opens a PostgreSQL database by its address.
    pub(crate) fn open_postgres(url: &str) -> Result<Self> {
        Ok(Self::Postgres(Postgres::open(url)?))
    }

    /// Whether all who write wait for each other, whatever they change.
    pub fn has_one_writer(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// As [`crate::Store::close`]. Blocks.
    pub(crate) fn close(&self, within: Duration) -> bool {
        match self {
            Self::Sqlite(db) => db.close(within),
            Self::Postgres(_) => true,
        }
    }

    /// Looks at the schema without changing it.
    pub(crate) async fn schema(&self) -> Result<Schema> {
        self.read(migrate::schema).await
    }

    /// Brings the schema up to date; returns the versions applied. `now` in Unix seconds.
    pub(crate) async fn migrate(&self, now: i64) -> Result<Vec<i64>> {
        self.write(move |conn| migrate::run_whole(conn, now)).await
    }

    /// Runs a transaction that may change things. It is undone if it fails; once this returns, it is on disk.
    ///
    /// # Errors
    /// The transaction's own, or the database's.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        restore(self.write_erased(erase(change)).instrument(span(self.kind(), "write")).await)
    }

    /// Runs a transaction that only reads.
    ///
    /// # Errors
    /// The transaction's own, or the database's.
    pub async fn read<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        restore(self.read_erased(erase(reading)).instrument(span(self.kind(), "read")).await)
    }

    /// As [`Db::read`], for what may take long: in one snapshot, on this thread and on a connection of its own.
    ///
    /// # Errors
    /// The transaction's own, or the database's.
    pub(crate) fn read_apart<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        let reading = erase(reading);
        restore(match self {
            Self::Sqlite(db) => db.read_apart(move |connection| reading(&mut Conn::Sqlite(connection))),
            Self::Postgres(db) => db.read_apart(reading),
        })
    }

    /// As [`Db::read_apart`], for what borrows from its caller.
    pub(crate) fn read_here<T, E: From<StoreError>>(
        &self,
        reading: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(db) => db.read_apart(|connection| reading(&mut Conn::Sqlite(connection))),
            Self::Postgres(db) => db.read_apart(reading),
        }
    }

    async fn write_erased(&self, work: Work) -> Result<Outcome, Failure> {
        match self {
            Self::Sqlite(db) => db.write(move |connection| work(&mut Conn::Sqlite(connection))).await,
            Self::Postgres(db) => db.write(work).await,
        }
    }

    async fn read_erased(&self, work: Work) -> Result<Outcome, Failure> {
        match self {
            Self::Sqlite(db) => db.read(move |connection| work(&mut Conn::Sqlite(connection))).await,
            Self::Postgres(db) => db.write(work).await,
        }
    }
}
