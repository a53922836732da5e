//! The programs in `e2e/clients/npm/`, which are written in JavaScript, and the packages they drive.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::fetch;
use crate::tools::{apt, command, say, workspace_root};

/// The programs, and the list of what they need.
const CLIENTS: &str = "e2e/clients/npm";
/// Where npm's packages are installed.
const FOLDER: &str = "target/e2e/npm";
/// What npm reads; the second names each file by its hash.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// A folder with everything that the programs need.
#[derive(Debug)]
pub struct Node {
    packages: PathBuf,
}

impl Node {
    /// Lets a program drive the server that this file tells about.
    pub fn client(&self, program: &str, given: &Path) -> Command {
        let mut command = Command::new("node");
        command.arg(clients().join(program)).arg(&self.packages).arg(given);
        command
    }
}

fn clients() -> PathBuf {
    workspace_root().join(CLIENTS)
}

/// Installs what is missing. Packages are fetched once, and again when a list of them has changed.
///
/// # Errors
/// When Node or a package cannot be installed.
pub fn prepare() -> Result<Node> {
    install_node()?;
    let packages = workspace_root().join(FOLDER);
    let lists = LISTS.map(|list| fs::read_to_string(clients().join(list)));
    let lists: Vec<String> =
        lists.into_iter().collect::<Result<_, _>>().context("cannot read npm's lists")?;
    let (stamp, wanted) = (packages.join("installed"), lists.concat());
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Node { packages });
    }
    say("installing the npm packages that are driven");
    fs::create_dir_all(&packages).with_context(|| format!("cannot make {}", packages.display()))?;
    for (name, list) in LISTS.iter().zip(&lists) {
        fs::write(packages.join(name), list).with_context(|| format!("cannot write {name}"))?;
    }
    // Only files whose hashes are listed are installed, and nothing of them is run.
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
    fetch::run(install.current_dir(&packages)).context("cannot install the npm packages")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Node { packages })
}

fn install_node() -> Result<()> {
    let there = |program: &str| command::succeeds(Command::new(program).arg("--version"));
    if there("node") && there("npm") {
        return Ok(());
    }
    apt::install(&["nodejs", "npm"], "the end-to-end clients in JavaScript")
}
