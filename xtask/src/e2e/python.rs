//! The programs in `e2e/clients/`, which are written in Python, and the packages they need.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context, Result};

use super::fetch;
use crate::tools::{apt, command, say, workspace_root};

/// The programs, and lists of what they need.
const CLIENTS: &str = "e2e/clients";
/// Where Python's packages are installed.
const FOLDER: &str = "target/e2e/python";
/// Packages that are driven. Some share the name of their module, so each has a folder of its own.
const PUBLISHED: [&str; 5] = ["keyauth", "keyauthy", "keyauth-ru", "schemathesis", "moto"];

/// A Python with everything that the programs need.
#[derive(Debug)]
pub struct Python {
    program: PathBuf,
    packages: PathBuf,
}

impl Python {
    /// Runs one of the programs.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        // Leaves nothing between the sources, and takes nothing from the user's own packages.
        command.args(["-B", "-s"]).arg(clients().join(name)).env("PYTHONUTF8", "1");
        command
    }

    /// Runs a line of Python with one of the packages; arguments can follow.
    pub fn tool(&self, package: &str, line: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["-B", "-s", "-c", line]).env("PYTHONUTF8", "1");
        command.env("PYTHONPATH", self.packages.join(package));
        command
    }

    /// Lets a group of programs drive the server that this file tells about.
    pub fn client(&self, group: &str, given: &Path) -> Command {
        self.client_of(group, group, given)
    }

    /// As [`Python::client`], for a group that is not called as the package that it drives.
    pub fn client_of(&self, package: &str, group: &str, given: &Path) -> Command {
        let mut command = self.script("run.py");
        command.arg(group).arg(given).env("PYTHONPATH", self.packages.join(package));
        command
    }
}

fn clients() -> PathBuf {
    workspace_root().join(CLIENTS)
}

/// Installs what is missing. Packages are fetched once, and again when a list of them has changed.
///
/// # Errors
/// When Python or a package cannot be installed.
pub fn prepare() -> Result<Python> {
    let folder = workspace_root().join(FOLDER);
    let python = Python { program: folder.join("venv/bin/python"), packages: folder.join("packages") };
    let (stamp, wanted) = (folder.join("installed"), wanted()?);
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && command::succeeds(Command::new(&python.program).arg("--version"))
    {
        return Ok(python);
    }
    install_python()?;
    say("installing the Python packages that the clients need");
    remove(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut venv = Command::new("python3");
    fetch::run(venv.args(["-m", "venv"]).arg(folder.join("venv")))
        .context("cannot make a Python environment")?;
    fetch::run(pip(&python).arg("--requirement").arg(clients().join("requirements.txt")))
        .context("cannot install the Python packages")?;
    for package in PUBLISHED {
        let mut install = pip(&python);
        install.arg("--requirement").arg(list_of(package));
        fetch::run(install.arg("--target").arg(python.packages.join(package)))
            .with_context(|| format!("cannot install the Python package {package}"))?;
    }
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(python)
}

/// The lists of packages, all in one text.
fn wanted() -> Result<String> {
    let lists = [clients().join("requirements.txt")].into_iter().chain(PUBLISHED.map(list_of));
    let texts = lists
        .map(|list| fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display())));
    texts.collect()
}

fn list_of(package: &str) -> PathBuf {
    clients().join("packages").join(format!("{package}.txt"))
}

/// Only files whose hashes are listed are installed, and none is built.
fn pip(python: &Python) -> Command {
    let mut command = Command::new(&python.program);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    command.args(["--no-deps", "--require-hashes", "--only-binary", ":all:"]);
    command
}

/// Debian has the module that makes environments in a package of its own.
fn install_python() -> Result<()> {
    if command::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
        return Ok(());
    }
    apt::install(&["python3", "python3-venv"], "the end-to-end clients in Python")
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
