//! Who holds how many places, and whose turn it is.

use std::{collections::HashMap, hash::Hash};

use tokio::sync::oneshot;

use super::{figures::Figures, waiting::Waiting};
use crate::{
    table::Bounds,
    who::{Party, Tenant, Who},
};

/// The places of a gate.
#[derive(Debug)]
pub(super) struct Places {
    bounds: Bounds,
    held: usize,
    tenants: HashMap<Tenant, usize>,
    parties: HashMap<Party, usize>,
    waiting: Waiting,
    /// How many got none.
    pub(super) refused: u64,
}

impl Places {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            held: 0,
            tenants: HashMap::new(),
            parties: HashMap::new(),
            waiting: Waiting::new(bounds.waiting),
            refused: 0,
        }
    }

    /// Takes a place, if there is one. Nobody who waits is passed over: whoever could have it would have got it.
    pub(super) fn take(&mut self, who: &Who) -> bool {
        let free = self.held < self.bounds.all
            && may(&self.bounds, self.held, count(&self.tenants, &who.tenant))
            && may_party(&self.bounds, &self.parties, who.party);
        if free {
            self.held += 1;
            *self.tenants.entry(who.tenant.clone()).or_default() += 1;
            if who.party != Party::Own {
                *self.parties.entry(who.party).or_default() += 1;
            }
        }
        free
    }

    /// Gives a place back, to those whose turn it is.
    pub(super) fn give_back(&mut self, who: &Who) {
        self.held -= 1;
        less(&mut self.tenants, &who.tenant);
        if who.party != Party::Own {
            less(&mut self.parties, &who.party);
        }
        self.hand_out();
    }

    /// Lines up; the ticket to leave with, or `None` when too many wait.
    pub(super) fn wait(&mut self, who: &Who, turn: oneshot::Sender<()>) -> Option<u64> {
        self.waiting.line_up(who, turn)
    }

    /// Somebody stops waiting, whose turn has not come.
    pub(super) fn leave(&mut self, who: &Who, ticket: u64) {
        self.waiting.leave(who, ticket);
    }

    pub(super) fn all(&self) -> usize {
        self.bounds.all
    }

    pub(super) fn figures(&self) -> Figures {
        Figures { held: self.held, waiting: self.waiting.len(), refused: self.refused }
    }

    /// Whether nothing is remembered of anybody.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.tenants.is_empty() && self.parties.is_empty() && self.waiting.len() == 0
    }

    fn hand_out(&mut self) {
        while self.held < self.bounds.all {
            let (bounds, held, tenants, parties) = (self.bounds, self.held, &self.tenants, &self.parties);
            let next = self.waiting.next(
                |tenant| may(&bounds, held, count(tenants, tenant)),
                |party| may_party(&bounds, parties, party),
            );
            let Some((who, turn)) = next else { return };
            self.take(&who);
            // Whoever is gone gives it back when leaving.
            let _ = turn.send(());
        }
    }
}

/// Whether a tenant that holds `own` places may have one more. The last ones are for those who hold few, so that some
/// with full shares do not take all that there is.
fn may(bounds: &Bounds, held: usize, own: usize) -> bool {
    own < bounds.tenant && (own < bounds.few() || held < bounds.all - bounds.reserve())
}

fn may_party(bounds: &Bounds, parties: &HashMap<Party, usize>, party: Party) -> bool {
    party == Party::Own || count(parties, &party) < bounds.party
}

fn count<K: Eq + Hash>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or_default()
}

fn less<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
