//! What Claviger keeps, in SQLite or in PostgreSQL.
//!
//! Areas such as [`licenses`] or [`users`] are functions over a running transaction ([`Conn`]), written once in the
//! SQL that both databases speak. Sessions, the hot path, have a trait of their own ([`SessionStore`]) with
//! statements tuned for each database.

pub mod access;
pub mod access_pages;
pub mod accounts;
pub mod activity;
pub mod add_events;
pub mod apps;
pub mod audit;
pub mod backups;
pub mod balance;
pub mod bans;
pub mod bulk;
pub mod buttons;
pub mod carry;
pub mod catalog;
pub mod chat;
pub mod db;
pub mod deliveries;
mod error;
pub mod files;
mod gather;
mod gone;
pub mod imports;
pub mod key_pairs;
pub mod licenses;
pub mod log_pages;
pub mod logs;
mod names;
pub mod notices;
pub mod own;
pub mod owners;
pub mod panel;
pub mod parts;
pub mod password_resets;
mod pending;
pub mod people;
mod range;
pub mod remarks;
pub mod report_counts;
pub mod sealed;
pub mod seller_keys;
pub mod seller_log;
pub mod server_keys;
pub mod sessions;
pub mod subscriptions;
pub mod tables;
pub mod takeover;
pub mod tokens;
mod trace;
pub mod tries;
pub mod user_bans;
pub mod user_subscriptions;
pub mod users;
pub mod variables;
pub mod webhook_events;
pub mod webhooks;

use std::{path::PathBuf, sync::Arc, time::Duration};

use claviger_metrics::Page;
use tracing::Instrument as _;

pub use db::{Cell, Conn, Db, DbBytes, FromCell, Migration, Row, Schema, Value, migrations_after};
pub use error::{Result, StoreError};
pub use range::{Range, Rows};
pub use sessions::SessionStore;

/// Which database to use.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file; made if it is not there.
    Sqlite(PathBuf),
    /// A PostgreSQL address, password and all.
    Postgres(String),
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    db: Arc<Db>,
    sessions: Arc<dyn SessionStore>,
}

impl Store {
    /// Opens the database and brings its schema up to date. `now` in Unix seconds.
    ///
    /// # Errors
    /// When it cannot be opened or reached, or a newer program has migrated it ([`StoreError::Newer`]).
    pub async fn open(database: Database, now: i64) -> Result<Self> {
        let db = Arc::new(open(database).await?);
        let versions = db.migrate(now).await?;
        match (versions.first(), versions.last()) {
            (Some(1), Some(schema)) => tracing::info!(schema, "made the database"),
            (Some(first), Some(schema)) => {
                tracing::info!(from = first - 1, schema, "database schema brought up to date");
            }
            _ => {}
        }
        Ok(Self { sessions: sessions::open(&db), db })
    }

    /// Looks at the schema of a database without changing anything of it.
    ///
    /// # Errors
    /// When it is not there, or cannot be opened or reached.
    pub async fn schema(database: Database) -> Result<Schema> {
        let Database::Sqlite(path) = database else { return open(database).await?.schema().await };
        let look = |connection: &_| db::migrate::schema(&mut Conn::Sqlite(connection));
        let looking = tokio::task::spawn_blocking(move || db::sqlite::read_file(&path, look));
        looking.await.map_err(|_| StoreError::Closed)?
    }

    /// Closes a SQLite file, so that all is in it and a copy of it alone is whole, unless somebody else still has it open;
    /// PostgreSQL needs none of that. `false`: it was not done `within` this time, and the log beside the file is needed.
    /// What is asked for later is refused.
    pub async fn close(&self, within: Duration) -> bool {
        let db = self.db.clone();
        tokio::task::spawn_blocking(move || db.close(within)).await.unwrap_or(false)
    }

    /// Transactions over everything but the hot path.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// As [`Db::read`], for what may take long: on a thread and a connection of its own, so that nobody waits for it.
    ///
    /// # Errors
    /// The transaction's own, or the database's.
    pub async fn read_apart<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    {
        let db = self.db.clone();
        let span = trace::span(db.kind(), "read_apart");
        let reading = tokio::task::spawn_blocking(move || db.read_apart(reading)).instrument(span);
        reading.await.map_err(|_| StoreError::Panicked)?
    }

    /// As [`Store::read_apart`], on the calling thread, which must not be one of the runtime's.
    ///
    /// # Errors
    /// The transaction's own, or the database's.
    pub fn read_here<T, E: From<StoreError>>(
        &self,
        reading: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.read_here(reading)
    }

    /// About how many sessions there are, those among them that ended and wait to be swept; `None` where nobody knows yet.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn about_sessions(&self) -> Result<Option<i64>> {
        sessions::about(&self.db).await
    }

    /// Counts sessions where the database keeps no estimate of their number, on a thread apart. It reads all of them, so
    /// that [`Store::about_sessions`] need not.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub async fn count_sessions(&self) -> Result<()> {
        match *self.db {
            Db::Sqlite(_) => self.read_apart(sessions::count).await,
            Db::Postgres(_) => Ok(()),
        }
    }

    /// Tells what waits for the database and how much is done together.
    pub fn tell(&self, page: &mut Page) {
        self.db.tell(page);
        sessions::tell(page);
    }

    /// The hot path.
    pub fn sessions(&self) -> &dyn SessionStore {
        &*self.sessions
    }

    /// The hot path, for a thread of its own.
    pub fn shared_sessions(&self) -> Arc<dyn SessionStore> {
        self.sessions.clone()
    }
}

/// Looks through a SQLite file for damage, without changing it; what was found, `None` where all is well. PostgreSQL looks
/// after itself.
///
/// # Errors
/// When the file cannot be opened.
pub async fn damage(database: &Database) -> Result<Option<String>> {
    let Database::Sqlite(path) = database.clone() else { return Ok(None) };
    let looking = tokio::task::spawn_blocking(move || db::sqlite::damage(&path));
    looking.await.map_err(|_| StoreError::Closed)?
}

/// Refuses a SQLite database that is not there, or is empty, while a log of it with data lies beside it: opening it would
/// delete that. Whatever opens a database looks so, too. Touches nothing.
///
/// # Errors
/// When it is so, with what to do.
pub fn refuse_stray_log(database: &Database) -> Result<()> {
    match database {
        Database::Sqlite(path) => db::stray::refuse(path),
        Database::Postgres(_) => Ok(()),
    }
}

/// Whether a SQLite file has no table, and no log beside it that might hold them: most likely a copy without the log.
pub fn is_without_its_log(database: &Database) -> bool {
    matches!(database, Database::Sqlite(path) if db::stray::is_without_its_log(path))
}

async fn open(database: Database) -> Result<Db> {
    // Opening waits for disks and servers.
    let opening = tokio::task::spawn_blocking(move || match database {
        Database::Sqlite(path) => Db::open_sqlite(&path),
        Database::Postgres(url) => Db::open_postgres(&url),
    });
    opening.await.map_err(|_| StoreError::Closed)?
}
