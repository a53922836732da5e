//! The table of failures, of bounded size.

use std::collections::{HashMap, hash_map::Entry};

use claviger_domain::ClientAddress;

use super::unit::{Counted, Rule, Unit};

/// The first pause, in seconds; each further failure doubles it.
const PAUSE: i64 = 30;
/// The longest pause, in seconds.
const PAUSE_MAX: i64 = 900;
/// Failures are forgotten after so many seconds without another one.
const FORGET_AFTER: i64 = 1800;
/// So many seconds the clock may be put back without anything being forgotten.
const CLOCK_SLACK: i64 = 60;
/// Who succeeded is no stranger for so many seconds.
const FAMILIAR_FOR: i64 = 3 * 86_400;
/// Entries of an application before those that can be forgotten are dropped in passing, at most once a second.
const ENTRIES: usize = 100_000;
/// Entries of an application at most: no other one's are pushed out. Further addresses and users are not counted, all
/// strangers together always are.
const APP_ENTRIES_MAX: usize = 250_000;
/// Entries of all applications at most.
const ENTRIES_MAX: usize = 1_000_000;
/// Addresses that succeeded, of an application, at most.
const FAMILIAR_MAX: usize = 50_000;

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    failures: u32,
    /// Attempts whose outcome is not known yet: they count until it is, so that a crowd of them does not slip through.
    under_way: u32,
    last: i64,
    locked_until: i64,
}

impl Count {
    fn pause(&self, now: i64) -> Option<i64> {
        Some(self.locked_until - now).filter(|&seconds| seconds > 0 && !self.is_ahead(now))
    }

    /// Whether this is of a time to come: the clock was put back. Nobody is to wait until it is there again.
    fn is_ahead(&self, now: i64) -> bool {
        now < self.last.saturating_sub(CLOCK_SLACK)
    }

    fn has_room(&self, rule: Rule, now: i64) -> bool {
        self.under_way < rule.free().saturating_sub(self.now_at(rule, now).failures).max(1)
    }

    /// The same after what time does.
    fn now_at(mut self, rule: Rule, now: i64) -> Self {
        if self.is_ahead(now) {
            return Self { under_way: self.under_way, last: now, ..Self::default() };
        }
        match rule {
            Rule::Growing(_) if now - self.last > FORGET_AFTER => self.failures = 0,
            Rule::Growing(_) => {}
            Rule::Steady { free, window, .. } => {
                let (free, window) = (i64::from(free), i64::from(window));
                let gone = ((now - self.last).clamp(0, window) * free / window).min(self.failures.into());
                self.failures -= u32::try_from(gone).unwrap_or(self.failures);
                // Rounded up: nothing is forgotten twice.
                self.last =
                    if self.failures == 0 { now } else { self.last + (gone * window + free - 1) / free };
            }
        }
        self
    }

    fn add(&mut self, rule: Rule, now: i64) {
        if self.failures == 0 {
            self.last = now;
        }
        *self = self.now_at(rule, now);
        let free = rule.free();
        match rule {
            Rule::Growing(_) => {
                self.failures = self.failures.saturating_add(1);
                self.last = now;
                if self.failures >= free {
                    self.locked_until = now + pause_after(self.failures - free);
                }
            }
            Rule::Steady { pause, .. } => {
                // Not beyond: what strangers did must not be paid for by those who come much later.
                self.failures = self.failures.saturating_add(1).min(free);
                if self.failures == free {
                    self.locked_until = now + i64::from(pause);
                }
            }
        }
    }

    fn is_over(&self, now: i64) -> bool {
        self.under_way == 0 && (self.failures == 0 || now - self.last > FORGET_AFTER || self.is_ahead(now))
    }
}

/// Seconds of the pause after so many failures beyond the free ones.
fn pause_after(beyond: u32) -> i64 {
    (PAUSE << beyond.min(10)).min(PAUSE_MAX)
}

/// What is held of an application.
#[derive(Default)]
struct Book {
    counts: HashMap<Unit, Count>,
    /// Where somebody succeeded, and when last.
    familiar: HashMap<ClientAddress, i64>,
}

/// The failures of late, by application.
#[derive(Default)]
pub(super) struct Table {
    books: HashMap<i64, Book>,
    /// Counts of all books.
    entries: usize,
    forgot: i64,
}

impl Table {
    /// The longest pause among units, in seconds.
    pub(super) fn pause<'a>(
        &self,
        app: i64,
        units: impl IntoIterator<Item = &'a Unit>,
        now: i64,
    ) -> Option<i64> {
        let book = self.books.get(&app)?;
        units.into_iter().filter_map(|unit| book.counts.get(unit)?.pause(now)).max()
    }

    /// Begins an attempt, which counts for the units that hold it up; returns those that are counted.
    ///
    /// # Errors
    /// Seconds to wait: those of the longest pause, or one when as many attempts as may fail are under way.
    pub(super) fn begin(&mut self, app: i64, units: &[Counted], now: i64) -> Result<Vec<Unit>, i64> {
        let holding = || units.iter().filter(|counted| counted.holds);
        if let Some(seconds) = self.pause(app, holding().map(|counted| &counted.unit), now) {
            return Err(seconds);
        }
        if let Some(book) = self.books.get(&app)
            && let mut counts = holding().filter_map(|of| Some((book.counts.get(&of.unit)?, of.rule)))
            && counts.any(|(count, rule)| !count.has_room(rule, now))
        {
            return Err(1);
        }
        let mut begun = Vec::with_capacity(units.len());
        for counted in holding() {
            if let Some(count) = self.count(app, &counted.unit, now) {
                count.under_way += 1;
                begun.push(counted.unit.clone());
            }
        }
        Ok(begun)
    }

    /// Ends an attempt that [`Table::begin`] began.
    pub(super) fn end(&mut self, app: i64, begun: &[Unit]) {
        for unit in begun {
            if let Some(count) = self.books.get_mut(&app).and_then(|book| book.counts.get_mut(unit)) {
                count.under_way = count.under_way.saturating_sub(1);
                if count.under_way == 0 && count.failures == 0 {
                    self.remove(app, unit);
                }
            }
        }
    }

    /// Takes note of a failure.
    pub(super) fn failed(&mut self, app: i64, units: &[Counted], now: i64) {
        for counted in units {
            if let Some(count) = self.count(app, &counted.unit, now) {
                count.add(counted.rule, now);
            }
        }
    }

    /// Forgets a unit's failures; attempts under way go on.
    pub(super) fn forgive(&mut self, app: i64, unit: &Unit) {
        let Some(count) = self.books.get_mut(&app).and_then(|book| book.counts.get_mut(unit)) else { return };
        *count = Count { under_way: count.under_way, ..Count::default() };
        if count.under_way == 0 {
            self.remove(app, unit);
        }
    }

    /// Takes note that somebody succeeded at an address.
    pub(super) fn welcome(&mut self, app: i64, address: ClientAddress, now: i64) {
        let familiar = &mut self.books.entry(app).or_default().familiar;
        if familiar.len() >= FAMILIAR_MAX && !familiar.contains_key(&address) {
            familiar.retain(|_, last| now - *last <= FORGET_AFTER);
            if familiar.len() >= FAMILIAR_MAX {
                return;
            }
        }
        familiar.insert(address, now);
    }

    /// Whether somebody succeeded at an address of late.
    pub(super) fn is_familiar(&self, app: i64, address: ClientAddress, now: i64) -> bool {
        let last = self.books.get(&app).and_then(|book| book.familiar.get(&address));
        last.is_some_and(|last| now - last <= FAMILIAR_FOR)
    }

    /// From how many addresses of IPv4 and /48 of IPv6 failures of an application came that are not forgotten.
    pub(super) fn networks(&self, app: i64, is_widest: impl Fn(&Unit) -> bool, now: i64) -> usize {
        let Some(book) = self.books.get(&app) else { return 0 };
        let counts = book.counts.iter().filter(|(_, count)| count.failures > 0 && !count.is_over(now));
        counts.filter(|(unit, _)| is_widest(unit)).count()
    }

    /// Drops what can be forgotten.
    pub(super) fn forget(&mut self, now: i64) {
        for book in self.books.values_mut() {
            book.forget(now);
        }
        self.books.retain(|_, book| !book.counts.is_empty() || !book.familiar.is_empty());
        self.books.shrink_to_fit();
        self.entries = self.books.values().map(|book| book.counts.len()).sum();
    }

    /// How many counts are held.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        assert_eq!(self.entries, self.books.values().map(|book| book.counts.len()).sum::<usize>());
        self.entries
    }

    fn count(&mut self, app: i64, unit: &Unit, now: i64) -> Option<&mut Count> {
        let book = self.books.entry(app).or_default();
        if book.counts.len() >= ENTRIES && self.forgot != now {
            let before = book.counts.len();
            book.forget(now);
            self.entries -= before - book.counts.len();
            self.forgot = now;
        }
        let full = book.counts.len() >= APP_ENTRIES_MAX || self.entries >= ENTRIES_MAX;
        match book.counts.entry(unit.clone()) {
            Entry::Occupied(count) => Some(count.into_mut()),
            Entry::Vacant(_) if full && *unit != Unit::Strangers => None,
            Entry::Vacant(vacant) => {
                self.entries += 1;
                Some(vacant.insert(Count::default()))
            }
        }
    }

    fn remove(&mut self, app: i64, unit: &Unit) {
        if let Entry::Occupied(mut book) = self.books.entry(app) {
            self.entries -= usize::from(book.get_mut().counts.remove(unit).is_some());
            if book.get().counts.is_empty() && book.get().familiar.is_empty() {
                book.remove();
            }
        }
    }
}

impl Book {
    fn forget(&mut self, now: i64) {
        self.counts.retain(|_, count| !count.is_over(now));
        self.counts.shrink_to_fit();
        self.familiar.retain(|_, last| now - *last <= FAMILIAR_FOR);
        self.familiar.shrink_to_fit();
    }
}
