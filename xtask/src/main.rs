//! The project's own chores, run as `cargo xtask CHORE`.
//!
//! | chore | what it does |
//! |---|---|
//! | `test` | every test of the workspace, with a private PostgreSQL cluster |
//! | `e2e` | published and hand-written clients against running servers |
//! | `fuzz` | generated inputs for what reads and writes texts of strangers |
//! | `bench` | throughput, latency, memory, beside a bare handler as the ceiling |
//! | `openapi` | writes `docs/openapi.json`, the description of the APIs, anew |
//! | `ci` | formatting, lints, `fuzz`, `e2e` and `test`: what a change must pass |
//!
//! What a chore needs from the system (PostgreSQL, wrk, OpenSSL's headers, Python) it installs itself on
//! Debian and Ubuntu, as root or through sudo.

mod bench;
mod ci;
mod e2e;
mod fuzz;
mod openapi;
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
    /// Drive demo servers with published client libraries and with programs written by hand
    E2e(e2e::Options),
    /// Feed what reads and writes texts of strangers with generated inputs
    Fuzz(fuzz::Options),
    /// Measure the release server beside a bare handler and print a table
    Bench(bench::Options),
    /// Write docs/openapi.json, the description of the APIs, anew
    Openapi,
    /// Check formatting and lints, then run `fuzz`, `e2e` and `test`
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
        Chore::E2e(options) => e2e::run(options),
        Chore::Fuzz(options) => fuzz::run(options),
        Chore::Bench(options) => bench::run(options),
        Chore::Openapi => openapi::run(),
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
