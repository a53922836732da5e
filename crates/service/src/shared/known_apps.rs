//! Which applications there are, so that asking for one that is not costs no look-up: anybody may ask, as often as the
//! network carries.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use claviger_domain::{fold, former};
use tokio::{sync::Mutex, time::Instant};

/// Names held at most, in eight bytes each. Where there are more, every name may be one of them.
pub(crate) const NAMES_MAX: usize = 200_000;

/// The names of all applications, as they were at some state of the database.
#[derive(Default)]
pub(crate) struct KnownApps {
    held: RwLock<Held>,
    /// When the database was asked last. Whoever asks waits here, so that one question answers all who wait.
    pub(crate) asked: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Held {
    /// State of the database; 0: it was never asked.
    version: i64,
    /// Nothing is known of the names: there are too many.
    any: bool,
    names: HashSet<u64>,
    hasher: RandomState,
}

impl KnownApps {
    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there may be such an application, as far as is known.
    pub(crate) fn may_be(&self, owner_id: &str, name: &str) -> bool {
        let held = self.read();
        let known = |name: &str| held.names.contains(&held.hasher.hash_one((owner_id, name)));
        held.any || known(&fold(name)) || former(name).is_some_and(|name| known(&name))
    }

    /// The state of the database that the names are of.
    pub(crate) fn version(&self) -> i64 {
        self.read().version
    }

    /// Takes note of all names, pairs of an owner's id and a name as it is looked up; more than [`NAMES_MAX`] are as good
    /// as none.
    pub(crate) fn set(&self, version: i64, names: &[(String, String)]) {
        let any = names.len() > NAMES_MAX;
        let hasher = RandomState::new();
        let hashes = names.iter().map(|(owner_id, name)| hasher.hash_one((owner_id.as_str(), name.as_str())));
        let names = if any { HashSet::new() } else { hashes.collect() };
        *self.write() = Held { version, any, names, hasher };
    }

    /// An application turned out not to be there: what is known is out of date.
    pub(crate) fn forget(&self, owner_id: &str, name: &str) {
        let mut held = self.write();
        for name in [Some(fold(name).into_owned()), former(name)].into_iter().flatten() {
            let hash = held.hasher.hash_one((owner_id, name.as_str()));
            held.names.remove(&hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case() {
        let known = KnownApps::default();
        assert!(!known.may_be("a", "x"));
        known.set(1, &[("a".into(), "demo app".into()), ("b".into(), "other".into())]);
        assert!(known.may_be("a", "Demo App") && known.may_be("b", "OTHER"));
        for (owner_id, name) in [("a", "other"), ("b", "demo app"), ("A", "demo app"), ("a", "")] {
            assert!(!known.may_be(owner_id, name), "{owner_id} {name}");
        }
        known.forget("a", "DEMO APP");
        assert!(!known.may_be("a", "demo app") && known.may_be("b", "other"));
    }

    #[test]
    fn very_many_are_not_held() {
        let known = KnownApps::default();
        known.set(1, &vec![(String::new(), String::new()); NAMES_MAX + 1]);
        assert!(known.may_be("a", "anything") && known.read().names.is_empty());
    }
}
