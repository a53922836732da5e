//! One tenant writes as much as it can, from many addresses; another begins sessions.

use std::time::Duration;

use anyhow::Result;

use crate::attack::address;
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};

const ADDRESSES: u64 = 200;
/// Attackers, each of whom waits for its reply.
const WRITING: u64 = 96;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    site.restart(&Setup::default())?;
    let inits = Errand {
        from: (21..29).map(honest).collect(),
        every: Duration::from_millis(100),
        ..errand(8, vec![neighbour.init()])
    };
    let errands = [inits, stage.checks(&site, neighbour)?];
    let session = site.sessions(attacked, 1)?.remove(0);
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..stage.scaled(WRITING) {
            let (tenant, session) = (attacked.clone(), session.clone());
            attack.ask_again(address(number, ADDRESSES), Duration::from_millis(30), move |turn| {
                match turn % 3 {
                    0 => tenant.init(),
                    1 => {
                        let name = format!("user-{number}-{turn}");
                        let user = [
                            ("username", name.as_str()),
                            ("pass", "a"),
                            ("key", "none"),
                            ("sessionid", &session),
                        ];
                        tenant.program("register", &user)
                    }
                    _ => tenant.program("log", &[("sessionid", &session), ("message", "siege")]),
                }
            });
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("init, register and log: answers", attack.answers.shown());
    figures.honest("init", &laps.alone[0], &laps.attacked[0]);
    figures.honest("check", &laps.alone[1], &laps.attacked[1]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    figures.tell("write-ahead log at its largest, MiB", format!("{:.1}", mib(probe.wal())));
    drop(attack);
    site.stop()?;
    Ok(figures)
}
