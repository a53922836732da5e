//! `cargo xtask test`: every test of the workspace, with both databases.

use std::{env, thread};

use anyhow::{Context, Result};

use crate::postgres::Cluster;
use crate::tools::{cargo, command, say};

/// The variable that tells the tests where PostgreSQL is. Tests that need it fail without it.
const POSTGRES: &str = "CLAVIGER_TEST_POSTGRES";

/// The variable that tells nextest how many tests run at once.
const THREADS: &str = "NEXTEST_TEST_THREADS";

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
        if env::var_os(THREADS).is_none() {
            tests.env(THREADS, threads().to_string());
        }
    } else {
        say("cargo-nextest is not installed; using cargo test");
        tests.args(["test", "--workspace"]);
    }
    say("compiling the tests: some 300 crates the first time, a few minutes; then running them, a few more");
    command::run(tests.args(args).env(POSTGRES, cluster.url())).context("a test failed")
}

/// Twice as many as there are processors: many tests wait, for a server to start or for a database.
fn threads() -> usize {
    2 * thread::available_parallelism().map_or(1, usize::from)
}

fn has_nextest() -> bool {
    command::succeeds(cargo::cargo().args(["nextest", "--version"]))
}
