//! How many lines of `log` are written in an hour: by each session, and by all sessions of an application in which nobody
//! is signed in. Held in memory, by each node for itself.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_domain::SessionId;

use crate::shared::shares::Shares;

/// Seconds of a budget.
const HOUR: i64 = 3600;
/// Sessions whose lines are counted at once; what comes beyond them shares one budget.
const SESSIONS: usize = 100_000;

/// The lines of this hour.
#[derive(Debug, Default)]
pub(crate) struct LineBudgets(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    hour: i64,
    sessions: HashMap<Option<SessionId>, u32>,
    anonymous: HashMap<i64, u32>,
}

impl LineBudgets {
    /// Takes a line out of the budgets; `false` when it is one too many.
    pub(crate) fn take(
        &self,
        shares: &Shares,
        app: i64,
        session: SessionId,
        anonymous: bool,
        now: i64,
    ) -> bool {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = now.div_euclid(HOUR);
        if lines.hour != hour {
            *lines = Lines { hour, ..Lines::default() };
        }
        let known = lines.sessions.len() < SESSIONS || lines.sessions.contains_key(&Some(session));
        let own = lines.sessions.entry(known.then_some(session)).or_default();
        if *own >= shares.session_lines {
            return false;
        }
        *own += 1;
        if !anonymous {
            return true;
        }
        let all = lines.anonymous.entry(app).or_default();
        let within = *all < shares.anonymous_lines;
        *all += u32::from(within);
        within
    }
}

#[cfg(test)]
mod tests {
    use claviger_domain::SystemRandom;

    use super::*;

    #[test]
    fn sessions_and_strangers_have_budgets() {
        let shares = Shares { session_lines: 2, anonymous_lines: 3, ..Shares::default() };
        let (budgets, now) = (LineBudgets::default(), 1_000 * HOUR);
        let [one, other, user] = [1, 2, 3].map(|ms| SessionId::generate(ms, &SystemRandom));
        let take = |app, session, anonymous, now| budgets.take(&shares, app, session, anonymous, now);
        let first = [one, one, one, other, other].map(|session| take(7, session, true, now));
        assert_eq!(first, [true, true, false, true, false]);
        assert_eq!([user, user, user].map(|session| take(7, session, false, now)), [true, true, false]);
        assert!(take(8, SessionId::generate(4, &SystemRandom), true, now), "another application has its own");
        assert!(!take(7, SessionId::generate(5, &SystemRandom), true, now + HOUR - 1));
        assert!(take(7, one, true, now + HOUR), "a new hour");
    }
}
