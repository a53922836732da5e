//! Figures of a large application that anybody may ask for, again and again.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::attack::address;
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};

const ADDRESSES: u64 = 50;
/// Attackers that ask, each again as soon as it has an answer.
const ASKING: u64 = 64;
/// Licenses made in one request.
const BATCH: u64 = 100;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    let licenses = stage.scaled(84_000);
    let batch = attacked.script("add", &[("expiry", "30"), ("amount", &BATCH.to_string())]);
    for reply in site.ask_many(&vec![batch; (licenses / BATCH) as usize])? {
        ensure!(reply.succeeded(), "add was answered with {}", reply.brief());
    }
    site.restart(&Setup::default())?;
    // Seller requests read by the same threads as the figures are counted by.
    let scripts = vec![neighbour.script("fetchallkeys", &[])];
    let scripts = Errand { from: (21..25).map(honest).collect(), ..errand(4, scripts) };
    site.command(&["license", "add", &neighbour.path(), "--days", "30"])?;
    let errands = [stage.checks(&site, neighbour)?, scripts];
    let session = site.sessions(attacked, 1)?.remove(0);
    let asking = stage.scaled(ASKING);
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..asking {
            let request = attacked.program("fetchStats", &[("sessionid", &session)]);
            attack.ask_again(address(number, ADDRESSES), Duration::from_millis(60), move |_| request.clone());
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    let answered = attack.answers.count("200").max(1);
    figures.tell("fetchStats of licenses", licenses);
    figures.tell("answers", attack.answers.shown());
    let cost = probe.processor()?.as_secs_f64() * 1e3 / answered as f64;
    figures.tell("processor time for each, the neighbour's included, ms", format!("{cost:.2}"));
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.honest("the other's list of licenses", &laps.alone[1], &laps.attacked[1]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 100.0, "MiB", true);
    drop(attack);
    site.stop()?;
    Ok(figures)
}
