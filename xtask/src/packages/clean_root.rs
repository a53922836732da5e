//! A clean Debian in a folder, to try a package in.

use std::ffi::OsString;
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
/// Where programs are in it.
const PATH: &str = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long the server may take to be ready.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often it is asked.
const POLL: Duration = Duration::from_millis(100);

/// The system; gone with this.
pub(super) struct CleanRoot {
    folder: TempDir,
}

impl CleanRoot {
    /// Makes it from the distribution's packages, with these beside the least that there is.
    pub(super) fn make(packages: &[&str]) -> Result<Self> {
        Self::make_of(RELEASE, packages)
    }

    /// Makes one of another release, which has packages of another architecture too (`name:arm64`).
    pub(super) fn make_mixed(release: &str, architecture: &str, packages: &[&str]) -> Result<Self> {
        let made = Self::make_of(release, &["ca-certificates"])?;
        // A mirror may be some weeks behind a release that changes each day.
        fs::write(made.path().join("etc/apt/apt.conf.d/90old"), "Acquire::Check-Valid-Until \"false\";\n")?;
        command::run_quietly(&mut made.inside(&["dpkg", "--add-architecture", architecture]))?;
        command::run_quietly(&mut made.inside(&["apt-get", "update"]))?;
        let install = ["apt-get", "install", "--yes", "--no-install-recommends"];
        command::run_quietly(&mut made.inside(&[&install, packages].concat()))?;
        Ok(made)
    }

    fn make_of(release: &str, packages: &[&str]) -> Result<Self> {
        ensure!(rustix::process::geteuid().is_root(), "a clean system is made by root only");
        if !command::succeeds(Command::new("debootstrap").arg("--version")) {
            apt::install(&["debootstrap"], "a clean system to try the package in")?;
        }
        say(format!("making a clean system of {release}: some minutes"));
        let folder = tempfile::tempdir()?;
        let mut make = Command::new("debootstrap");
        let include = format!("--include={}", packages.join(","));
        make.args(["--variant=minbase", &include, release]).arg(folder.path());
        command::run_quietly(make.args(mirror()))?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn inside(&self, words: &[&str]) -> Command {
        inside(self.path(), words)
    }

    /// A command in the system that wants to know of its own process, as compilers do.
    pub(super) fn compiling(&self, words: &[&str]) -> Command {
        let root = self.path().display();
        let prepare = format!("mount -t proc proc {root}/proc && exec chroot {root} \"$@\"");
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", &prepare, "sh"]).args(words);
        command.env_clear().env("PATH", PATH);
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
        let serving = Serving {
            around: &[],
            user: "claviger:claviger",
            program: &["/usr/bin/claviger"],
            settings: &["--config", "/etc/claviger/claviger.toml"],
        };
        serving.answers(self.path(), &self.path().join("serve.log"))
    }
}

/// How a server is started in a system.
pub(super) struct Serving<'a> {
    /// The command that starts it, if it needs one.
    pub(super) around: &'a [String],
    /// User and group that it runs as.
    pub(super) user: &'a str,
    /// The program, in the system, with what it is started by before it.
    pub(super) program: &'a [&'a str],
    /// Settings that `serve` and `health` are given.
    pub(super) settings: &'a [&'a str],
}

impl Serving<'_> {
    /// Starts it in the system `root`, waits until it says that it is well, and stops it.
    pub(super) fn answers(&self, root: &Path, log: &Path) -> Result<()> {
        let listen = format!("127.0.0.1:{}", free_port()?);
        let mut server = self.start(root, log, &listen)?;
        let ask = || {
            let mut ask = inside(root, &[self.program, &["health", "--listen", &listen]].concat());
            ask.args(self.settings);
            ask
        };
        let began = Instant::now();
        while !command::succeeds(&mut ask()) {
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

    fn start(&self, root: &Path, log: &Path, listen: &str) -> Result<Daemon> {
        let mut words: Vec<OsString> = self.around.iter().map(OsString::from).collect();
        words.extend(["chroot".into(), format!("--userspec={}", self.user).into(), root.into()]);
        words.extend(self.program.iter().chain(&["serve", "--listen", listen]).map(OsString::from));
        words.extend(self.settings.iter().map(OsString::from));
        let program = words.remove(0);
        Daemon::spawn(&Spec {
            name: "the installed server".into(),
            program: program.into(),
            args: words,
            user: None,
            stop_with: StopWith::Terminate,
            folder: root.into(),
            log: log.into(),
        })
    }
}

/// A command in the system `root`.
fn inside(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("chroot");
    command.arg(root).args(words).env_clear().env("PATH", PATH);
    command.env("DEBIAN_FRONTEND", "noninteractive").env("LC_ALL", "C.UTF-8");
    command
}

/// Where the system that we run on has its packages from, if it says so; debootstrap knows one otherwise.
fn mirror() -> Option<String> {
    let lists = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten();
    let lists = lists.filter_map(|entry| Some(entry.ok()?.path()));
    let used = lists.filter(|path| path.extension().is_some_and(|end| end == "list" || end == "sources"));
    let texts = used.chain([PathBuf::from("/etc/apt/sources.list")]);
    texts.filter_map(|path| fs::read_to_string(path).ok()).find_map(|text| distribution(&text))
}

/// The address in a list of sources that is the distribution's own: others may be there, and have other packages.
fn distribution(list: &str) -> Option<String> {
    let used = list.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut words = used.flat_map(str::split_whitespace).filter(|word| word.starts_with("http"));
    words.find(|word| word.trim_end_matches('/').ends_with("/debian")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::distribution;

    #[test]
    fn the_distributions_own_address_is_taken() {
        for (list, expected) in [
            (
                "Types: deb\nURIs: http://a.example/debian-security\n\nURIs: http://b.example/debian\n",
                Some("http://b.example/debian"),
            ),
            (
                "# deb http://a.example/debian bookworm main\ndeb https://c.example/node_20.x nodistro main\n",
                None,
            ),
            ("deb [arch=amd64] https://d.example/debian/ bookworm main\n", Some("https://d.example/debian/")),
            ("", None),
        ] {
            assert_eq!(distribution(list).as_deref(), expected, "{list}");
        }
    }
}
