//! A private PostgreSQL cluster for one run of the tests.
//!
//! It lives in a temporary folder, listens on a free port of 127.0.0.1 and on a socket in that
//! folder, trusts everybody, and is gone after the run. For tests it does not wait
//! for the disk: none takes the machine's power away, and nothing else can tell.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::geteuid;
use tempfile::TempDir;

use crate::tools::daemon::{Daemon, Spec, StopWith, as_user};
use crate::tools::{apt, command, free_port, interrupt, say};

/// The oldest major version that Claviger supports.
const OLDEST: u32 = 15;
/// Where Debian and Ubuntu put the programs of each major version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// The user the server runs as when we are root, which it refuses to run as.
const USER: &str = "postgres";
/// How long a cluster may take to accept connections.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often a start is tried: another program may take the free port in between.
const TRIES: usize = 3;

/// A running cluster. Dropping it stops the server and removes the folder.
#[derive(Debug)]
pub struct Cluster {
    // The order matters: the server ends before its folder goes.
    server: Daemon,
    port: u16,
    programs: PathBuf,
    folder: TempDir,
}

/// Settings with which it does not wait for the disk.
const HASTY: [&str; 2] = ["fsync=off", "full_page_writes=off"];

impl Cluster {
    /// Installs PostgreSQL if it is missing, then makes and starts a cluster.
    ///
    /// # Errors
    /// When PostgreSQL can't be installed, is too old, or does not start; with its own words.
    pub fn start() -> Result<Self> {
        Self::start_with(&HASTY)
    }

    /// As [`Cluster::start`], but what it says to be on disk is there, as where it is used: for measuring.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_durable() -> Result<Self> {
        Self::start_with(&[])
    }

    fn start_with(settings: &[&str]) -> Result<Self> {
        let programs = find_or_install()?;
        say("making a private PostgreSQL cluster, a few seconds");
        let user = geteuid().is_root().then_some(USER);
        let folder = make_folder(user)?;
        let data = folder.path().join("data");
        initialize(&programs, user, folder.path(), &data)?;
        let mut tries = 1;
        let (server, port) = loop {
            match launch(&programs, user, (folder.path(), &data), settings) {
                Err(_) if tries < TRIES && !interrupt::requested() => tries += 1,
                outcome => break outcome?,
            }
        };
        say(format!("PostgreSQL from {} runs on port {port}", programs.display()));
        Ok(Self { server, port, programs, folder })
    }

    /// The URL of the cluster's `postgres` database, whose user may do anything.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs statements in the `postgres` database.
    ///
    /// # Errors
    /// When the server refuses one; with its own words.
    pub fn run(&self, sql: &str) -> Result<()> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            &self.url(),
            "--command",
            sql,
        ]);
        command::run_quietly(&mut psql).map(drop).context("PostgreSQL refused a statement")
    }

    /// Stops the server and removes the folder.
    ///
    /// # Errors
    /// When one of the two fails; dropping would only warn.
    pub fn stop(self) -> Result<()> {
        let status = self.server.stop().context("cannot stop PostgreSQL")?;
        self.folder.close().context("cannot remove PostgreSQL's temporary folder")?;
        if !status.success() {
            bail!("PostgreSQL did not stop in good order ({status})");
        }
        Ok(())
    }
}

/// The folder of the newest usable PostgreSQL's programs.
fn find_or_install() -> Result<PathBuf> {
    if let Some(programs) = newest(Path::new(VERSIONS)) {
        return Ok(programs);
    }
    apt::install(&["postgresql"], "the tests of the PostgreSQL store")?;
    newest(Path::new(VERSIONS)).with_context(|| {
        format!(
            "this system's PostgreSQL is older than {OLDEST}; install postgresql-{OLDEST} or \
             newer from the PostgreSQL project's own package archive and try again"
        )
    })
}

/// The `bin` folder of the newest version, at least [`OLDEST`], that has a server.
fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(versions).ok()?.flatten();
    let numbered = entries.filter_map(|entry| {
        let major: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((major, entry.path().join("bin")))
    });
    numbered
        .filter(|(major, bin)| {
            *major >= OLDEST && ["postgres", "initdb"].iter().all(|name| bin.join(name).exists())
        })
        .max_by_key(|(major, _)| *major)
        .map(|(_, bin)| bin)
}

/// A temporary folder that the server's user owns.
fn make_folder(user: Option<&str>) -> Result<TempDir> {
    // A short name: the path of a Unix socket has at most 107 bytes.
    let folder = tempfile::Builder::new().prefix("claviger-pg-").tempdir();
    let folder = folder.context("cannot make a temporary folder for PostgreSQL")?;
    if let Some(user) = user {
        let owner = format!("{user}:{user}");
        command::run_quietly(Command::new("chown").arg(owner).arg(folder.path()))
            .with_context(|| format!("there must be a user {user}, made by the postgresql package"))?;
    }
    Ok(folder)
}

fn initialize(programs: &Path, user: Option<&str>, folder: &Path, data: &Path) -> Result<()> {
    let mut initdb = as_user(user, None);
    initdb.arg(programs.join("initdb")).current_dir(folder);
    initdb.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8"]);
    // A crash while the empty cluster is made costs nothing, so that part may skip its syncs.
    initdb.args(["--no-locale", "--no-sync", "--pgdata"]).arg(data);
    command::run_quietly(&mut initdb).map(drop).context("cannot make a PostgreSQL cluster")
}

/// Starts the server on a free port and waits until it accepts connections.
fn launch(
    programs: &Path,
    user: Option<&str>,
    (folder, data): (&Path, &Path),
    settings: &[&str],
) -> Result<(Daemon, u16)> {
    let port = free_port().context("no free port on 127.0.0.1")?;
    let mut args: Vec<OsString> = vec!["-D".into(), data.into(), "-k".into(), folder.into()];
    args.extend(["-p".into(), port.to_string().into()]);
    for setting in ["listen_addresses=127.0.0.1", "max_connections=200"].iter().chain(settings) {
        args.extend(["-c".into(), (*setting).into()]);
    }
    let mut server = Daemon::spawn(&Spec {
        name: "PostgreSQL".into(),
        program: programs.join("postgres"),
        args,
        user: user.map(str::to_owned),
        stop_with: StopWith::Interrupt,
        folder: folder.into(),
        log: folder.join("postgres.log"),
    })?;
    wait_until_ready(&mut server, programs, port)?;
    Ok((server, port))
}

fn wait_until_ready(server: &mut Daemon, programs: &Path, port: u16) -> Result<()> {
    let start = Instant::now();
    let port = port.to_string();
    while start.elapsed() < START_LIMIT {
        interrupt::check()?;
        server.check_running()?;
        let mut ask = Command::new(programs.join("pg_isready"));
        if command::succeeds(ask.args(["--quiet", "--host", "127.0.0.1", "--port", &port])) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(server.complaint("does not accept connections"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken_and_old_ones_are_not() {
        let versions = tempfile::tempdir().unwrap();
        for (major, programs) in [("9", &["postgres", "initdb"][..]), ("14", &["postgres", "initdb"])]
            .into_iter()
            .chain([("15", &["postgres", "initdb"][..]), ("17", &["pg_dump"])])
        {
            let bin = versions.path().join(major).join("bin");
            fs::create_dir_all(&bin).unwrap();
            for program in programs {
                fs::write(bin.join(program), "").unwrap();
            }
        }
        assert_eq!(newest(versions.path()), Some(versions.path().join("15/bin")));
        fs::remove_dir_all(versions.path().join("15")).unwrap();
        assert_eq!(newest(versions.path()), None);
    }
}
