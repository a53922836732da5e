//! `cargo xtask screenshots`: pictures of the dashboard, for people to look at.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::json;

use crate::e2e::browser;
use crate::tools::cargo::{self, Profile};
use crate::tools::{say, workspace_root};

/// Where the pictures go unless told otherwise.
const FOLDER: &str = "target/screenshots";
/// Where README has its pictures.
const README: &str = "docs/images";

/// What to take pictures of.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where to put them
    #[arg(long, value_name = "FOLDER", default_value = FOLDER)]
    folder: PathBuf,
    /// Only pages with this in their name; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Renew the pictures in README as well
    #[arg(long)]
    readme: bool,
}

/// Furnishes a demo server, and takes a picture of each page: 1280 and 400 pixels wide, light and dark.
///
/// # Errors
/// When something cannot be built or installed, or a page cannot be shown.
pub fn run(options: &Options) -> Result<()> {
    let claviger = cargo::build("claviger", Profile::Dev)?;
    let folder = workspace_root().join(&options.folder);
    let readme = options.readme.then(|| workspace_root().join(README));
    let told = json!({ "pictures": folder, "only": options.only, "readme": readme });
    browser::run("screenshots.mjs", &claviger, told).context("cannot take the pictures")?;
    say(format!("the pictures are in {}", folder.display()));
    Ok(())
}
