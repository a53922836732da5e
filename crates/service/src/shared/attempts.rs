//! Failed logins, counted by user and by address. After some of them comes a pause that grows with every further one.
//! Held in memory, by each node for itself.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use claviger_domain::{ClientAddress, fold};

use crate::shared::limits::NAME_MAX;

/// The first pause, in seconds; each further failure doubles it.
const PAUSE: i64 = 30;
/// The longest pause, in seconds.
const PAUSE_MAX: i64 = 900;
/// Failures are forgotten after so many seconds without another one.
const FORGET_AFTER: i64 = 1800;
/// Entries of a table before those that can be forgotten are dropped in passing, at most once a second.
const ENTRIES: usize = 100_000;
/// Entries of a table at most; further keys are not counted.
const ENTRIES_MAX: usize = 1_000_000;

/// How many failures are free; 0: any number.
#[derive(Clone, Copy, Debug)]
pub struct FreeFailures {
    /// With one user's name, from addresses other than that of the user's last login.
    pub user: u32,
    /// From one address, or from all that are unknown, in one application.
    pub address: u32,
}

impl FreeFailures {
    /// The same, with an end where there was none: for people, whose passwords open whole applications.
    pub(crate) fn or_default(self) -> Self {
        let or = |free, default| if free == 0 { default } else { free };
        Self { user: or(self.user, 10), address: or(self.address, 100) }
    }
}

/// Who is trying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<'a> {
    /// The application.
    pub(crate) app: i64,
    /// Name of the user, where one is named.
    pub(crate) username: Option<&'a str>,
    /// Address of the client.
    pub(crate) ip: ClientAddress,
}

/// The failures of late.
pub(crate) struct Attempts {
    free: FreeFailures,
    users: Mutex<Failures<(i64, String)>>,
    /// Attempts under way with a user's name: they count until it is known what comes of them, so that a crowd of them
    /// does not slip through at once.
    under_way: Mutex<HashMap<(i64, String), u32>>,
    addresses: Mutex<Failures<(i64, ClientAddress)>>,
}

impl Attempts {
    pub(crate) fn new(free: FreeFailures) -> Self {
        Self { free, users: Mutex::default(), under_way: Mutex::default(), addresses: Mutex::default() }
    }

    /// Seconds of the pause that is left, if there is one. `known`: the address is that of the user's last login,
    /// which others' failures do not lock out.
    pub(crate) fn pause(&self, attempt: Attempt<'_>, known: bool, now: i64) -> Option<i64> {
        let address = lock(&self.addresses).pause(&address_key(attempt), now);
        let user = user_key(attempt).filter(|_| !known).and_then(|key| lock(&self.users).pause(&key, now));
        address.max(user)
    }

    /// Seconds of the pauses that are left: of the user whom an attempt names, and of its address if that `counts`.
    pub(crate) fn pauses(&self, attempt: Attempt<'_>, counts: bool, now: i64) -> [Option<i64>; 2] {
        let user = user_key(attempt).and_then(|key| lock(&self.users).pause(&key, now));
        let address = lock(&self.addresses).pause(&address_key(attempt), now).filter(|_| counts);
        [user, address]
    }

    /// Begins an attempt; `None` when as many as are free are under way with this name. `known` as for
    /// [`Attempts::pause`].
    pub(crate) fn begin(&self, attempt: Attempt<'_>, known: bool) -> Option<UnderWay<'_>> {
        let key = user_key(attempt).filter(|_| !known && self.free.user > 0);
        if let Some(key) = &key {
            let mut under_way = lock(&self.under_way);
            let count = under_way.entry(key.clone()).or_default();
            if *count >= self.free.user {
                return None;
            }
            *count += 1;
        }
        Some(UnderWay { attempts: self, key })
    }

    /// Takes note of a failure.
    pub(crate) fn failed(&self, attempt: Attempt<'_>, now: i64) {
        lock(&self.addresses).add(address_key(attempt), self.free.address, now);
        if let Some(key) = user_key(attempt) {
            lock(&self.users).add(key, self.free.user, now);
        }
    }

    /// Takes note of a success: the user's failures are forgotten, those of the address are not, since an attacker
    /// may have an account of his own.
    pub(crate) fn succeeded(&self, attempt: Attempt<'_>) {
        if let Some(key) = user_key(attempt) {
            lock(&self.users).counts.remove(&key);
        }
    }

    /// Drops what can be forgotten; call it now and then.
    pub(crate) fn forget(&self, now: i64) {
        lock(&self.users).forget(now);
        lock(&self.addresses).forget(now);
    }
}

/// An attempt whose outcome is not known yet.
pub(crate) struct UnderWay<'a> {
    attempts: &'a Attempts,
    key: Option<(i64, String)>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        if let Entry::Occupied(mut count) = lock(&self.attempts.under_way).entry(key) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// No user has a longer name, so there is nothing to protect, and nothing to hold in memory.
fn user_key(attempt: Attempt<'_>) -> Option<(i64, String)> {
    let name = attempt.username.filter(|name| name.len() <= NAME_MAX)?;
    Some((attempt.app, fold(name).into_owned()))
}

fn address_key(attempt: Attempt<'_>) -> (i64, ClientAddress) {
    (attempt.app, attempt.ip.crowd())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Clone, Copy)]
struct Count {
    failures: u32,
    last: i64,
    locked_until: i64,
}

struct Failures<K> {
    counts: HashMap<K, Count>,
    forgot: i64,
}

impl<K> Default for Failures<K> {
    fn default() -> Self {
        Self { counts: HashMap::new(), forgot: 0 }
    }
}

impl<K: Eq + Hash> Failures<K> {
    fn pause(&self, key: &K, now: i64) -> Option<i64> {
        self.counts.get(key).map(|count| count.locked_until - now).filter(|&seconds| seconds > 0)
    }

    fn add(&mut self, key: K, free: u32, now: i64) {
        if free == 0 {
            return;
        }
        if self.counts.len() >= ENTRIES && self.forgot != now {
            self.forget(now);
        }
        if self.counts.len() >= ENTRIES_MAX && !self.counts.contains_key(&key) {
            return;
        }
        let count = self.counts.entry(key).or_insert(Count { failures: 0, last: now, locked_until: 0 });
        if now - count.last > FORGET_AFTER {
            count.failures = 0;
        }
        count.failures = count.failures.saturating_add(1);
        count.last = now;
        if count.failures >= free {
            count.locked_until = now + pause_after(count.failures - free);
        }
    }

    fn forget(&mut self, now: i64) {
        self.counts.retain(|_, count| now - count.last <= FORGET_AFTER);
        self.counts.shrink_to_fit();
        self.forgot = now;
    }
}

/// Seconds of the pause after so many failures beyond the free ones.
fn pause_after(beyond: u32) -> i64 {
    (PAUSE << beyond.min(10)).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt<'a>(username: Option<&'a str>, ip: &str) -> Attempt<'a> {
        Attempt { app: 1, username, ip: ip.parse().map_or(ClientAddress::Unknown, ClientAddress::Known) }
    }

    #[test]
    fn a_users_pause_grows_and_ends() {
        let attempts = Attempts::new(FreeFailures { user: 3, address: 0 });
        let mut now = 1000;
        for expected in
            [None, None, Some(30), Some(60), Some(120), Some(240), Some(480), Some(900), Some(900)]
        {
            attempts.failed(attempt(Some("Alice"), "192.0.2.1"), now);
            assert_eq!(attempts.pause(attempt(Some("aLICE"), "192.0.2.2"), false, now), expected);
            now += expected.unwrap_or(1);
            assert_eq!(attempts.pause(attempt(Some("alice"), "192.0.2.2"), false, now), None);
        }
        assert_eq!(attempts.pause(attempt(Some("bob"), "192.0.2.1"), false, now - 1), None);
        let elsewhere = Attempt { app: 2, ..attempt(Some("alice"), "192.0.2.1") };
        assert_eq!(attempts.pause(elsewhere, false, now - 1), None);
        // The user's own place is not locked out by others.
        assert_eq!(attempts.pause(attempt(Some("alice"), "192.0.2.9"), true, now - 1), None);
        attempts.succeeded(attempt(Some("alice"), "192.0.2.9"));
        assert_eq!(attempts.pause(attempt(Some("alice"), "192.0.2.1"), false, now - 1), None);
    }

    #[test]
    fn an_address_is_paused_whatever_it_tries() {
        let attempts = Attempts::new(FreeFailures { user: 0, address: 2 });
        attempts.failed(attempt(Some("alice"), "2001:db8::1"), 5);
        attempts.failed(attempt(None, "2001:db8::2"), 5);
        assert_eq!(attempts.pause(attempt(Some("bob"), "2001:db8::3"), true, 5), Some(30));
        assert_eq!(attempts.pause(attempt(Some("bob"), "2001:db8:0:1::3"), true, 5), None);
        attempts.succeeded(attempt(Some("alice"), "2001:db8::1"));
        assert_eq!(attempts.pause(attempt(None, "2001:db8::1"), false, 5), Some(30));
        attempts.failed(attempt(Some("alice"), "unknown"), 5);
        assert_eq!(attempts.pause(attempt(None, "unknown"), false, 5), None);
        attempts.failed(attempt(Some("bob"), "unknown"), 5);
        assert_eq!(attempts.pause(attempt(None, "unknown"), false, 5), Some(30));
    }

    #[test]
    fn a_crowd_does_not_slip_through() {
        let attempts = Attempts::new(FreeFailures { user: 2, address: 0 });
        let alice = attempt(Some("alice"), "192.0.2.1");
        let first = attempts.begin(alice, false);
        let second = attempts.begin(attempt(Some("ALICE"), "192.0.2.2"), false);
        assert!(first.is_some() && second.is_some());
        assert!(attempts.begin(alice, false).is_none());
        assert!(attempts.begin(alice, true).is_some());
        assert!(attempts.begin(attempt(Some("bob"), "192.0.2.1"), false).is_some());
        drop(first);
        assert!(attempts.begin(alice, false).is_some());
        drop(second);
        assert!(lock(&attempts.under_way).is_empty());
        let long = "x".repeat(NAME_MAX + 1);
        attempts.failed(attempt(Some(&long), "192.0.2.1"), 0);
        assert!(lock(&attempts.users).counts.is_empty());
    }

    #[test]
    fn failures_are_forgotten() {
        let attempts = Attempts::new(FreeFailures { user: 2, address: 2 });
        attempts.failed(attempt(Some("alice"), "192.0.2.1"), 0);
        attempts.failed(attempt(Some("alice"), "192.0.2.1"), FORGET_AFTER + 1);
        assert_eq!(attempts.pause(attempt(Some("alice"), "192.0.2.1"), false, FORGET_AFTER + 1), None);
        attempts.forget(2 * FORGET_AFTER + 2);
        assert!(lock(&attempts.users).counts.is_empty() && lock(&attempts.addresses).counts.is_empty());
    }

    #[test]
    fn without_limits_nothing_is_held() {
        let attempts = Attempts::new(FreeFailures { user: 0, address: 0 });
        (0..1000).for_each(|_| attempts.failed(attempt(Some("alice"), "192.0.2.1"), 0));
        assert_eq!(attempts.pause(attempt(Some("alice"), "192.0.2.1"), false, 0), None);
        assert!(lock(&attempts.users).counts.is_empty());
    }
}
