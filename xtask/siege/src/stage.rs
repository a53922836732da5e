//! What every scenario begins with and goes through: time alone, time under attack.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use tokio::runtime::Runtime;
use xtask::tools::interrupt;

use crate::attack::Attack;
use crate::honest::{Errand, Honest, Lap};
use crate::http::{Reply, get};
use crate::probe::Probe;
use crate::site::Site;
use crate::tenant::Tenant;

/// Honest clients that check their session, each at an address of its own.
const CHECKING: usize = 8;
/// How often each of them does: 80 a second in all, which no limit of an address keeps from it.
const CHECK_EVERY: Duration = Duration::from_millis(100);
/// How often a monitor asks whether the server is ready.
const READY_EVERY: Duration = Duration::from_millis(200);
/// How soon it wants to know.
pub const READY_LIMIT: Duration = Duration::from_secs(1);
/// When an honest client gives up.
pub const LIMIT: Duration = Duration::from_secs(10);
/// How long a wait may go on before it looks for a signal.
const STEP: Duration = Duration::from_millis(100);

/// A program under siege, and how hard that is.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The program.
    pub binary: &'a Path,
    /// Whether this is the short form.
    pub quick: bool,
    /// Tenths of the scenarios' numbers.
    pub strength: u32,
    /// Length of a lap.
    pub lap: Duration,
    /// Where honest clients live.
    pub runtime: &'a Runtime,
}

/// Laps before and under attack, by errand.
pub struct Laps {
    /// Without an attack.
    pub alone: Vec<Lap>,
    /// Under attack.
    pub attacked: Vec<Lap>,
}

impl Stage<'_> {
    /// So much of a number that is meant for strength 10, at least 1.
    pub fn scaled(&self, number: u64) -> u64 {
        (number * u64::from(self.strength) / 10).max(1)
    }

    /// Something smaller in the short form.
    pub fn short(&self, quick: u64, full: u64) -> u64 {
        if self.quick { quick } else { full }
    }

    /// A lap of honest clients alone, then one from the beginning of the attack on. The attack goes on afterwards,
    /// until it is dropped.
    ///
    /// # Errors
    /// When the server ends.
    pub fn laps(
        &self,
        site: &mut Site,
        errands: &[Errand],
        attack: impl FnOnce(&Attack) -> Result<()>,
    ) -> Result<(Laps, Attack, Probe)> {
        let honest = Honest::start(self.runtime, site.address, errands);
        // What the first requests bring along is not the attackers' doing.
        self.wait(self.lap / 5)?;
        honest.lap();
        self.wait(self.lap)?;
        let alone = honest.lap();
        let probe = Probe::start(site.pid()?, site.wal())?;
        let attackers = Attack::new(site.address)?;
        attack(&attackers)?;
        self.wait(self.lap)?;
        let attacked = honest.finish(self.runtime);
        site.check_running()?;
        Ok((Laps { alone, attacked }, attackers, probe))
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// When the chore is interrupted.
    pub fn wait(&self, mut time: Duration) -> Result<()> {
        while !time.is_zero() {
            interrupt::check()?;
            let step = time.min(STEP);
            thread::sleep(step);
            time -= step;
        }
        Ok(())
    }

    /// Honest `check`s in sessions that are signed in.
    ///
    /// # Errors
    /// When nobody can sign in.
    pub fn checks(&self, site: &Site, tenant: &Tenant) -> Result<Errand> {
        let sessions = site.signed_in(tenant, CHECKING)?;
        let requests = sessions.iter().map(|session| tenant.program("check", &[("sessionid", session)]));
        Ok(Errand { every: CHECK_EVERY, ..errand(CHECKING, requests.collect()) })
    }

    /// A monitor.
    pub fn monitor(&self) -> Errand {
        let good = |reply: &Reply| reply.status == 200;
        let asking = errand(1, vec![get("/readyz", &[])]);
        Errand {
            from: vec![honest(200)],
            every: READY_EVERY,
            limit: READY_LIMIT,
            fresh: true,
            good,
            ..asking
        }
    }
}

/// The address of an honest client.
pub fn honest(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 20, number)
}

/// The same by clients that come anew for each request.
pub fn afresh(errand: &Errand) -> Errand {
    Errand {
        from: vec![honest(41), honest(42)],
        every: Duration::from_millis(500),
        fresh: true,
        ..errand.clone()
    }
}

/// So many honest clients that each send their request once a second, which must succeed.
pub fn errand(clients: usize, requests: Vec<Vec<u8>>) -> Errand {
    Errand {
        from: (0..clients).map(|number| honest(1 + number as u8)).collect(),
        request: Arc::new(move |number| requests[(number & 0xff) as usize % requests.len()].clone()),
        every: Duration::from_secs(1),
        limit: LIMIT,
        fresh: false,
        secure: None,
        good: Reply::succeeded,
        arrives: None,
    }
}
