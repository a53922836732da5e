//! What comes along with the program: manual pages, completions, and the list of what it is made of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::CARGO_CYCLONEDX;
use crate::tools::{cargo, command, workspace_root};

/// The shells and the names of their completions' files.
const SHELLS: [(&str, &str); 3] =
    [("bash", "claviger.bash"), ("zsh", "_claviger"), ("fish", "claviger.fish")];

/// Writes manual pages, compressed as distributions have them, and completions into a folder that is made anew.
///
/// # Errors
/// When the program or gzip fails, or the folder cannot be written.
pub(super) fn write(program: &Path, folder: &Path) -> Result<()> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for folder in [&man, &completions] {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    command::run(Command::new(program).arg("man").arg(&man))?;
    for page in fs::read_dir(&man)? {
        command::run(Command::new("gzip").args(["--best", "--no-name"]).arg(page?.path()))?;
    }
    for (shell, name) in SHELLS {
        let script = command::run_reading(Command::new(program).args(["completions", shell]))?;
        fs::write(completions.join(name), script)?;
    }
    Ok(())
}

/// Lists what the program is made of (CycloneDX, JSON); returns the file.
///
/// # Errors
/// When the tool is missing and cannot be installed, or fails.
pub(super) fn list_parts(folder: &Path) -> Result<PathBuf> {
    CARGO_CYCLONEDX.get()?;
    let name = "claviger.cdx";
    let mut list = cargo::cargo();
    list.args(["cyclonedx", "--manifest-path", "crates/claviger/Cargo.toml", "--format", "json"]);
    list.args(["--spec-version", "1.5", "--all", "--no-build-deps", "--override-filename", name]);
    command::run_quietly(&mut list)?;
    // It writes one beside each manifest of the workspace.
    let to = folder.join(format!("{name}.json"));
    for manifest in
        workspace_root().join("crates").read_dir()?.chain(workspace_root().join("xtask").read_dir()?)
    {
        let made = manifest?.path().join(format!("{name}.json"));
        if made.ends_with("claviger/claviger.cdx.json") {
            fs::copy(&made, &to).with_context(|| format!("cannot copy {}", made.display()))?;
        }
        let _ = fs::remove_file(made);
    }
    let _ = fs::remove_file(workspace_root().join(format!("xtask/{name}.json")));
    Ok(to)
}
