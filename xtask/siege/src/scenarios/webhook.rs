//! One tenant's webhook, which takes a minute, called very often; another's, which answers at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::attack::address;
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::http::Reply;
use crate::sink::{self, Sink};
use crate::site::{Setup, Site};
use crate::stage::{Stage, errand, honest};

const ADDRESSES: u64 = 50;
/// How long the attacked tenant's web server takes.
const SLOW: Duration = Duration::from_secs(60);
/// How long a call may take before the server gives it up: what the neighbour counts on.
const LIMIT_MS: f64 = 10_000.0;

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    let sink = Arc::new(Sink::default());
    let fast = sink::serve(stage.runtime, &sink, Duration::ZERO)?;
    let slow = sink::serve(stage.runtime, &sink, SLOW)?;
    for (tenant, called) in [(neighbour, fast), (attacked, slow)] {
        let url = format!("http://{called}/hook");
        site.command(&["webhook", "add", &tenant.path(), &url, "--public", "--id", "hook"])?;
    }
    site.restart(&Setup::with(&["--outgoing-allow", "127.0.0.0/8"]))?;
    let own = site.sessions(neighbour, 4)?;
    let calls =
        own.iter().map(|session| neighbour.program("webhook", &[("sessionid", session), ("webid", "hook")]));
    let good = |reply: &Reply| reply.succeeded() && reply.text().contains(r#""response":"ok""#);
    let calls = Errand { good, from: (21..25).map(honest).collect(), ..errand(own.len(), calls.collect()) };
    let errands = [stage.checks(&site, neighbour)?, calls];
    let (wanted, session) = (stage.scaled(640), site.sessions(attacked, 1)?.remove(0));
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..wanted {
            let call = attacked.program("webhook", &[("sessionid", &session), ("webid", "hook")]);
            attack.ask_again(address(number, ADDRESSES), Duration::from_secs(1), move |_| call.clone());
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("calls of the slow webhook at once", wanted);
    figures.tell("their answers so far", attack.answers.shown());
    figures.honest_within("the other's webhook", &laps.alone[1], &laps.attacked[1], LIMIT_MS);
    figures.honest("check", &laps.alone[0], &laps.attacked[0]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    drop(attack);
    site.stop()?;
    Ok(figures)
}
