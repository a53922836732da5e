//! The attacks, a file each.

mod deliveries;
mod doors;
mod guessing;
mod handshakes;
mod hashing;
mod idle;
mod lists;
mod live;
mod slow_readers;
mod stats;
mod uploads;
mod webhook;
mod writers;

use anyhow::Result;
use xtask::siege::Scenario;

use crate::figures::Figures;
use crate::stage::Stage;

/// Runs a scenario on a fresh server.
///
/// # Errors
/// When it cannot be run, or the server ends.
pub fn run(scenario: Scenario, stage: &Stage) -> Result<Figures> {
    match scenario {
        Scenario::Idle => idle::run(stage),
        Scenario::Descriptors => idle::few_descriptors(stage),
        Scenario::SlowReaders => slow_readers::run(stage),
        Scenario::Webhook => webhook::run(stage),
        Scenario::Lists => lists::run(stage),
        Scenario::Deliveries => deliveries::run(stage),
        Scenario::Hashing => hashing::run(stage),
        Scenario::Guessing => guessing::run(stage),
        Scenario::Doors => doors::run(stage),
        Scenario::Uploads => uploads::run(stage),
        Scenario::Stats => stats::run(stage),
        Scenario::Writers => writers::run(stage),
        Scenario::Handshakes => handshakes::run(stage),
        Scenario::Live => live::run(stage),
    }
}
