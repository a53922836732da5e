//! Several servers on one database.

use super::postgres::Database;
use super::server::{Process, claviger};
use super::{App, Server};

/// A second server on the database of the first, with the same master key.
#[derive(Debug)]
pub struct Second {
    pub process: Process,
    /// The demo's application at this server.
    pub app: App,
}

impl Second {
    pub fn start(first: &Server, database: &Database) -> Self {
        Self::start_with(first, database, &[])
    }

    /// As `start`, with more words on its command line.
    pub fn start_with(first: &Server, database: &Database, more: &[&str]) -> Self {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", &database.url, "--data-dir"]);
        command.arg(first.folder().join("second"));
        command.arg("--master-key-file").arg(first.data().join("master.key"));
        command.args(more);
        let mut process = Process::spawn(command, first.folder());
        let address = process.wait_for_address();
        Self { process, app: first.app.at(&address) }
    }
}
