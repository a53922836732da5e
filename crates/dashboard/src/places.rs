//! How many pages are live, and that they end when the server stops.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_domain::PersonId;
use tokio::sync::watch;

/// Pages that may be live at once, in all.
const PLACES_MAX: usize = 4096;
/// Pages of one person that may be live at once. The last one is given up when another opens.
const PLACES_EACH: usize = 1024;
/// The pages that are live.
#[derive(Debug)]
pub(crate) struct Places {
    taken: Mutex<HashMap<PersonId, usize>>,
    stop: watch::Sender<bool>,
}

impl Default for Places {
    fn default() -> Self {
        Self { taken: Mutex::default(), stop: watch::Sender::new(false) }
    }
}

impl Places {
    /// Ends all of them: the server is about to stop, and would wait for them.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Tells when they end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Takes a place; `false` when none is free.
    pub fn take(&self, person: PersonId) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.entry(person).or_default();
        let free = all < PLACES_MAX && *own < PLACES_EACH;
        *own += usize::from(free);
        free
    }

    /// Gives a place back.
    pub fn give_back(&self, person: PersonId) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&person) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let places = Places::default();
        let one = PersonId::Owner(1);
        for _ in 0..PLACES_EACH {
            assert!(places.take(one));
        }
        assert!(!places.take(one));
        assert!(places.take(PersonId::Account(1)));
        places.give_back(one);
        assert!(places.take(one));
    }
}
