//! What the reseller who asks has: levels, balance, rights.

use claviger_domain::{Balance, ResellerRight};
use claviger_service::{App, people::Standing};

use crate::{addresses::app_base, fault::Fault, visit::Visit};

/// What a reseller has.
pub(super) struct Has {
    /// Levels of licenses that may be made; none: all.
    pub levels: Vec<String>,
    pub balance: Balance,
    pub may_ban: bool,
    pub may_delete: bool,
    pub may_reset: bool,
}

impl Has {
    /// What the person who asks has.
    ///
    /// # Errors
    /// When it is no reseller; the route lets nobody else in.
    pub fn of(visit: &Visit) -> Result<Self, Fault> {
        let Standing::Reseller { key_levels, balance, rights, .. } = &visit.person()?.standing else {
            return Err(Fault::NotFound);
        };
        let all = key_levels.trim().is_empty() || key_levels.trim().eq_ignore_ascii_case("N/A");
        let levels = key_levels.split(',').map(str::trim).filter(|level| !level.is_empty());
        Ok(Self {
            levels: if all { Vec::new() } else { levels.map(str::to_owned).collect() },
            balance: *balance,
            may_ban: ResellerRight::Ban.is_in(*rights),
            may_delete: ResellerRight::Delete.is_in(*rights),
            may_reset: ResellerRight::ResetDevices.is_in(*rights),
        })
    }
}

/// Where the list of what a reseller made is.
pub(super) fn own(app: &App) -> String {
    format!("{}own", app_base(app))
}
