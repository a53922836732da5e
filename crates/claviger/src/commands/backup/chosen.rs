//! Which backup is meant.

use claviger_domain::{Clock as _, SystemClock};
use claviger_service::backups::{Place, Stored};

use super::words::advised;

/// The backup of this name, or the newest one; those that are passed over are told.
pub(super) fn chosen(place: &Place, name: Option<&str>) -> anyhow::Result<Stored> {
    let found = place.find(name, SystemClock.now()).map_err(advised)?;
    for (stored, why) in &found.passed_over {
        eprintln!("claviger: passed over {}: {why}", stored.name);
    }
    Ok(found.stored)
}
