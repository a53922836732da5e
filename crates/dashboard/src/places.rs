//! How many pages are live, and that they end when the server stops.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

/// Pages that may be live at once, in all.
const PLACES_MAX: usize = 4096;
/// Pages of one owner's applications that may be live at once, whoever of their people looks at them.
const PLACES_EACH: usize = 1024;

/// The pages that are live.
#[derive(Debug)]
pub(crate) struct Places {
    taken: Mutex<HashMap<String, usize>>,
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

    /// Takes a place for a page of the applications of the owner with this id; `false` when none is free.
    pub fn take(&self, owner_id: &str) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(owner_id).copied().unwrap_or_default();
        let free = all < PLACES_MAX && own < PLACES_EACH;
        if free {
            taken.insert(owner_id.to_owned(), own + 1);
        }
        free
    }

    /// Gives a place back.
    pub fn give_back(&self, owner_id: &str) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(owner_id) {
            *own -= 1;
            if *own == 0 {
                taken.remove(owner_id);
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
        for _ in 0..PLACES_EACH {
            assert!(places.take("one"));
        }
        assert!(!places.take("one"));
        assert!(places.take("other"));
        places.give_back("one");
        assert!(places.take("one"));
    }

    #[test]
    fn whoever_is_turned_away_leaves_nothing() {
        let places = Places::default();
        for owner in 0..PLACES_MAX / PLACES_EACH {
            (0..PLACES_EACH).for_each(|_| assert!(places.take(&owner.to_string())));
        }
        assert!(!places.take("late"));
        assert!(!places.taken.lock().unwrap().contains_key("late"));
    }
}
