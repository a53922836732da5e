//! Programs of `e2e/` that are written in JavaScript, and the packages they need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::fetch;
use crate::tools::{apt, command, say, workspace_root};

/// A folder of programs.
#[derive(Debug)]
pub struct Programs {
    /// Where they are, and the lists of what they need.
    sources: &'static str,
    /// Where npm's packages are installed.
    packages: &'static str,
}

/// Drives the published npm packages.
pub const CLIENTS: Programs = Programs { sources: "e2e/clients/npm", packages: "target/e2e/npm" };
/// Drives Chromium through the dashboard.
pub const DASHBOARD: Programs = Programs { sources: "e2e/dashboard", packages: "target/e2e/dashboard" };

/// What npm reads; the second names each file by its hash.
const LISTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Programs with everything that they need.
#[derive(Debug)]
pub struct Node {
    sources: PathBuf,
    packages: PathBuf,
}

impl Node {
    /// Runs a program; it is told where the packages are, and what this file says.
    pub fn program(&self, program: &str, given: &Path) -> Command {
        let mut command = Command::new("node");
        command.arg(self.sources.join(program)).arg(&self.packages).arg(given);
        command
    }
}

/// Installs what is missing. Packages are fetched once, and again when a list of them has changed.
///
/// # Errors
/// When Node or a package cannot be installed.
pub fn prepare(programs: &Programs) -> Result<Node> {
    install_node()?;
    let [sources, packages] =
        [programs.sources, programs.packages].map(|folder| workspace_root().join(folder));
    let lists = LISTS.map(|list| fs::read_to_string(sources.join(list)));
    let lists: Vec<String> =
        lists.into_iter().collect::<Result<_, _>>().context("cannot read npm's lists")?;
    let (stamp, wanted) = (packages.join("installed"), lists.concat());
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(Node { sources, packages });
    }
    say(format!("installing the npm packages that {} needs", programs.sources));
    fs::create_dir_all(&packages).with_context(|| format!("cannot make {}", packages.display()))?;
    for (name, list) in LISTS.iter().zip(&lists) {
        fs::write(packages.join(name), list).with_context(|| format!("cannot write {name}"))?;
    }
    // Only files whose hashes are listed are installed, and nothing of them is run.
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
    fetch::run(install.current_dir(&packages)).context("cannot install the npm packages")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(Node { sources, packages })
}

fn install_node() -> Result<()> {
    let there = |program: &str| command::succeeds(Command::new(program).arg("--version"));
    if there("node") && there("npm") {
        return Ok(());
    }
    apt::install(&["nodejs", "npm"], "the end-to-end clients in JavaScript")
}
