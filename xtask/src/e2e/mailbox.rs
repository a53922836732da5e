//! A mail server that keeps what it gets in a folder.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::python::Python;
use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::{free_port, interrupt};

/// How long it may take to listen.
const START_LIMIT: Duration = Duration::from_secs(30);
/// The file it makes once it listens.
const READY: &str = "ready";

/// A running mail server.
#[derive(Debug)]
pub struct Mailbox {
    daemon: Daemon,
    port: u16,
    folder: TempDir,
}

impl Mailbox {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When it does not listen; with the end of its log.
    pub fn start(python: &Python) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("claviger-mail-").tempdir();
        let folder = folder.context("cannot make a temporary folder for mails")?;
        let port = free_port().context("no free port on 127.0.0.1")?;
        let mut command = python.script("mailbox.py");
        command.arg(port.to_string()).arg(folder.path());
        let mut daemon = Daemon::spawn(&Spec {
            name: "the mail server".into(),
            program: command.get_program().into(),
            args: command.get_args().map(Into::into).collect(),
            user: None,
            stop_with: StopWith::Terminate,
            folder: folder.path().into(),
            log: folder.path().join("log"),
        })?;
        wait_for(&mut daemon, &folder.path().join(READY))?;
        Ok(Self { daemon, port, folder })
    }

    /// Where a server sends mails.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// The folder with a file for each mail.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().into()
    }

    /// Stops it and removes the mails.
    ///
    /// # Errors
    /// When one of the two fails.
    pub fn stop(self) -> Result<()> {
        self.daemon.stop().context("cannot stop the mail server")?;
        self.folder.close().context("cannot remove the folder of the mails")
    }
}

fn wait_for(daemon: &mut Daemon, file: &Path) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT {
        interrupt::check()?;
        if file.exists() {
            return Ok(());
        }
        daemon.check_running()?;
        thread::sleep(Duration::from_millis(20));
    }
    Err(daemon.complaint("does not listen"))
}
