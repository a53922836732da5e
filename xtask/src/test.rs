//! `cargo xtask test`: every test of the workspace, with both databases.

use anyhow::{Context, Result};

use crate::postgres::Cluster;
use crate::tools::{cargo, command, say};

/// The variable that tells the tests where PostgreSQL is. Tests that need it fail without it.
const POSTGRES: &str = "CLAVIGER_TEST_POSTGRES";

/// What to run.
#[derive(Debug, Default, clap::Args)]
pub struct Options {
    /// Given to nextest (or `cargo test`) as they are: names of tests, flags
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
    let mut tests = cargo::cargo();
    if has_nextest() {
        tests.args(["nextest", "run", "--workspace"]);
    } else {
        say("cargo-nextest is not installed; using cargo test");
        tests.args(["test", "--workspace"]);
    }
    say("compiling the tests: some 300 crates the first time, a few minutes; then running them, a few more");
    command::run(tests.args(args).env(POSTGRES, cluster.url())).context("a test failed")
}

fn has_nextest() -> bool {
    command::succeeds(cargo::cargo().args(["nextest", "--version"]))
}
