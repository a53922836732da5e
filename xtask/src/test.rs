//! `cargo xtask test`: every test of the workspace, with both databases.

use std::process::Command;

use anyhow::{Context, Result};

use crate::postgres::Cluster;
use crate::tools::{cargo, command, say};

/// The variable that tells the tests where PostgreSQL is. Tests that need it fail without it.
const POSTGRES: &str = "CLAVIGER_TEST_POSTGRES";

/// What to run.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Given to nextest (or `cargo test`) as they are: names of tests, flags. Doc tests are left
    /// out then
    #[arg(last = true)]
    pub args: Vec<String>,
}

/// Runs the tests with a private PostgreSQL cluster, which is removed in every case.
///
/// # Errors
/// When a test fails, the cluster cannot be made, or on Ctrl-C.
pub fn run(options: &Options) -> Result<()> {
    let cluster = Cluster::start()?;
    run_tests(&cluster, &options.args)?;
    cluster.stop()
}

fn run_tests(cluster: &Cluster, args: &[String]) -> Result<()> {
    // Doc tests come first: the summary that counts should be the last thing on the screen.
    if args.is_empty() {
        say("running the doc tests");
        let mut docs = cargo::cargo();
        docs.args(["test", "--doc", "--workspace", "--quiet"]);
        run_with(cluster, &mut docs).context("a doc test failed")?;
    }
    let mut tests = cargo::cargo();
    if has_nextest() {
        tests.args(["nextest", "run", "--workspace"]).args(args);
    } else {
        say("cargo-nextest is not installed; using cargo test");
        tests.args(["test", "--workspace", "--all-targets"]).args(args);
    }
    run_with(cluster, &mut tests).context("a test failed")
}

fn run_with(cluster: &Cluster, command: &mut Command) -> Result<()> {
    command::run(command.env(POSTGRES, cluster.url()))
}

fn has_nextest() -> bool {
    command::succeeds(cargo::cargo().args(["nextest", "--version"]))
}
