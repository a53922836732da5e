//! Those who wait, in the order of their turns.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

use tokio::sync::oneshot;

use crate::{
    table::Bounds,
    who::{Party, Tenant, Who},
};

type Turn = oneshot::Sender<()>;

/// All who wait. A tenant whose turn it was goes to the end.
#[derive(Debug)]
pub(super) struct Waiting {
    /// How many may wait for one tenant.
    each: usize,
    len: usize,
    tickets: u64,
    lines: Lines<Tenant, Line>,
}

/// Those who wait for one tenant. A party whose turn it was goes to the end.
#[derive(Debug, Default)]
struct Line {
    len: usize,
    parties: Lines<Party, VecDeque<(u64, Turn)>>,
}

/// Lines by whose they are, and in the order of their turns. None is empty.
#[derive(Debug)]
struct Lines<K, L> {
    of: HashMap<K, L>,
    turns: VecDeque<K>,
}

impl<K, L> Default for Lines<K, L> {
    fn default() -> Self {
        Self { of: HashMap::new(), turns: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, L: Default> Lines<K, L> {
    /// The line of `key`, which comes last if there was none.
    fn line(&mut self, key: &K) -> &mut L {
        if !self.of.contains_key(key) {
            self.turns.push_back(key.clone());
        }
        self.of.entry(key.clone()).or_default()
    }

    fn remove(&mut self, key: &K) {
        self.of.remove(key);
        self.turns.retain(|other| other != key);
    }

    /// Puts `key` at the end, or takes it away where nobody is left.
    fn had_turn(&mut self, key: &K, is_empty: bool) {
        self.turns.retain(|other| other != key);
        if is_empty {
            self.of.remove(key);
        } else {
            self.turns.push_back(key.clone());
        }
    }
}

impl Waiting {
    pub(super) fn new(each: usize) -> Self {
        Self { each, len: 0, tickets: 0, lines: Lines::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Lines up; where the line is full, in place of the last one of those who have clearly more in it. `None` when
    /// there is no room; else the ticket.
    pub(super) fn line_up(&mut self, who: &Who, turn: Turn) -> Option<u64> {
        if self.each == 0 {
            return None;
        }
        let own = self.lines.of.get(&who.tenant).map_or(0, |line| line.len);
        if own >= self.each {
            self.push_out(&who.tenant, Some(who.party))?;
        } else if self.len >= self.each.saturating_mul(Bounds::QUEUES) {
            let (longest, line) = self.lines.of.iter().max_by_key(|(_, line)| line.len)?;
            if line.len <= own + 1 {
                return None;
            }
            let longest = longest.clone();
            self.push_out(&longest, None)?;
        }
        self.tickets += 1;
        let line = self.lines.line(&who.tenant);
        line.parties.line(&who.party).push_back((self.tickets, turn));
        line.len += 1;
        self.len += 1;
        Some(self.tickets)
    }

    /// Turns away the last one of the party that has most in a tenant's line; not for a party that has about as many.
    fn push_out(&mut self, tenant: &Tenant, newcomer: Option<Party>) -> Option<()> {
        let line = self.lines.of.get_mut(tenant)?;
        let (longest, theirs) = line.parties.of.iter_mut().max_by_key(|(_, theirs)| theirs.len())?;
        let (longest, most) = (*longest, theirs.len());
        if let Some(party) = newcomer {
            let own = line.parties.of.get(&party).map_or(0, VecDeque::len);
            if most <= own + 1 {
                return None;
            }
        }
        line.parties.of.get_mut(&longest)?.pop_back();
        self.is_gone(tenant, longest);
        Some(())
    }

    /// Stops waiting.
    pub(super) fn leave(&mut self, who: &Who, ticket: u64) {
        let Some(line) = self.lines.of.get_mut(&who.tenant) else { return };
        let Some(party) = line.parties.of.get_mut(&who.party) else { return };
        let Some(at) = party.iter().position(|(other, _)| *other == ticket) else { return };
        party.remove(at);
        self.is_gone(&who.tenant, who.party);
    }

    /// One of a party was taken out of its line.
    fn is_gone(&mut self, tenant: &Tenant, party: Party) {
        self.len -= 1;
        let Some(line) = self.lines.of.get_mut(tenant) else { return };
        line.len -= 1;
        if line.parties.of.get(&party).is_some_and(VecDeque::is_empty) {
            line.parties.remove(&party);
        }
        if line.len == 0 {
            self.lines.remove(tenant);
        }
    }

    /// Takes out the one whose turn it is, of those who may.
    pub(super) fn next(
        &mut self,
        may_tenant: impl Fn(&Tenant) -> bool,
        may_party: impl Fn(Party) -> bool,
    ) -> Option<(Who, Turn)> {
        let lines = &self.lines;
        let party_of =
            |tenant: &Tenant| lines.of[tenant].parties.turns.iter().copied().find(|&party| may_party(party));
        let mut turns = lines.turns.iter().filter(|tenant| may_tenant(tenant));
        let (tenant, party) = turns.find_map(|tenant| Some((tenant.clone(), party_of(tenant)?)))?;
        let line = self.lines.of.get_mut(&tenant)?;
        let theirs = line.parties.of.get_mut(&party)?;
        let (_, turn) = theirs.pop_front()?;
        let is_empty = theirs.is_empty();
        line.parties.had_turn(&party, is_empty);
        line.len -= 1;
        self.len -= 1;
        let is_empty = line.len == 0;
        self.lines.had_turn(&tenant, is_empty);
        Some((Who { tenant, party }, turn))
    }
}
