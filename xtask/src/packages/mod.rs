//! What is shipped: the program, its packages, and what they are made of.

mod archive;
mod clean_root;
mod crates;
mod deb;
mod deny;
mod image;
mod papers;
mod platforms;
mod twice;

pub use archive::run as archive;
pub use crates::{Options as CratesOptions, run as crates};
pub use deb::{Options as DebOptions, run as deb};
pub use deny::run as deny;
pub use image::run as image;
pub use platforms::run as platforms;
pub use twice::run as twice;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::tools::{cargo, command, say, workspace_root};

/// A tool that cargo installs, and its release.
struct Tool {
    name: &'static str,
    version: &'static str,
    options: &'static [&'static str],
}

/// Makes a Debian package of what cargo has built.
const CARGO_DEB: Tool = Tool { name: "cargo-deb", version: "3.8.0", options: &[] };
/// Lists what a program is made of (CycloneDX).
const CARGO_CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9", options: &[] };
/// Compares licenses, sources and known faults of what a program is made of with `deny.toml`.
const CARGO_DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2", options: &["--no-default-features"] };

impl Tool {
    /// Installs the tool beside cargo unless it is there in some release.
    fn get(&self) -> Result<()> {
        let Self { name, version, options } = self;
        let words = name.trim_start_matches("cargo-");
        if command::succeeds(cargo::cargo().args([words, "--version"])) {
            return Ok(());
        }
        say(format!("installing {name} {version}: it is compiled, some minutes"));
        let mut install = cargo::cargo();
        install.args(["install", name, "--version", version, "--locked"]).args(*options);
        // What it is made of is not among what the workspace has fetched.
        install.env_remove("CARGO_NET_OFFLINE");
        let by_hand = command::describe(&install);
        // What it says may name a private registry, which belongs in no log.
        ensure!(command::succeeds(&mut install), "cannot install {name}: see what `{by_hand}` says");
        Ok(())
    }
}

/// The folder of all that is shipped.
fn folder() -> Result<PathBuf> {
    let folder = workspace_root().join("target/packages");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
