//! Packages of the distribution (Debian, Ubuntu), installed when a chore misses them.

use std::io::{IsTerminal, stdin};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::process::geteuid;

use super::{command, say};

/// Installs packages, quietly; the output is shown only when it fails.
///
/// # Errors
/// When there is no apt-get, we are neither root nor allowed to use sudo, or apt-get fails. The
/// message names the packages to install by hand.
pub fn install(packages: &[&str], what_for: &str) -> Result<()> {
    let list = packages.join(" ");
    say(format!("installing {list} with apt-get: needed for {what_for}; it may take a minute"));
    let by_hand = || format!("please install these packages yourself: {list}");
    if !command::succeeds(Command::new("apt-get").arg("--version")) {
        return Err(anyhow::anyhow!("there is no apt-get on this system")).with_context(by_hand);
    }
    // The package lists of a fresh system are empty or old: only then they are worth fetching.
    if try_install(packages).is_ok() {
        return Ok(());
    }
    command::run_quietly(apt_get()?.arg("update")).with_context(by_hand)?;
    try_install(packages).with_context(by_hand)
}

fn try_install(packages: &[&str]) -> Result<()> {
    let mut command = apt_get()?;
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    command::run_quietly(&mut command).map(drop)
}

/// `apt-get`, through sudo unless we are root.
fn apt_get() -> Result<Command> {
    let environment = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"];
    let mut command = if geteuid().is_root() {
        Command::new("env")
    } else if command::succeeds(Command::new("sudo").arg("--version")) {
        let mut sudo = Command::new("sudo");
        if !stdin().is_terminal() {
            sudo.arg("--non-interactive");
        }
        sudo.arg("env");
        sudo
    } else {
        bail!("installing packages needs root or sudo");
    };
    command.args(environment).args(["apt-get", "--quiet=2"]);
    Ok(command)
}
