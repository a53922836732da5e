//! Drives a demo server with the published client library `keyauth` 1.2.2, unmodified, and with
//! API 1.3 over plain HTTP, whose signatures are verified with an implementation of Ed25519 that
//! is not the server's.
//!
//! Usage: `keyauth-crate-e2e GIVEN_JSON`, the file in which `cargo xtask e2e` tells what the vendor made.
//! It kills all sessions of the demo's application, more than once.

mod api_1_3;
mod client;
mod demo;
mod features;
mod given;
mod program;
mod seller;
mod sessions;
mod steps;
mod vendor;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::demo::Demo;
use crate::given::Given;
use crate::program::Program;
use crate::steps::Steps;

fn main() -> ExitCode {
    let mut steps = Steps::default();
    let outcome = run(&mut steps);
    if let Err(error) = &outcome {
        println!("FAILED  {error:#}");
    }
    println!("e2e: {} passed, {} failed", steps.passed(), u8::from(outcome.is_err()));
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every group in turn; the first failure ends the run, since later steps build on earlier ones.
fn run(steps: &mut Steps) -> Result<()> {
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let file = file.context("say what the vendor made: keyauth-crate-e2e GIVEN_JSON")?;
    let mut demo = Demo::read(Given::read(&file)?)?;
    vendor::run(steps, &demo)?;
    seller::run(steps, &mut demo)?;
    both::<keyauth::v1_0::KeyauthApi>(steps, &mut demo)?;
    features::own_check_of_1_0(steps, &demo)?;
    both::<keyauth::v1_1::KeyauthApi>(steps, &mut demo)?;
    both::<keyauth::v1_2::KeyauthApi>(steps, &mut demo)?;
    api_1_3::run(steps, &mut demo)
}

fn both<P: Program>(steps: &mut Steps, demo: &mut Demo) -> Result<()> {
    client::run::<P>(steps, demo)?;
    features::run::<P>(steps, demo)
}
