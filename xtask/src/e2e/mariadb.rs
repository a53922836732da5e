//! A private MariaDB, with the tables of a KeyAuth server, and dumps of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::tools::daemon::{Daemon, Spec, StopWith, as_user};
use crate::tools::{apt, command, interrupt, say, workspace_root};

/// What is in it.
const TABLES: &str = "e2e/mariadb/keyauth.sql";
/// The user the server runs as when we are root.
const USER: &str = "mysql";
/// How long it may take to accept connections.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Where Debian and Ubuntu put the server, which is on nobody's path.
const PROGRAM: &str = "/usr/sbin/mariadbd";

/// A running server. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct MariaDb {
    server: Daemon,
    folder: TempDir,
}

impl MariaDb {
    /// Installs MariaDB if it is missing, starts one that listens on a socket alone, and fills it.
    ///
    /// # Errors
    /// When it cannot be installed, started or filled; with its own words.
    pub fn start() -> Result<Self> {
        if !Path::new(PROGRAM).exists() {
            apt::install(&["mariadb-server"], "dumps of MariaDB")?;
        }
        say("making a private MariaDB, a few seconds");
        // A short name: the path of a Unix socket has at most 107 bytes.
        let folder = tempfile::Builder::new().prefix("claviger-maria-").tempdir();
        let folder = folder.context("cannot make a temporary folder for MariaDB")?;
        let user = geteuid().is_root().then_some(USER);
        if let Some(user) = user {
            let owner = format!("{user}:{user}");
            command::run_quietly(Command::new("chown").arg(owner).arg(folder.path())).with_context(|| {
                format!("there must be a user {user}, made by the mariadb-server package")
            })?;
        }
        let data = folder.path().join("data");
        let mut install = as_user(user, None);
        install.arg("mariadb-install-db").current_dir(folder.path());
        install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        command::run_quietly(install.arg(format!("--datadir={}", data.display())))
            .context("cannot make a MariaDB")?;
        let path =
            |option: &str, name: &str| format!("{option}={}", folder.path().join(name).display()).into();
        let server = Daemon::spawn(&Spec {
            name: "MariaDB".into(),
            program: PROGRAM.into(),
            args: vec![
                "--no-defaults".into(),
                "--skip-networking".into(),
                "--innodb-flush-log-at-trx-commit=0".into(),
                path("--datadir", "data"),
                path("--socket", "socket"),
                path("--pid-file", "pid"),
            ],
            user: user.map(str::to_owned),
            stop_with: StopWith::Terminate,
            folder: folder.path().into(),
            log: folder.path().join("mariadb.log"),
        })?;
        let mut maria = Self { server, folder };
        maria.wait_until_ready()?;
        command::run_quietly(
            maria.client("mariadb").args(["-e", "CREATE DATABASE keyauth CHARACTER SET utf8mb4"]),
        )
        .context("MariaDB makes no database")?;
        let source = format!("source {}", workspace_root().join(TABLES).display());
        command::run_quietly(maria.client("mariadb").args(["keyauth", "-e", &source]))
            .context("MariaDB refuses the tables")?;
        Ok(maria)
    }

    /// One of its programs, connected as the user who may do anything.
    fn client(&self, program: &str) -> Command {
        let mut client = Command::new(program);
        client.arg("--no-defaults").arg(format!("--socket={}", self.folder.path().join("socket").display()));
        client.arg("--user=root");
        client
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            interrupt::check()?;
            self.server.check_running()?;
            if command::succeeds(self.client("mariadb-admin").arg("ping")) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err(self.server.complaint("does not accept connections"))
    }

    /// Dumps the tables into a folder, with further options; compressed where the name says so.
    ///
    /// # Errors
    /// When it cannot be dumped.
    pub fn dump(&self, folder: &Path, name: &str, options: &[&str]) -> Result<PathBuf> {
        let path = folder.join(name);
        let plain = path.with_extension("");
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        let target = if packed { &plain } else { &path };
        let file = File::create(target).with_context(|| format!("cannot write {}", target.display()))?;
        let mut dump = self.client("mariadb-dump");
        let status = command::spawn(dump.args(options).arg("keyauth").stdout(Stdio::from(file)))
            .and_then(|mut dumping| command::wait(&mut dumping))?;
        anyhow::ensure!(status.success(), "mariadb-dump {options:?} ended with {status}");
        if packed {
            command::run_quietly(Command::new("gzip").arg("--force").arg(&plain))
                .context("cannot compress a dump")?;
        }
        fs::metadata(&path).with_context(|| format!("there is no {}", path.display()))?;
        Ok(path)
    }

    /// Stops it and removes its folder.
    ///
    /// # Errors
    /// When one of the two fails.
    pub fn stop(self) -> Result<()> {
        self.server.stop().context("cannot stop MariaDB")?;
        self.folder.close().context("cannot remove MariaDB's folder")
    }
}
