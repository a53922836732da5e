//! Guesses that failed, counted by user, by address and the networks around it, and by application. After some of them
//! comes a pause. Held in memory, by each node for itself.

mod table;
#[cfg(test)]
mod tests;
mod unit;

use std::sync::{Mutex, MutexGuard, PoisonError};

use claviger_domain::ClientAddress;
use table::Table;
use unit::{Counted, Each, Rule, Unit, units};

pub use unit::FreeFailures;
pub(crate) use unit::{Attempt, BEHIND_PASSWORD, DASHBOARD, LINKS, Standing};

/// The failures of late.
pub(crate) struct Attempts {
    free: FreeFailures,
    each: Each,
    table: Mutex<Table>,
}

impl Attempts {
    pub(crate) fn new(free: FreeFailures) -> Self {
        Self { free, each: Rule::Growing, table: Mutex::default() }
    }

    /// For what nobody mistypes: so many failures a minute from one address, then a minute's pause; 0: any number.
    pub(crate) fn a_minute(free: u32) -> Self {
        let free = FreeFailures { address: free, ..FreeFailures::default() };
        let each = |free| Rule::Steady { free, window: 60, pause: 60 };
        Self { free, each, table: Mutex::default() }
    }

    /// Begins an attempt, which counts until it ends: a crowd of them does not slip through before the first has failed.
    ///
    /// # Errors
    /// Seconds to wait: those of a pause, or one when as many attempts are under way as may fail.
    pub(crate) fn begin<'a>(&'a self, attempt: Attempt<'a>, now: i64) -> Result<UnderWay<'a>, i64> {
        let mut table = self.lock();
        let units = self.units(&table, attempt, now);
        let begun = table.begin(attempt.app, &units, now)?;
        Ok(UnderWay { attempts: self, attempt, units, begun })
    }

    /// Takes note of a success, as [`UnderWay::succeeded`] does.
    pub(crate) fn succeeded(&self, attempt: Attempt<'_>, now: i64) {
        let mut table = self.lock();
        for counted in units(attempt, self.free, self.each, true) {
            if matches!(counted.unit, Unit::User(_)) {
                table.forgive(attempt.app, &counted.unit);
            }
        }
        // Only where strangers are counted does it matter who is none.
        if self.free.app > 0 && attempt.ip.known().is_some() {
            table.welcome(attempt.app, attempt.ip.crowd(), now);
        }
    }

    /// Seconds of the pause that is left for an address, whoever is there.
    pub(crate) fn address_pause(&self, attempt: Attempt<'_>, now: i64) -> Option<i64> {
        let own = units(
            Attempt { standing: Standing::Known, username: None, ..attempt },
            self.free,
            self.each,
            true,
        );
        self.lock().pause(
            attempt.app,
            own.iter().filter(|counted| counted.holds).map(|counted| &counted.unit),
            now,
        )
    }

    /// Seconds of the pauses that are left: of the user whom an attempt names, and of where it comes from if that
    /// `counts`.
    pub(crate) fn pauses(&self, attempt: Attempt<'_>, counts: bool, now: i64) -> [Option<i64>; 2] {
        let units = units(attempt, self.free, self.each, true);
        let of = |user: bool| {
            let wanted = move |counted: &&Counted| matches!(counted.unit, Unit::User(_)) == user;
            // A user's pause is told wherever the user is: others may be held up by it.
            let holding = units.iter().filter(wanted).filter(move |counted| user || counted.holds);
            self.lock().pause(attempt.app, holding.map(|counted| &counted.unit), now)
        };
        [of(true), of(false).filter(|_| counts)]
    }

    /// From how many addresses of IPv4 and /48 of IPv6 guesses at an application failed of late.
    pub(crate) fn networks(&self, app: i64, now: i64) -> usize {
        let widest = |unit: &Unit| matches!(unit, Unit::Network(network) if network.is_widest_counted());
        self.lock().networks(app, widest, now)
    }

    /// Drops what can be forgotten; call it now and then.
    pub(crate) fn forget(&self, now: i64) {
        self.lock().forget(now);
    }

    fn units(&self, table: &Table, attempt: Attempt<'_>, now: i64) -> Vec<Counted> {
        let familiar = attempt.standing != Standing::Stranger
            || attempt.ip.known().is_some() && table.is_familiar(attempt.app, attempt.ip.crowd(), now);
        units(attempt, self.free, self.each, familiar)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt whose outcome is not known yet. Dropped, it was neither a failure nor a success.
pub(crate) struct UnderWay<'a> {
    attempts: &'a Attempts,
    attempt: Attempt<'a>,
    units: Vec<Counted>,
    begun: Vec<Unit>,
}

impl UnderWay<'_> {
    /// Where it comes from.
    pub(crate) fn ip(&self) -> ClientAddress {
        self.attempt.ip
    }

    /// Takes note of a failure.
    pub(crate) fn failed(self, now: i64) {
        self.attempts.lock().failed(self.attempt.app, &self.units, now);
    }

    /// Takes note of a success: the user's failures are forgotten, those of the address are not, since an attacker may
    /// have an account of his own.
    pub(crate) fn succeeded(self, now: i64) {
        self.attempts.succeeded(self.attempt, now);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.attempts.lock().end(self.attempt.app, &self.begun);
    }
}
