//! Cargo, as this workspace uses it.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{command, say, workspace_root};

/// Where cargo puts what it builds of the workspace.
pub fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace_root().join("target"), PathBuf::from)
}

/// Where cargo keeps the libraries that it fetched.
///
/// # Errors
/// When the environment tells of no such folder and no home.
pub fn home() -> Result<PathBuf> {
    if let Some(home) = env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    Ok(PathBuf::from(env::var_os("HOME").context("HOME names a folder")?).join(".cargo"))
}

/// How a program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build.
    Dev,
    /// Fast to run, and not too slow to build.
    Release,
    /// As it is shipped.
    Dist,
}

/// A cargo command in the workspace's folder.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace_root());
    command
}

/// One line of `cargo build --message-format=json`.
#[derive(Debug, Deserialize)]
struct Message {
    reason: String,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
}

/// Builds a program of the workspace and returns its file. What cargo says meanwhile is shown.
///
/// # Errors
/// When it does not build (cargo says why) or the package has no program of its own name.
pub fn build(package: &str, profile: Profile) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--bin", package, "--message-format=json-render-diagnostics"]);
    match profile {
        // With all crates and some test cargo picks the same features as for all tests. So these need not compile
        // again what the program consists of, nor the other way round.
        Profile::Dev => command.args(["--workspace", "--test", "order"]),
        Profile::Release => command.args(["--package", package, "--release"]),
        Profile::Dist => command.args(["--package", package, "--profile", "dist"]),
    };
    say(match profile {
        Profile::Dev => format!("building {package}: some 300 crates the first time, a few minutes"),
        Profile::Release => format!("building {package} for release: some minutes the first time"),
        Profile::Dist => format!("building {package} to be shipped: many minutes the first time"),
    });
    let printed = command::run_reading(&mut command)?;
    executable(&printed, package)
        .with_context(|| format!("cargo built no program named {package}; is it in the workspace?"))
}

/// Builds a program of the workspace that carries out a chore, and becomes it. It reads the chore's command line again.
///
/// # Errors
/// When it does not build or cannot be started.
pub fn become_program(package: &str, profile: Profile) -> Result<()> {
    let program = build(package, profile)?;
    let error = Command::new(&program).args(env::args_os().skip(2)).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// The file of the program `name` in cargo's messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let ours = messages.filter(|message| message.reason == "compiler-artifact");
    ours.filter(|message| message.target.as_ref().is_some_and(|target| target.name == name))
        .filter_map(|message| message.executable)
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"anyhow"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"claviger"},"executable":"/t/debug/claviger"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "claviger"), Some(PathBuf::from("/t/debug/claviger")));
        assert_eq!(executable(messages, "xtask"), None);
    }
}
