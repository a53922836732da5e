//! What happens in each application since it was last written down. Counting costs a request one addition: it is known
//! by the application that the catalog hands out.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use claviger_store::activity::{Guesses, Happened};

use super::alerts::Alert;

/// What happened in an application since it was last written down.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    inits: AtomicI64,
    sign_ins: AtomicI64,
    refusals: AtomicI64,
    /// About how many live sessions there are in which nobody is signed in: counted now and then, and in between what
    /// began on this node.
    strangers: AtomicI64,
    passwords: AtomicI64,
    licenses: AtomicI64,
    codes: AtomicI64,
    paused: AtomicI64,
}

impl Tally {
    /// Counts a session that began.
    pub(crate) fn init(&self) {
        self.inits.fetch_add(1, Relaxed);
        self.strangers.fetch_add(1, Relaxed);
    }

    /// About how many live sessions there are in which nobody is signed in.
    pub(crate) fn strangers(&self) -> i64 {
        self.strangers.load(Relaxed)
    }

    /// Notes how many live sessions there are in which nobody is signed in.
    pub(crate) fn set_strangers(&self, count: i64) {
        self.strangers.store(count, Relaxed);
    }

    /// Notes that some of these were removed.
    pub(crate) fn fewer_strangers(&self, removed: i64) {
        self.strangers.fetch_sub(removed, Relaxed);
    }

    /// Notes that all sessions have ended.
    pub(crate) fn ended(&self) {
        self.strangers.store(0, Relaxed);
    }

    /// Counts a sign-in.
    pub(crate) fn sign_in(&self) {
        self.sign_ins.fetch_add(1, Relaxed);
    }

    /// Counts a sign-in that was refused.
    pub(crate) fn refusal(&self) {
        self.refusals.fetch_add(1, Relaxed);
    }

    /// Counts a guess that failed, or one that was refused unseen.
    pub(crate) fn guess(&self, alert: Alert) {
        let count = match alert {
            Alert::LoginFailed | Alert::ForgotFailed => &self.passwords,
            Alert::LicenseUnknown => &self.licenses,
            Alert::TwoFactorFailed => &self.codes,
            Alert::Paused => &self.paused,
            // No application's.
            _ => return,
        };
        count.fetch_add(1, Relaxed);
    }

    fn take(&self) -> Happened {
        Happened {
            inits: self.inits.swap(0, Relaxed),
            sign_ins: self.sign_ins.swap(0, Relaxed),
            refusals: self.refusals.swap(0, Relaxed),
            guesses: Guesses {
                passwords: self.passwords.swap(0, Relaxed),
                licenses: self.licenses.swap(0, Relaxed),
                codes: self.codes.swap(0, Relaxed),
                paused: self.paused.swap(0, Relaxed),
            },
        }
    }

    fn give_back(&self, happened: Happened) {
        self.inits.fetch_add(happened.inits, Relaxed);
        self.sign_ins.fetch_add(happened.sign_ins, Relaxed);
        self.refusals.fetch_add(happened.refusals, Relaxed);
        let Guesses { passwords, licenses, codes, paused } = happened.guesses;
        self.passwords.fetch_add(passwords, Relaxed);
        self.licenses.fetch_add(licenses, Relaxed);
        self.codes.fetch_add(codes, Relaxed);
        self.paused.fetch_add(paused, Relaxed);
    }
}

/// The tallies by application. They outlive what the catalog holds of it, which is read anew after every change.
#[derive(Default)]
pub(crate) struct Tallies(Mutex<HashMap<i64, Arc<Tally>>>);

impl Tallies {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Arc<Tally>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tally of an application.
    pub(crate) fn of(&self, app: i64) -> Arc<Tally> {
        self.lock().entry(app).or_default().clone()
    }

    /// Notes how many live sessions there are in which nobody is signed in; none where no count is.
    pub(crate) fn set_strangers(&self, counts: &HashMap<i64, i64>) {
        for (app, tally) in self.lock().iter() {
            tally.set_strangers(counts.get(app).copied().unwrap_or(0));
        }
    }

    /// The applications with at least `least` live sessions in which nobody is signed in, as far as is known.
    pub(crate) fn with_strangers(&self, least: i64) -> Vec<(i64, Arc<Tally>)> {
        let tallies = self.lock();
        let many = tallies.iter().filter(|(_, tally)| tally.strangers() >= least);
        many.map(|(app, tally)| (*app, tally.clone())).collect()
    }

    /// Takes what happened, in the order of the applications' numbers, and forgets those that nobody holds any more.
    pub(crate) fn take(&self) -> Vec<(i64, Happened)> {
        let mut taken = Vec::new();
        self.lock().retain(|app, tally| {
            // Asked first: who holds a tally may count until then.
            let held = Arc::strong_count(tally) > 1;
            let happened = tally.take();
            if happened != Happened::default() {
                taken.push((*app, happened));
            }
            held
        });
        taken.sort_unstable_by_key(|(app, _)| *app);
        taken
    }

    /// Takes back what could not be written down.
    pub(crate) fn give_back(&self, happened: impl IntoIterator<Item = (i64, Happened)>) {
        let mut tallies = self.lock();
        for (app, happened) in happened {
            tallies.entry(app).or_default().give_back(happened);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_taken_once() {
        let tallies = Tallies::default();
        let (one, other) = (tallies.of(7), tallies.of(3));
        one.init();
        tallies.of(7).init();
        one.sign_in();
        other.refusal();
        other.guess(Alert::LicenseUnknown);
        let guesses = Guesses { licenses: 1, ..Guesses::default() };
        let seven = (7, Happened { inits: 2, sign_ins: 1, ..Happened::default() });
        let three = (3, Happened { refusals: 1, guesses, ..Happened::default() });
        assert_eq!(tallies.take(), [three, seven]);
        assert_eq!(tallies.take(), []);
        one.init();
        tallies.give_back([seven]);
        assert_eq!(tallies.take(), [(7, Happened { inits: 3, sign_ins: 1, ..Happened::default() })]);
    }

    #[test]
    fn a_tally_that_nobody_holds_goes_when_it_is_empty() {
        let tallies = Tallies::default();
        tallies.of(1).init();
        assert_eq!(tallies.take().len(), 1);
        assert!(tallies.lock().is_empty());
        let held = tallies.of(1);
        assert_eq!(tallies.take(), []);
        assert_eq!(tallies.lock().len(), 1);
        drop(held);
        tallies.give_back([(2, Happened { inits: 1, ..Happened::default() })]);
        assert_eq!(tallies.take().len(), 1);
        assert!(tallies.lock().is_empty());
    }
}
