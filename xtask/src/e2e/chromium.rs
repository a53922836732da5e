//! The distribution's Chromium.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::{apt, command};

/// Names a browser of one's own: Chromium, or Chrome.
const VARIABLE: &str = "CLAVIGER_CHROMIUM";
/// What browsers that can be driven are called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The program of the browser, installed where there is none.
///
/// # Errors
/// When none is there and none can be installed.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        if !runs(&named) {
            bail!("{VARIABLE} names {}, which does not start", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if is_ubuntu() {
        // Its package only fetches a snap, which needs a running snapd and hides the folders it is given.
        bail!("Ubuntu has no Chromium but a snap: install one, or Google Chrome, and name it in {VARIABLE}");
    }
    apt::install(&["chromium"], "the walks through the dashboard")?;
    find().context("the package chromium brought no program that starts")
}

/// Its full path: who drives it does not look through `PATH`.
fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.filter(|program| program.is_file()).find(runs)
}

/// A placeholder that leads to a snap fails here.
fn runs(program: &PathBuf) -> bool {
    command::succeeds(Command::new(program).arg("--version"))
}

fn is_ubuntu() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=ubuntu")
}
