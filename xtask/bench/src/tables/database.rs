//! The database that a server is measured on.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::Connection;
use xtask::postgres::Cluster;
use xtask::server::data_dir;

/// A database that a server is measured on.
pub enum Database {
    /// A file in the server's folder.
    Sqlite,
    /// A cluster of its own, which waits for the disk as in use.
    Postgres(Cluster),
}

impl Database {
    /// SQLite.
    pub fn sqlite() -> Self {
        Self::Sqlite
    }

    /// PostgreSQL, which is started.
    ///
    /// # Errors
    /// When it does not start.
    pub fn postgres() -> Result<Self> {
        Ok(Self::Postgres(Cluster::start_durable()?))
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Its address, unless it is a file.
    pub fn url(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(cluster) => Some(cluster.url()),
        }
    }

    /// Runs statements past the server of `folder`, which is stopped.
    ///
    /// # Errors
    /// When the database refuses them.
    pub fn run(&self, folder: &Path, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite => {
                let file = data_dir(folder).join("claviger.db");
                let database =
                    Connection::open(&file).with_context(|| format!("cannot open {}", file.display()))?;
                Ok(database.execute_batch(sql)?)
            }
            Self::Postgres(cluster) => cluster.run(sql),
        }
    }

    /// Leaves the tables as a database has them that grew slowly: PostgreSQL counts and tidies by itself once a minute.
    ///
    /// # Errors
    /// When the database refuses it.
    pub fn settle(&self) -> Result<()> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres(cluster) => cluster.run("VACUUM ANALYZE"),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it does not end in good order.
    pub fn stop(self) -> Result<()> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres(cluster) => cluster.stop(),
        }
    }
}
