//! Which backup is meant, and what it is read with.

use claviger_domain::{Clock as _, SystemClock};
use claviger_service::backups::{Place, Unlock};

use super::{key::KeyFileArgs, words::advised};
use crate::config::{Backups, KeepArgs, PlaceArgs, Store, StoreArgs};

/// A backup that is to be read.
pub(super) struct Chosen {
    pub(super) place: Place,
    pub(super) name: String,
    /// What may open it.
    pub(super) unlock: Unlock,
    /// The data of this server.
    pub(super) store: Store,
}

impl Chosen {
    /// The backup of this name, or the newest one; those that are passed over are told.
    ///
    /// # Errors
    /// When settings are wrong, the place or the key cannot be read, or there is none.
    pub(super) fn find(
        store: StoreArgs,
        place: PlaceArgs,
        key: &KeyFileArgs,
        name: Option<&str>,
    ) -> anyhow::Result<Self> {
        let backups = Backups::resolve(&store, place, KeepArgs::default())?;
        let (place, unlock) = (backups.place()?, key.unlock(&backups)?);
        let store = Store::resolve(store)?;
        let found = place.find(name, SystemClock.now()).map_err(advised)?;
        for (stored, why) in &found.passed_over {
            eprintln!("claviger: passed over {}: {why}", stored.name);
        }
        Ok(Self { place, name: found.stored.name, unlock, store })
    }
}
