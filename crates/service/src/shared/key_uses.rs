//! When and from where seller keys were used last: held in memory and written now and then, so that no request has to
//! write for it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use claviger_domain::ClientAddress;

/// An application and the number of a key in it.
pub(crate) type KeyOfApp = (i64, i64);

/// The last use of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUse {
    /// Unix second.
    pub(crate) second: i64,
    /// From where.
    pub(crate) ip: ClientAddress,
}

/// The uses that are not written yet: one for each key.
#[derive(Default)]
pub(crate) struct KeyUses(Mutex<HashMap<KeyOfApp, KeyUse>>);

impl KeyUses {
    fn lock(&self) -> MutexGuard<'_, HashMap<KeyOfApp, KeyUse>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a use.
    pub(crate) fn note(&self, key: KeyOfApp, ip: ClientAddress, second: i64) {
        self.lock().insert(key, KeyUse { second, ip });
    }

    /// The use of a key that is not written yet.
    pub(crate) fn of(&self, key: KeyOfApp) -> Option<KeyUse> {
        self.lock().get(&key).copied()
    }

    /// Takes all that is to be written.
    pub(crate) fn take(&self) -> HashMap<KeyOfApp, KeyUse> {
        std::mem::take(&mut *self.lock())
    }

    /// Gives back what could not be written; later uses stay.
    pub(crate) fn give_back(&self, uses: HashMap<KeyOfApp, KeyUse>) {
        let mut held = self.lock();
        for (key, once) in uses {
            held.entry(key).or_insert(once);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_use_counts_and_none_is_lost() {
        let (uses, key) = (KeyUses::default(), (1, 2));
        let at = |second| KeyUse { second, ip: ClientAddress::Unknown };
        uses.note(key, ClientAddress::Unknown, 5);
        uses.note(key, ClientAddress::Unknown, 6);
        assert_eq!(uses.of(key), Some(at(6)));
        let taken = uses.take();
        assert_eq!((taken.len(), uses.of(key)), (1, None));
        uses.give_back(taken.clone());
        assert_eq!(uses.of(key), Some(at(6)));
        uses.note(key, ClientAddress::Unknown, 7);
        uses.give_back(taken);
        assert_eq!(uses.of(key), Some(at(7)));
    }
}
