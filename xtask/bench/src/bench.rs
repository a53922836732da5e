//! What each part of the benchmark begins with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;
use xtask::bench::Options;
use xtask::server::Server;

/// A load of `init`s alone fills an application within a minute otherwise.
const ROOM: [&str; 2] = ["--app-anonymous-sessions", "100000000"];

/// What each part needs to start servers of its own.
#[derive(Debug)]
pub struct Bench<'a> {
    /// How to measure.
    pub options: &'a Options,
    /// The release build of the server.
    pub claviger: PathBuf,
}

impl Bench<'_> {
    /// A fresh demo server with a data folder of its own.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn fresh_server(&self) -> Result<(Server, TempDir)> {
        self.fresh_server_on(None)
    }

    /// As [`Bench::fresh_server`], on the database of an address instead of a file.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn fresh_server_on(&self, database: Option<&str>) -> Result<(Server, TempDir)> {
        let folder = tempfile::Builder::new().prefix("claviger-bench-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        let server = self.restart_on(folder.path(), database)?;
        Ok((server, folder))
    }

    /// The server of this folder, started again.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn restart(&self, folder: &Path) -> Result<Server> {
        self.restart_on(folder, None)
    }

    /// As [`Bench::restart`], on the database of an address instead of a file.
    ///
    /// # Errors
    /// When it does not become ready.
    pub fn restart_on(&self, folder: &Path, database: Option<&str>) -> Result<Server> {
        let database = database.map(|url| ["--database", url]);
        let more = database.iter().flatten().chain(&ROOM).copied().collect::<Vec<_>>();
        Server::start_with(&self.claviger, folder, &more)
    }
}
