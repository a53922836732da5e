//! The programs in `e2e/dashboard/`, which drive Chromium and start the servers that they need.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{chromium, node};
use crate::postgres::Cluster;
use crate::tools::{command, say, workspace_root};

/// What is left of a walk that failed: the page and a picture of it.
const LEFT: &str = "target/e2e/dashboard-failures";
/// What hangs must not look like a slow machine: on two busy cores all walks take a third of this.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// Walks through the dashboard; of those named so, or all.
///
/// # Errors
/// When something cannot be installed, or a step fails.
pub fn walk(claviger: &Path, walks: &[String]) -> Result<()> {
    let cluster = Cluster::start()?;
    say("people walk through the dashboard in Chromium");
    let left = workspace_root().join(LEFT);
    let told = json!({ "postgres": cluster.url(), "walks": walks, "left": left });
    run("run.mjs", claviger, told)
        .with_context(|| format!("a walk through the dashboard failed; what it saw is in {LEFT}"))?;
    cluster.stop()
}

/// Runs one of the programs, which is told where things are, and besides what it is `told`.
///
/// # Errors
/// When something cannot be installed, or the program fails.
pub fn run(program: &str, claviger: &Path, mut told: Value) -> Result<()> {
    let chromium = chromium::find_or_install()?;
    let node = node::prepare(&node::DASHBOARD)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    told["claviger"] = json!(claviger);
    told["chromium"] = json!(chromium);
    told["folder"] = json!(folder.path());
    let given = folder.path().join("given.json");
    fs::write(&given, told.to_string()).with_context(|| format!("cannot write {}", given.display()))?;
    command::run_at_most(&mut command::without_proxies(node.program(program, &given)), LIMIT)?;
    folder.close().context("cannot remove the temporary folder of the walks")
}
