//! A clean Debian in a folder, to try a package in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::{apt, command, free_port, say};

/// The release that is tried.
const RELEASE: &str = "bookworm";
/// How long the server may take to be ready.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often it is asked.
const POLL: Duration = Duration::from_millis(100);

/// The system; gone with this.
pub(super) struct CleanRoot {
    folder: TempDir,
}

impl CleanRoot {
    /// Makes it from the distribution's packages.
    pub(super) fn make() -> Result<Self> {
        ensure!(rustix::process::geteuid().is_root(), "a clean system is made by root only");
        if !command::succeeds(Command::new("debootstrap").arg("--version")) {
            apt::install(&["debootstrap"], "a clean system to try the package in")?;
        }
        say(format!("making a clean system of {RELEASE}: some minutes"));
        let folder = tempfile::tempdir()?;
        let mut make = Command::new("debootstrap");
        make.args(["--variant=minbase", "--include=ca-certificates,adduser", RELEASE]).arg(folder.path());
        command::run_quietly(make.args(mirror()))?;
        Ok(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in the system.
    fn inside(&self, words: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(self.path()).args(words).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C.UTF-8");
        command
    }

    /// Installs a package, lets its server answer, looks at who may read what, installs it again, and purges it.
    pub(super) fn try_package(&self, package: &Path) -> Result<()> {
        let name = "claviger.deb";
        fs::copy(package, self.path().join(name))?;
        for _ in 0..2 {
            command::run_quietly(&mut self.inside(&["dpkg", "--install", name]))
                .context("it cannot be installed")?;
        }
        self.owned("/etc/claviger/claviger.toml", "640 root claviger")?;
        self.owned("/var/lib/claviger", "700 claviger claviger")?;
        for page in ["usr/share/man/man1/claviger.1.gz", "usr/share/bash-completion/completions/claviger"] {
            ensure!(self.path().join(page).exists(), "{page} is missing");
        }
        self.serve()?;
        self.owned("/var/lib/claviger/master.key", "600 claviger claviger")?;
        command::run_quietly(&mut self.inside(&["dpkg", "--purge", "claviger"]))
            .context("it cannot be purged")?;
        let left: PathBuf = self.path().join("var/lib/claviger/claviger.db");
        ensure!(left.exists(), "the database went with the package");
        ensure!(!self.path().join("usr/bin/claviger").exists(), "the program is left");
        Ok(())
    }

    fn owned(&self, path: &str, expected: &str) -> Result<()> {
        let found = command::run_reading(&mut self.inside(&["stat", "--format", "%a %U %G", path]))?;
        ensure!(found.trim() == expected, "{path} is {}, not {expected}", found.trim());
        Ok(())
    }

    /// Runs the server as its unit does, as far as that goes without systemd.
    fn serve(&self) -> Result<()> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let config = "/etc/claviger/claviger.toml";
        let mut args = vec!["--userspec=claviger:claviger".into(), self.path().into()];
        args.extend(["/usr/bin/claviger", "serve", "--config", config, "--listen", &listen].map(Into::into));
        let mut server = Daemon::spawn(&Spec {
            name: "the installed server".into(),
            program: "chroot".into(),
            args,
            user: None,
            stop_with: StopWith::Terminate,
            folder: self.path().into(),
            log: self.path().join("serve.log"),
        })?;
        let ask = ["/usr/bin/claviger", "health", "--config", config, "--listen", &listen];
        let began = Instant::now();
        while !command::succeeds(&mut self.inside(&ask)) {
            server.check_running()?;
            if began.elapsed() > START_LIMIT {
                bail!(server.complaint("does not become ready"));
            }
            thread::sleep(POLL);
        }
        let ended = server.stop()?;
        ensure!(ended.success(), "the installed server ended with {ended}");
        Ok(())
    }
}

/// Where the system that we run on has its packages from, if it says so; debootstrap knows one otherwise.
fn mirror() -> Option<String> {
    let lists = fs::read_dir("/etc/apt/sources.list.d")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let texts = lists
        .chain([PathBuf::from("/etc/apt/sources.list")])
        .filter_map(|path| fs::read_to_string(path).ok());
    let lines =
        texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>();
    let main = lines.iter().filter(|line| !line.trim_start().starts_with('#') && !line.contains("security"));
    main.flat_map(|line| line.split_whitespace()).find(|word| word.starts_with("http")).map(str::to_owned)
}
