//! Logins of unknown names, all at once, from networks that one subscriber may have; honest logins.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Result;

use crate::attack::ask_on;
use crate::attack::network;
use crate::figures::{Figures, mib};
use crate::honest::Errand;
use crate::site::{HWID, Setup, Site};
use crate::stage::{Stage, errand, honest};
use crate::tenant::Tenant;

/// Who logs in.
const NAMES: [&str; 4] = ["anna", "bert", "cleo", "dora"];

/// Runs it.
///
/// # Errors
/// When the server ends.
pub fn run(stage: &Stage) -> Result<Figures> {
    let (mut site, tenants) = Site::prepare(stage.binary, &["neighbour", "attacked"])?;
    let (neighbour, attacked) = (&tenants[0], &tenants[1]);
    for tenant in [neighbour, attacked] {
        site.users(tenant, &NAMES)?;
    }
    site.restart(&Setup::with(&["--trusted-proxies", "127.0.0.1"]))?;
    let errands =
        [logins(&site, neighbour, 21)?, logins(&site, attacked, 31)?, stage.checks(&site, neighbour)?];
    let (wanted, session) = (stage.scaled(2_200), site.sessions(attacked, 1)?.remove(0));
    let (laps, attack, probe) = stage.laps(&mut site, &errands, |attack| {
        for number in 0..wanted {
            let name = format!("nobody-{number}");
            let user =
                [("username", name.as_str()), ("pass", "guess"), ("hwid", HWID), ("sessionid", &session)];
            let request = attacked.program_by_proxy(&network(number), "login", &user);
            let (server, answers) = (attack.server, attack.answers.clone());
            attack.spawn(async move {
                let reply = ask_on(&mut None, Ipv4Addr::LOCALHOST, server, &request).await;
                answers.note_reply(&reply);
            });
        }
        Ok(())
    })?;
    let mut figures = Figures::default();
    figures.tell("logins of unknown names", wanted);
    figures.tell("their answers", attack.answers.shown());
    figures.honest("login at another application", &laps.alone[0], &laps.attacked[0]);
    figures.honest("login at the same, from elsewhere", &laps.alone[1], &laps.attacked[1]);
    figures.honest("check", &laps.alone[2], &laps.attacked[2]);
    figures.at_most("memory more at its peak", mib(probe.memory_peak()?), 200.0, "MiB", true);
    drop(attack);
    site.stop()?;
    Ok(figures)
}

/// Two logins a second.
fn logins(site: &Site, tenant: &Tenant, address: u8) -> Result<Errand> {
    let sessions = site.sessions(tenant, NAMES.len())?;
    let requests = sessions.iter().zip(NAMES).map(|(session, name)| {
        let user = [("username", name), ("pass", &tenant.password), ("hwid", HWID), ("sessionid", session)];
        tenant.program("login", &user)
    });
    let from = (address..address + NAMES.len() as u8).map(honest).collect();
    Ok(Errand { from, every: Duration::from_secs(2), ..errand(NAMES.len(), requests.collect()) })
}
