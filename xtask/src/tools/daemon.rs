//! A server that runs beside a chore and never outlives it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;

use super::command;

/// How long a server gets to stop before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// How many of the last lines of a server's log an error shows.
const SHOWN_LINES: usize = 30;

/// What to start and how to end it.
#[derive(Debug)]
pub struct Spec {
    /// How messages call it.
    pub name: String,
    /// The program's file.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The user it runs as; `None`: as ourselves. Needs root.
    pub user: Option<String>,
    /// The signal that ends it in good order.
    pub stop_with: StopWith,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// The file that receives what it prints.
    pub log: PathBuf,
}

/// The signal that ends a server in good order.
#[derive(Debug, Clone, Copy)]
pub enum StopWith {
    /// SIGINT: PostgreSQL's "fast" shutdown, which does not wait for its clients.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl StopWith {
    fn signal(self) -> Signal {
        match self {
            Self::Interrupt => Signal::INT,
            Self::Terminate => Signal::TERM,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
        }
    }
}

/// A running server. It is stopped when this is dropped, and by the kernel should we be killed.
#[derive(Debug)]
pub struct Daemon {
    name: String,
    child: Child,
    stop_with: StopWith,
    log: PathBuf,
}

impl Daemon {
    /// Starts the server.
    ///
    /// # Errors
    /// When the log file cannot be made or the program cannot be started.
    pub fn spawn(spec: &Spec) -> Result<Self> {
        let log = File::create(&spec.log)
            .with_context(|| format!("cannot make the log file {}", spec.log.display()))?;
        let mut command = as_user(spec.user.as_deref(), Some(spec.stop_with));
        command.arg(&spec.program).args(&spec.args).current_dir(&spec.folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        // A process group of its own: Ctrl-C must reach us first, so that we stop it in order.
        command.process_group(0);
        let child = command::spawn(&mut command)?;
        let (name, log) = (spec.name.clone(), spec.log.clone());
        Ok(Self { name, child, stop_with: spec.stop_with, log })
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Fails when the server has ended, with the end of its log.
    ///
    /// # Errors
    /// When it has ended or cannot be looked at.
    pub fn check_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(self.complaint(&format!("ended early ({status})"))),
        }
    }

    /// Stops the server and returns how it ended.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn stop(mut self) -> Result<ExitStatus> {
        self.end()
    }

    /// An error about this server, with the end of its log.
    pub fn complaint(&self, what: &str) -> anyhow::Error {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let shown = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        anyhow::anyhow!("{} {what}; the end of its log:\n{shown}", self.name)
    }

    fn end(&mut self) -> Result<ExitStatus> {
        command::end(&mut self.child, self.stop_with.signal(), STOP_LIMIT)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("warning: cannot stop {} (process {}): {error}", self.name, self.pid());
        }
    }
}

/// A command to which a program and its arguments are still to be added, that runs them as `user`
/// and, if asked, ends them when we end.
pub fn as_user(user: Option<&str>, at_our_end: Option<StopWith>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups", "--reset-env"]);
    }
    if let Some(signal) = at_our_end {
        command.args(["--pdeathsig", signal.name()]);
    }
    command.arg(OsStr::new("--"));
    command
}
