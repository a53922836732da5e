//! Tries to sign in on their way into the database: gathered in memory for a second, so that no request writes, and
//! bounded for each application, so that nobody who is flooded takes another's room.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_domain::ClientAddress;

use crate::shared::outcome::Outcome;

/// Tries of an application that wait, of each kind: what went well, what was refused, what strangers were refused.
const WAITING_EACH: usize = 64;
/// Tries that wait in all before an application's share is [`WAITING_LEAST`].
const WAITING_MAX: usize = 8192;
const WAITING_LEAST: usize = 4;

/// Whom a try named. Never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// Name of a user.
    pub(crate) user: Option<String>,
    /// E-mail address of a user. It is looked up and not kept.
    pub(crate) email: Option<String>,
    /// License key.
    pub(crate) key: Option<String>,
    /// Token of the token system. It is looked up and not kept.
    pub(crate) token: Option<String>,
}

/// A try that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    /// Unix second; of several alike, that of the last one.
    pub(crate) time: i64,
    /// So many alike.
    pub(crate) count: i64,
    /// Type of the request.
    pub(crate) kind: &'static str,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// What belongs to that: the reason of a ban, or the version of the program.
    pub(crate) detail: Option<String>,
    /// Whom it named.
    pub(crate) named: Named,
    /// The device, where the program told one.
    pub(crate) hwid: Option<String>,
    /// Address of the client.
    pub(crate) ip: ClientAddress,
}

impl Noted {
    fn room(&self) -> u8 {
        match self.outcome {
            Outcome::Fine => 0,
            outcome if outcome.is_strangers() => 1,
            _ => 2,
        }
    }

    /// Of strangers at one place all are alike, whatever names they guess.
    fn is_like(&self, other: &Self) -> bool {
        let same = self.kind == other.kind && self.outcome == other.outcome;
        match self.outcome.is_strangers() {
            true => same && self.ip.crowd() == other.ip.crowd(),
            false => same && self.ip == other.ip && self.named == other.named && self.hwid == other.hwid,
        }
    }
}

#[derive(Default)]
struct Waiting {
    apps: HashMap<i64, Vec<Noted>>,
    total: usize,
}

/// The tries that wait.
#[derive(Default)]
pub(crate) struct Tries(Mutex<Waiting>);

impl Tries {
    /// Takes note of a try, unless the application has its share of those that wait.
    pub(crate) fn note(&self, app: i64, new: Noted) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let share = if waiting.total < WAITING_MAX { WAITING_EACH } else { WAITING_LEAST };
        let of_app = waiting.apps.entry(app).or_default();
        if let Some(place) = of_app.iter().position(|one| one.is_like(&new)) {
            // Behind what came since.
            let count = of_app.remove(place).count.saturating_add(new.count);
            of_app.push(Noted { count, ..new });
            return;
        }
        if of_app.iter().filter(|one| one.room() == new.room()).count() < share {
            of_app.push(new);
            waiting.total += 1;
        }
    }

    /// Takes all that wait, by application, in the order of their numbers.
    pub(crate) fn take(&self) -> Vec<(i64, Vec<Noted>)> {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut apps: Vec<_> = waiting.apps.into_iter().collect();
        apps.sort_by_key(|(app, _)| *app);
        apps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(outcome: Outcome, user: &str, ip: [u8; 4]) -> Noted {
        Noted {
            time: 1,
            count: 1,
            kind: "login",
            outcome,
            detail: None,
            named: Named { user: Some(user.into()), ..Named::default() },
            hwid: None,
            ip: ClientAddress::Known(ip.into()),
        }
    }

    #[test]
    fn what_is_alike_is_counted() {
        let tries = Tries::default();
        for time in 1..=3 {
            tries.note(7, Noted { time, ..noted(Outcome::WrongPassword, "ann", [1; 4]) });
            tries.note(7, Noted { time, ..noted(Outcome::UnknownUser, &time.to_string(), [1; 4]) });
        }
        tries.note(7, noted(Outcome::WrongPassword, "bob", [1; 4]));
        tries.note(7, noted(Outcome::WrongPassword, "ann", [2; 4]));
        tries.note(7, noted(Outcome::UnknownUser, "x", [2; 4]));
        let [(7, ref waiting)] = tries.take()[..] else { panic!("one application") };
        let seen: Vec<_> =
            waiting.iter().map(|one| (one.named.user.as_deref().unwrap(), one.time, one.count)).collect();
        assert_eq!(seen, [("ann", 3, 3), ("3", 3, 3), ("bob", 1, 1), ("ann", 1, 1), ("x", 1, 1)]);
        assert!(tries.take().is_empty());
    }

    #[test]
    fn a_flood_takes_its_own_room_only() {
        let tries = Tries::default();
        for number in 0..10_000u16 {
            let [high, low] = number.to_be_bytes();
            tries.note(1, noted(Outcome::UnknownUser, "x", [10, 0, high, low]));
        }
        tries.note(1, noted(Outcome::WrongPassword, "ann", [1; 4]));
        tries.note(1, noted(Outcome::Fine, "ann", [1; 4]));
        tries.note(2, noted(Outcome::UnknownUser, "x", [1; 4]));
        let lengths: Vec<_> = tries.take().into_iter().map(|(app, waiting)| (app, waiting.len())).collect();
        assert_eq!(lengths, [(1, WAITING_EACH + 2), (2, 1)]);
    }

    #[test]
    fn when_all_is_full_each_keeps_a_little() {
        let tries = Tries::default();
        for app in 0..1000 {
            for number in 0..200u8 {
                tries.note(app, noted(Outcome::WrongPassword, "ann", [10, 0, 0, number]));
            }
        }
        let waiting = tries.take();
        assert_eq!(waiting[0].1.len(), WAITING_EACH);
        assert_eq!(waiting[999].1.len(), WAITING_LEAST);
        let total: usize = waiting.iter().map(|(_, waiting)| waiting.len()).sum();
        assert!(total <= WAITING_MAX + 1000 * WAITING_LEAST, "{total}");
    }
}
