//! `cargo xtask CHORE`: the command line of the chores.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::tools::interrupt;
use xtask::{bench, ci, dist, e2e, fuzz, openapi, packages, screenshots, siege, test};

/// The project's own chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run every test of the workspace against SQLite and a private PostgreSQL cluster
    Test(test::Options),
    /// Drive demo servers with published client libraries and with programs written by hand
    E2e(e2e::Options),
    /// Feed what reads and writes texts of strangers with generated inputs
    Fuzz(fuzz::Options),
    /// Measure the release server beside a bare handler and print a table
    Bench(bench::Options),
    /// Attack the server on loopback, each time with an honest client of another tenant beside it
    Siege(siege::Options),
    /// Take pictures of every page of the dashboard, wide and narrow, light and dark
    Screenshots(screenshots::Options),
    /// Write docs/openapi.json, the description of the APIs, anew
    Openapi,
    /// Build the program as it is shipped, with its line tables in a file beside it
    Dist(dist::Options),
    /// Make the Debian package
    Deb(packages::DebOptions),
    /// Build the container image on clean systems, and let its server answer; needs root
    Image,
    /// Build the program for ARM, and static ones, in a clean system, and let each serve; needs root
    Platforms,
    /// Pack the program's crates as the registry would take them, and build them from that
    Crates(packages::CratesOptions),
    /// Compare licenses, sources and known faults of all dependencies with deny.toml
    Deny,
    /// Check formatting and lints, then run `crates --no-build`, `deny`, `fuzz`, `e2e`, `siege` and `test`
    Ci,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::watch();
    interrupt::exit_code(match &cli.chore {
        Chore::Test(options) => test::run(options),
        Chore::E2e(options) => e2e::run(options),
        Chore::Fuzz(options) => fuzz::run(options),
        Chore::Bench(_) => bench::run(),
        Chore::Siege(_) => siege::run(),
        Chore::Screenshots(options) => screenshots::run(options),
        Chore::Openapi => openapi::run(),
        Chore::Dist(options) => dist::run(options),
        Chore::Deb(options) => packages::deb(options),
        Chore::Image => packages::image(),
        Chore::Platforms => packages::platforms(),
        Chore::Crates(options) => packages::crates(options),
        Chore::Deny => packages::deny(),
        Chore::Ci => ci::run(),
    })
}
