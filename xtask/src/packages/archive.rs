//! `cargo xtask dist --archive`: the program with its papers in one file, as it is offered for downloading.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::{folder, papers};
use crate::dist;
use crate::platform::Platform;
use crate::tools::cargo::{self, Profile};
use crate::tools::{command, say, workspace_root};

/// Builds the program and packs it with manual pages, completions, unit, licenses and the list of its parts. The same
/// sources make the same bytes: names are sorted, times are that of the commit.
///
/// # Errors
/// When it does not build, a tool fails, or a file cannot be written.
pub fn run(platform: Option<Platform>) -> Result<()> {
    let shipped = dist::build(platform)?;
    let name =
        format!("claviger-{}-{}", env!("CARGO_PKG_VERSION"), platform.map_or_else(host, |it| Ok(it.name()))?);
    let all = folder()?;
    let inside = all.join(&name);
    let _ = fs::remove_dir_all(&inside);
    fs::create_dir_all(&inside)?;
    fs::copy(&shipped.program, inside.join("claviger"))?;
    // What runs here; the papers are the same for all platforms.
    let here = if platform.is_some() { cargo::build("claviger", Profile::Dev)? } else { shipped.program };
    papers::write(&here, &inside)?;
    papers::list_parts(&inside)?;
    for paper in
        ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "deploy/systemd/claviger.service"]
    {
        let from = workspace_root().join(paper);
        fs::copy(&from, inside.join(from.file_name().context("a file has a name")?))?;
    }
    let archive = format!("{name}.tar.gz");
    let mut tar = Command::new("tar");
    tar.args(["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rw,go=u-w"]);
    tar.arg(format!("--mtime=@{}", time_of_commit()?))
        .args(["--use-compress-program", "gzip --best --no-name"]);
    tar.args(["--file", &archive, &name]).current_dir(&all);
    command::run(&mut tar)?;
    let mut sum = Command::new("sha256sum");
    let sum = command::run_reading(sum.arg(&archive).current_dir(&all))?;
    fs::write(all.join(format!("{archive}.sha256")), &sum)?;
    say(format!("{}: {}", all.join(&archive).display(), sum.split_whitespace().next().unwrap_or_default()));
    Ok(())
}

/// Unix second of the commit that is built.
pub(super) fn time_of_commit() -> Result<String> {
    let mut git = Command::new("git");
    let time = command::run_reading(git.args(["log", "-1", "--format=%ct"]).current_dir(workspace_root()))?;
    Ok(time.trim().to_owned())
}

/// The platform that rustc builds for.
fn host() -> Result<String> {
    let told = command::run_reading(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names its host")?.to_owned())
}
