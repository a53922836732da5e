//! `cargo xtask image`: the container image, built as its Dockerfile says and tried without a container engine.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::clean_root::{CleanRoot, Serving};
use crate::tools::{apt, cargo, command, say, workspace_root};

/// The image.
const IMAGE: &str = "localhost/claviger";
/// Whom it runs as.
const USER: &str = "10001:10001";
/// Where its data lies.
const DATA: &str = "var/lib/claviger";

/// Builds the image on clean systems in place of those that a registry of images would give, and lets its server answer
/// where nothing but its data can be written. Needs root.
///
/// # Errors
/// When it does not build, a tool is missing and cannot be installed, or the image does not do what it should.
pub fn run() -> Result<()> {
    let images = Images::new()?;
    images.keep(&CleanRoot::make(&["ca-certificates"])?, "localhost/base", &[])?;
    let builder = CleanRoot::make(&["ca-certificates", "gcc", "libc6-dev", "make"])?;
    give_toolchain(builder.path())?;
    let settings = ["--env", "CARGO_HOME=/cargo", "--env", "CARGO_NET_OFFLINE=true"];
    images.keep(&builder, "localhost/builder", &settings)?;
    drop(builder);

    say("building the image: many minutes");
    let mut build = images.buildah("build");
    build.args(["--isolation", "chroot", "--format", "docker", "--pull-never"]);
    build.args(["--build-arg", "BUILDER=localhost/builder", "--build-arg", "BASE=localhost/base"]);
    build.args(["--file", "deploy/container/Dockerfile", "--tag", IMAGE, "."]);
    command::run(build.current_dir(workspace_root()))?;
    images.compare_settings()?;
    images.serve()?;
    say("the image was built, served with nothing but its data to write to, and told its health");
    Ok(())
}

/// Lays the toolchain that we are built with, and the libraries that were fetched, into a system.
fn give_toolchain(system: &Path) -> Result<()> {
    let sysroot = command::run_reading(Command::new("rustc").args(["--print", "sysroot"]))?;
    copy(&Path::new(sysroot.trim()).join("."), &system.join("usr/local"))?;
    give_libraries(system)
}

/// Lays the libraries that were fetched into a system, as `/cargo`.
pub(super) fn give_libraries(system: &Path) -> Result<()> {
    let (home, cargo) = (cargo::home()?, system.join("cargo"));
    fs::create_dir_all(&cargo)?;
    // With the settings, which may name where libraries come from: they are found by that.
    for part in
        ["registry", "config.toml", "config"].map(|part| home.join(part)).iter().filter(|part| part.exists())
    {
        copy(part, &cargo)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    command::run_quietly(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}

/// A store of images, gone with this.
struct Images {
    folder: TempDir,
}

impl Drop for Images {
    fn drop(&mut self) {
        // The store is mounted onto itself; without that the folder could not go.
        let overlay = self.folder.path().join("root/overlay");
        let _ = command::run_quietly(Command::new("umount").arg("--lazy").arg(overlay));
    }
}

impl Images {
    fn new() -> Result<Self> {
        if !command::succeeds(Command::new("buildah").arg("--version")) {
            apt::install(&["buildah"], "what builds the image")?;
        }
        // Not where a system may keep its temporary files in memory: it holds some gigabytes.
        let folder = tempfile::Builder::new().prefix("images-").tempdir_in(super::folder()?)?;
        Ok(Self { folder })
    }

    fn buildah(&self, word: &str) -> Command {
        let mut command = Command::new("buildah");
        command.arg("--root").arg(self.folder.path().join("root"));
        command.arg("--runroot").arg(self.folder.path().join("run")).arg(word);
        command
    }

    /// Makes an image of a system.
    fn keep(&self, system: &CleanRoot, name: &str, settings: &[&str]) -> Result<()> {
        let container = command::run_reading(self.buildah("from").arg("scratch"))?;
        let container = container.trim();
        command::run_quietly(self.buildah("copy").args([
            container,
            &system.path().display().to_string(),
            "/",
        ]))?;
        let path = ["--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
        command::run_quietly(self.buildah("config").args(path).args(settings).arg(container))?;
        command::run_quietly(self.buildah("commit").args(["--rm", container, name])).map(drop)
    }

    /// What engines and orchestrators read from it.
    fn compare_settings(&self) -> Result<()> {
        let told = command::run_reading(self.buildah("inspect").args(["--type", "image", IMAGE]))?;
        let told: Value = serde_json::from_str(&told)?;
        let settings = &told["Docker"]["config"];
        for (name, expected) in [
            ("User", Value::from(USER)),
            ("Entrypoint", Value::from(vec!["claviger"])),
            ("Cmd", Value::from(vec!["serve"])),
            ("StopSignal", Value::from("SIGTERM")),
        ] {
            ensure!(settings[name] == expected, "the image's {name} is {}, not {expected}", settings[name]);
        }
        let health = &settings["Healthcheck"]["Test"];
        ensure!(
            *health == Value::from(vec!["CMD", "claviger", "health"]),
            "it is asked for its health by {health}"
        );
        Ok(())
    }

    /// Starts it as an engine does that lets nothing but the data be written.
    fn serve(&self) -> Result<()> {
        let container = command::run_reading(self.buildah("from").args(["--pull-never", IMAGE]))?;
        let mounted = command::run_reading(self.buildah("mount").arg(container.trim()))?;
        let root = Path::new(mounted.trim());
        let data = self.folder.path().join("data");
        command::run_quietly(
            Command::new("install").args(["-d", "-m", "0700", "-o", "10001", "-g", "10001"]).arg(&data),
        )?;
        let prepare = format!(
            "mount --bind {root} {root} && mount --bind {data} {root}/{DATA} && mount -o remount,ro,bind {root} && exec \"$@\"",
            root = root.display(),
            data = data.display(),
        );
        let around = ["unshare", "--mount", "sh", "-c", &prepare, "sh"].map(str::to_owned);
        let serving = Serving {
            around: &around,
            user: USER,
            program: &["/usr/local/bin/claviger"],
            settings: &["--data-dir", "/var/lib/claviger"],
        };
        serving.answers(root, &self.folder.path().join("serve.log"))?;
        let key = data.join("master.key");
        ensure!(key.exists(), "it keeps no master key in its volume");
        command::run_quietly(self.buildah("umount").arg(container.trim())).map(drop)
    }
}
