//! What happens in each application since it was last written down. Counting costs a request one addition: it is known
//! by the application that the catalog hands out.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use claviger_domain::Month;
use claviger_store::{
    activity::{Guesses, Happened},
    report_counts::{Kind, NAMES_MAX, OTHER},
};

use super::{alerts::Alert, text::cut};

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
    /// Sessions begun, by version of the Client API.
    apis: [AtomicI64; APIS.len()],
    /// What happens seldom enough for a lock.
    named: Mutex<Named>,
}

/// What is counted by name.
#[derive(Debug, Default)]
struct Named {
    /// The version that programs must have to start.
    version: String,
    /// Sessions begun that are among the counts, under versions that programs had to have before.
    settled: i64,
    counts: Counts,
}

/// How often what happened, for reports.
pub(crate) type Counts = BTreeMap<(Kind, String), i64>;

/// The versions of the Client API, by the numbers that sessions have.
const APIS: [(i64, &str); 4] = [(10, "1.0"), (11, "1.1"), (12, "1.2"), (13, "1.3")];
/// Different things that are counted apart until they are written down.
const NAMED_MAX: usize = 100;
/// Different countries or files that are counted apart until they are written down.
const KNOWN_NAMES_MAX: usize = 1100;
/// Bytes of a name that are kept.
const NAME_MAX: usize = 60;

impl Named {
    /// Counts sessions that began under the version.
    fn settle(&mut self, begun: i64) {
        if begun > 0 {
            *self.counts.entry((Kind::Version, self.version.clone())).or_default() += begun;
            self.settled += begun;
        }
    }

    /// Different names of a kind.
    fn of(&self, kind: Kind) -> usize {
        self.counts.range((kind, String::new())..).take_while(|((of, _), _)| *of == kind).count()
    }
}

/// How many different names of a kind are counted apart.
fn most(kind: Kind) -> usize {
    if kind.names_max() > NAMES_MAX { KNOWN_NAMES_MAX } else { NAMED_MAX }
}

/// What happened in an application since it was last written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// What is counted by the minute.
    pub(crate) happened: Happened,
    /// What is counted by the day.
    pub(crate) counts: Counts,
}

impl From<Happened> for Taken {
    fn from(happened: Happened) -> Self {
        Self { happened, counts: Counts::new() }
    }
}

impl Tally {
    /// Counts a session that began on this version of the Client API.
    pub(crate) fn init(&self, api: i64) {
        self.inits.fetch_add(1, Relaxed);
        self.strangers.fetch_add(1, Relaxed);
        if let Some(at) = APIS.iter().position(|(number, _)| *number == api) {
            self.apis[at].fetch_add(1, Relaxed);
        }
    }

    fn named(&self) -> MutexGuard<'_, Named> {
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the version that programs must have to start. What began until now, began with the one before.
    pub(crate) fn set_version(&self, version: &str) {
        let mut named = self.named();
        if named.version != version {
            let begun = self.inits.load(Relaxed) - named.settled;
            named.settle(begun);
            version.clone_into(&mut named.version);
        }
    }

    /// Counts something for reports.
    pub(crate) fn count(&self, kind: Kind, name: &str) {
        let mut named = self.named();
        let key = (kind, cut(name, NAME_MAX).to_owned());
        let full = !named.counts.contains_key(&key) && named.of(kind) >= most(kind);
        let key = if full { (kind, OTHER.to_owned()) } else { key };
        *named.counts.entry(key).or_default() += 1;
    }

    /// Counts a download of a file.
    pub(crate) fn download(&self, file: &str) {
        self.count(Kind::Download, file);
        self.count(Kind::DownloadEver, file);
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

    /// Counts the first sign-in of a user in a month, by the month of the registration: all times in Unix seconds. Whoever
    /// signs in holds the user's row, so one sign-in sees the month change, on whichever node.
    pub(crate) fn count_return(&self, registered: i64, previous: Option<i64>, now: i64) {
        if previous.is_none_or(|previous| Month::of(previous) < Month::of(now)) {
            self.count(Kind::Returned, &Month::of(registered).name());
        }
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

    fn take(&self) -> Taken {
        let mut named = self.named();
        let inits = self.inits.swap(0, Relaxed);
        let begun = inits - named.settled;
        named.settle(begun);
        named.settled = 0;
        let mut counts = std::mem::take(&mut named.counts);
        drop(named);
        for (count, (_, name)) in self.apis.iter().map(|count| count.swap(0, Relaxed)).zip(APIS) {
            if count > 0 {
                *counts.entry((Kind::Api, name.to_owned())).or_default() += count;
            }
        }
        Taken { happened: self.take_happened(inits), counts }
    }

    fn take_happened(&self, inits: i64) -> Happened {
        Happened {
            inits,
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

    fn give_back(&self, Taken { happened, counts }: Taken) {
        let mut named = self.named();
        for ((kind, name), count) in counts {
            match APIS.iter().position(|(_, api)| *api == name).filter(|_| kind == Kind::Api) {
                Some(at) => _ = self.apis[at].fetch_add(count, Relaxed),
                None => {
                    if kind == Kind::Version {
                        named.settled += count;
                    }
                    *named.counts.entry((kind, name)).or_default() += count;
                }
            }
        }
        self.inits.fetch_add(happened.inits, Relaxed);
        drop(named);
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
    pub(crate) fn take(&self) -> Vec<(i64, Taken)> {
        let mut taken = Vec::new();
        self.lock().retain(|app, tally| {
            // Asked first: who holds a tally may count until then.
            let held = Arc::strong_count(tally) > 1;
            let new = tally.take();
            if new != Taken::default() {
                taken.push((*app, new));
            }
            held
        });
        taken.sort_unstable_by_key(|(app, _)| *app);
        taken
    }

    /// Takes back what could not be written down.
    pub(crate) fn give_back(&self, taken: impl IntoIterator<Item = (i64, Taken)>) {
        let mut tallies = self.lock();
        for (app, taken) in taken {
            tallies.entry(app).or_default().give_back(taken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(happened: Happened, counts: &[(Kind, &str, i64)]) -> Taken {
        let counts = counts.iter().map(|(kind, name, count)| ((*kind, (*name).to_owned()), *count)).collect();
        Taken { happened, counts }
    }

    #[test]
    fn what_is_counted_is_taken_once() {
        let tallies = Tallies::default();
        let (one, other) = (tallies.of(7), tallies.of(3));
        one.set_version("2.0");
        one.init(12);
        tallies.of(7).init(13);
        one.sign_in();
        one.count(Kind::Registered, "");
        other.refusal();
        other.guess(Alert::LicenseUnknown);
        let guesses = Guesses { licenses: 1, ..Guesses::default() };
        let counts = [
            (Kind::Api, "1.2", 1),
            (Kind::Api, "1.3", 1),
            (Kind::Version, "2.0", 2),
            (Kind::Registered, "", 1),
        ];
        let seven = (7, of(Happened { inits: 2, sign_ins: 1, ..Happened::default() }, &counts));
        let three = (3, of(Happened { refusals: 1, guesses, ..Happened::default() }, &[]));
        assert_eq!(tallies.take(), [three, seven.clone()]);
        assert_eq!(tallies.take(), []);
        one.init(12);
        tallies.give_back([seven]);
        let counts = [
            (Kind::Api, "1.2", 2),
            (Kind::Api, "1.3", 1),
            (Kind::Version, "2.0", 3),
            (Kind::Registered, "", 1),
        ];
        assert_eq!(
            tallies.take(),
            [(7, of(Happened { inits: 3, sign_ins: 1, ..Happened::default() }, &counts))]
        );
    }

    #[test]
    fn what_began_is_counted_under_the_version_of_then() {
        let tallies = Tallies::default();
        let tally = tallies.of(1);
        let versions = |tallies: &Tallies| -> Vec<(String, i64)> {
            let taken = tallies.take();
            let counts = taken.iter().flat_map(|(_, taken)| &taken.counts);
            let of = counts.filter(|((kind, _), _)| *kind == Kind::Version);
            of.map(|((_, name), count)| (name.clone(), *count)).collect()
        };
        let told = |expected: &[(&str, i64)]| -> Vec<(String, i64)> {
            expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
        };
        tally.set_version("1.0");
        tally.init(12);
        tally.init(12);
        tally.set_version("2.0");
        tally.set_version("2.0");
        tally.init(12);
        // What could not be written down stays under its versions.
        let taken = tallies.take();
        tally.set_version("3.0");
        tally.init(12);
        tallies.give_back(taken);
        tally.set_version("4.0");
        assert_eq!(versions(&tallies), told(&[("1.0", 2), ("2.0", 1), ("3.0", 1)]));
        tally.init(12);
        assert_eq!(versions(&tallies), told(&[("4.0", 1)]));
    }

    #[test]
    fn names_of_strangers_are_bounded() {
        let tallies = Tallies::default();
        let tally = tallies.of(1);
        for number in 0..1000 {
            tally.count(Kind::Outdated, &format!("{number}{}", "x".repeat(100)));
        }
        let [(_, taken)] = &tallies.take()[..] else { panic!("one application") };
        assert_eq!(taken.counts.len(), NAMED_MAX + 1);
        assert_eq!(taken.counts[&(Kind::Outdated, OTHER.to_owned())], 1000 - NAMED_MAX as i64);
        assert!(taken.counts.keys().all(|(_, name)| name.len() <= NAME_MAX));
    }

    #[test]
    fn a_tally_that_nobody_holds_goes_when_it_is_empty() {
        let tallies = Tallies::default();
        tallies.of(1).sign_in();
        assert_eq!(tallies.take().len(), 1);
        assert!(tallies.lock().is_empty());
        let held = tallies.of(1);
        assert_eq!(tallies.take(), []);
        assert_eq!(tallies.lock().len(), 1);
        drop(held);
        tallies.give_back([(2, Happened { sign_ins: 1, ..Happened::default() }.into())]);
        assert_eq!(tallies.take().len(), 1);
        assert!(tallies.lock().is_empty());
    }
}
