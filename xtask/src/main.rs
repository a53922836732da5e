//! The project's own chores, run as `cargo xtask CHORE`.
//!
//! | chore | what it does |
//! |---|---|
//! | `test` | every test of the workspace, with a private PostgreSQL cluster |
//! | `e2e` | the published client library against a running server |
//! | `bench` | throughput, latency, memory, beside a bare handler as the ceiling |
//! | `ci` | formatting, lints, `e2e` and `test`: what a change must pass |
//!
//! What a chore needs from the system (PostgreSQL, wrk, OpenSSL's headers) it installs itself on
//! Debian and Ubuntu, as root or through sudo.

mod bench;
mod ci;
mod e2e;
mod postgres;
mod server;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::tools::interrupt;

/// Exit status of a program that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

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
    /// Drive a demo server with the published client library `keyauth` and with raw API 1.3
    E2e,
    /// Measure the release server beside a bare handler and print a table
    Bench(bench::Options),
    /// Check formatting and lints, then run `e2e` and `test`
    Ci,
    /// Serve one fixed reply: the ceiling that `bench` compares with
    #[command(hide = true)]
    Bare(bench::bare::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::watch();
    let outcome = match &cli.chore {
        Chore::Test(options) => test::run(options),
        Chore::E2e => e2e::run(),
        Chore::Bench(options) => bench::run(options),
        Chore::Ci => ci::run(),
        Chore::Bare(options) => bench::bare::run(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if interrupt::requested() => {
            eprintln!("interrupted: {error:#}");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
