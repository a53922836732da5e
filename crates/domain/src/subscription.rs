//! What a user has of a subscription, and what may happen to it. Times are Unix seconds, durations seconds;
//! [`NEVER`](crate::NEVER) is both.
//!
//! A subscription runs until a second, or it is paused and keeps the seconds that are left. A user may have several of
//! one name: those in the same state go side by side, the longest counts; those in different states one after the other.
//! So whatever happens, time is neither made nor lost but by what was asked: the tests here say so for the rules, those
//! of the store for its SQL, which does the same for many users at once.

use crate::duration::{NEVER, Term, sum};

/// Who paused a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pauser {
    /// The vendor, this user or this subscription.
    Vendor,
    /// The pause of the application, and with it it goes on.
    App,
}

/// A subscription that a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Runs until this second, and has ended from it on.
    Until(i64),
    /// Keeps these seconds until it goes on.
    Paused {
        /// What is left.
        left: i64,
        /// Who paused it.
        by: Pauser,
    },
}

impl Subscription {
    /// One that begins now; while the application is paused, it waits with it.
    pub fn new(term: Term, now: i64, app_paused: bool) -> Self {
        let left = term.seconds(now);
        match app_paused {
            true => Self::Paused { left, by: Pauser::App },
            false => Self::Until(sum(now, left)),
        }
    }

    /// Whether it runs.
    pub fn runs(self, now: i64) -> bool {
        matches!(self, Self::Until(end) if end > now)
    }

    /// What is left of it.
    pub fn left(self, now: i64) -> i64 {
        match self {
            Self::Until(NEVER) => NEVER,
            Self::Until(end) => end.saturating_sub(now).max(0),
            Self::Paused { left, .. } => left,
        }
    }

    /// The same with its end moved, whether it has come or not; back to now at most for one that is paused. What never
    /// ends stays so.
    #[must_use]
    pub fn moved(self, by: i64) -> Self {
        match self {
            Self::Until(NEVER) | Self::Paused { left: NEVER, .. } => self,
            Self::Until(end) => Self::Until(sum(end, by)),
            Self::Paused { left, by: pauser } => Self::Paused { left: sum(left, by).max(0), by: pauser },
        }
    }

    /// The same, had the license that brought it at `since` been worth `new` seconds instead of `old`. Where it never ended,
    /// its new end is counted from there, as if there had been no pause.
    #[must_use]
    pub fn rewritten(self, old: i64, new: i64, since: i64, now: i64) -> Self {
        match self {
            _ if new == NEVER => self.moved(NEVER),
            _ if old < NEVER => self.moved(new.saturating_sub(old)),
            Self::Until(NEVER) => Self::Until(sum(since, new)),
            Self::Paused { left: NEVER, by } => {
                Self::Paused { left: Self::Until(sum(since, new)).left(now), by }
            }
            ended => ended,
        }
    }

    fn prolonged(self, term: Term, now: i64) -> Self {
        match (self, term) {
            (_, Term::For(seconds)) => self.moved(seconds),
            (Self::Until(end), Term::Until(until)) => Self::Until(end.max(until)),
            (Self::Paused { left, by }, Term::Until(_)) => {
                Self::Paused { left: left.max(term.seconds(now)), by }
            }
        }
    }

    /// `None` when it has ended.
    fn state(self, now: i64) -> Option<State> {
        match self {
            Self::Until(_) => self.runs(now).then_some(State::Runs),
            Self::Paused { by, .. } => Some(State::Paused(by)),
        }
    }
}

/// States, in the order in which what is asked for is looked for from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Paused(Pauser),
    Runs,
}

impl State {
    const ALL: [Self; 3] = [Self::Paused(Pauser::Vendor), Self::Paused(Pauser::App), Self::Runs];

    fn with(self, left: i64, now: i64) -> Subscription {
        match self {
            Self::Runs => Subscription::Until(sum(now, left)),
            Self::Paused(by) => Subscription::Paused { left, by },
        }
    }
}

/// What a user has of one name, oldest first, also what has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions(pub Vec<Subscription>);

impl Subscriptions {
    /// For how long it will run, pauses not counted.
    pub fn left(&self, now: i64) -> i64 {
        State::ALL.into_iter().map(|state| self.longest(state, now)).fold(0, sum)
    }

    /// Prolongs what runs; else what is paused, which stays so; else begins another one. An end prolongs to it, and
    /// shortens nothing.
    pub fn prolong(&mut self, term: Term, now: i64, app_paused: bool) {
        if !self.change_best(now, |one| one.prolonged(term, now)) {
            self.0.push(Subscription::new(term, now, app_paused));
        }
    }

    /// Takes time away from what runs, else from what is paused. What never ends stays so.
    pub fn shorten(&mut self, seconds: i64, now: i64) {
        self.change_best(now, |one| one.moved(seconds.saturating_neg()));
    }

    /// Pauses what runs.
    pub fn pause(&mut self, by: Pauser, now: i64) {
        self.transfer(State::Runs, State::Paused(by), now);
    }

    /// Lets what a pause of the application paused go on.
    pub fn resume_with_app(&mut self, now: i64) {
        self.transfer(State::Paused(Pauser::App), State::Runs, now);
    }

    /// Lets go on whatever is paused; while the application is paused, it waits with it.
    pub fn resume(&mut self, now: i64, app_paused: bool) {
        if app_paused {
            self.transfer(State::Paused(Pauser::Vendor), State::Paused(Pauser::App), now);
        } else {
            self.resume_with_app(now);
            self.transfer(State::Paused(Pauser::Vendor), State::Runs, now);
        }
    }

    fn longest(&self, state: State, now: i64) -> i64 {
        let of_state = self.0.iter().filter(|one| one.state(now) == Some(state));
        of_state.map(|one| one.left(now)).max().unwrap_or(0)
    }

    /// Changes all in the foremost state there is; `false` when all have ended.
    fn change_best(&mut self, now: i64, change: impl Fn(Subscription) -> Subscription) -> bool {
        let Some(best) = self.0.iter().filter_map(|one| one.state(now)).max() else { return false };
        for one in self.0.iter_mut().filter(|one| one.state(now) == Some(best)) {
            *one = change(*one);
        }
        true
    }

    /// All of a state come into another, behind what is there.
    fn transfer(&mut self, from: State, to: State, now: i64) {
        let there = self.longest(to, now);
        for one in self.0.iter_mut().filter(|one| one.state(now) == Some(from)) {
            *one = to.with(sum(one.left(now), there), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_exactly_at_its_second() {
        assert!(Subscription::Until(101).runs(100));
        assert!(!Subscription::Until(100).runs(100));
        assert_eq!([100, 101].map(|end| Subscription::Until(end).left(100)), [0, 1]);
    }

    #[test]
    fn a_pause_keeps_what_is_left_whatever_comes() {
        let mut has = Subscriptions(vec![Subscription::Until(130)]);
        has.pause(Pauser::App, 100);
        has.prolong(Term::For(2), 110, true);
        assert_eq!(has.0, [Subscription::Paused { left: 32, by: Pauser::App }]);
        has.resume_with_app(200);
        assert_eq!(has.0, [Subscription::Until(232)]);
    }

    #[test]
    fn two_side_by_side_become_one_after_the_other() {
        let mut has = Subscriptions(vec![
            Subscription::Paused { left: 30, by: Pauser::Vendor },
            Subscription::Until(102),
        ]);
        has.resume(100, false);
        assert_eq!(has.0, [Subscription::Until(132), Subscription::Until(102)]);
    }

    #[test]
    fn never_stays_never() {
        let mut has = Subscriptions::default();
        has.prolong(Term::For(NEVER), 100, false);
        has.shorten(50, 100);
        has.pause(Pauser::Vendor, 110);
        has.prolong(Term::For(5), 120, false);
        has.shorten(i64::MAX, 120);
        assert_eq!(has.0, [Subscription::Paused { left: NEVER, by: Pauser::Vendor }]);
        has.resume(i64::MAX, false);
        assert_eq!(has.0, [Subscription::Until(NEVER)]);
    }

    #[test]
    fn a_license_is_rewritten() {
        let paused = |left| Subscription::Paused { left, by: Pauser::App };
        for (has, old, new, expected) in [
            (Subscription::Until(150), 50, 80, Subscription::Until(180)),
            (Subscription::Until(150), 50, 20, Subscription::Until(120)),
            (Subscription::Until(90), 50, 80, Subscription::Until(120)),
            (Subscription::Until(150), 50, NEVER, Subscription::Until(NEVER)),
            (Subscription::Until(NEVER), NEVER, 80, Subscription::Until(170)),
            (Subscription::Until(NEVER), NEVER, NEVER, Subscription::Until(NEVER)),
            // Another one brought what never ends.
            (Subscription::Until(NEVER), 50, 80, Subscription::Until(NEVER)),
            (paused(30), 50, 80, paused(60)),
            (paused(30), 50, 10, paused(0)),
            (paused(30), 50, NEVER, paused(NEVER)),
            (paused(NEVER), NEVER, 80, paused(70)),
            (paused(NEVER), NEVER, 5, paused(0)),
        ] {
            assert_eq!(has.rewritten(old, new, 90, 100), expected, "{has:?} {old} {new}");
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Prolong(Term),
        Shorten(i64),
        Pause,
        Resume,
        PauseApp,
        ResumeApp,
        Pass(i64),
    }

    fn seconds() -> impl Strategy<Value = i64> {
        prop_oneof![8 => 0i64..200, 1 => Just(NEVER), 1 => 0i64..NEVER]
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => seconds().prop_map(|seconds| Step::Prolong(Term::For(seconds))),
            1 => (0i64..2000).prop_map(|end| Step::Prolong(Term::Until(end))),
            2 => (0i64..200).prop_map(Step::Shorten),
            2 => Just(Step::Pause),
            2 => Just(Step::Resume),
            1 => Just(Step::PauseApp),
            1 => Just(Step::ResumeApp),
            3 => (1i64..200).prop_map(Step::Pass),
        ]
    }

    fn some() -> impl Strategy<Value = Subscription> {
        let by = prop_oneof![Just(Pauser::Vendor), Just(Pauser::App)];
        prop_oneof![
            (0i64..1500).prop_map(Subscription::Until),
            (0i64..200, by).prop_map(|(left, by)| Subscription::Paused { left, by }),
        ]
    }

    proptest! {
        /// From whatever is there, by whatever steps.
        #[test]
        fn time_is_neither_made_nor_lost(
            has in prop::collection::vec(some(), 0..4), steps in prop::collection::vec(step(), 0..40),
        ) {
            let (mut has, mut now, mut paused) = (Subscriptions(has), 1000, false);
            for step in steps {
                let before = has.left(now);
                let best = has.0.iter().filter_map(|one| one.state(now)).max();
                let of_best = best.map_or(0, |state| has.longest(state, now));
                let expected = match step {
                    Step::Prolong(term @ Term::For(seconds)) => {
                        has.prolong(term, now, paused);
                        sum(before, seconds)
                    }
                    Step::Prolong(term @ Term::Until(_)) => {
                        has.prolong(term, now, paused);
                        sum(before - of_best, of_best.max(term.seconds(now)))
                    }
                    Step::Shorten(seconds) => {
                        has.shorten(seconds, now);
                        if of_best == NEVER { NEVER } else { before - seconds.min(of_best) }
                    }
                    Step::Pause => {
                        has.pause(Pauser::Vendor, now);
                        before
                    }
                    Step::Resume => {
                        has.resume(now, paused);
                        before
                    }
                    Step::PauseApp => {
                        paused = true;
                        has.pause(Pauser::App, now);
                        before
                    }
                    Step::ResumeApp => {
                        paused = false;
                        has.resume_with_app(now);
                        before
                    }
                    Step::Pass(seconds) => {
                        let running = has.longest(State::Runs, now);
                        now += seconds;
                        if before == NEVER { before } else { before - seconds.min(running) }
                    }
                };
                // What passes beside something without end is not told apart from it.
                if before < NEVER {
                    prop_assert_eq!(has.left(now), expected, "{:?}", step);
                } else {
                    prop_assert!(has.left(now) > 0 || matches!(step, Step::Shorten(_)));
                }
            }
        }

        #[test]
        fn nothing_that_was_begun_runs_in_a_pause(steps in prop::collection::vec(step(), 0..40)) {
            let (mut has, mut now, mut paused) = (Subscriptions::default(), 1000, false);
            for step in steps {
                match step {
                    Step::Prolong(term) => has.prolong(term, now, paused),
                    Step::Shorten(seconds) => has.shorten(seconds, now),
                    Step::Pause => has.pause(Pauser::Vendor, now),
                    Step::Resume => has.resume(now, paused),
                    Step::PauseApp => (paused, _) = (true, has.pause(Pauser::App, now)),
                    Step::ResumeApp => (paused, _) = (false, has.resume_with_app(now)),
                    Step::Pass(seconds) => now += seconds,
                }
                let states: Vec<_> = has.0.iter().filter_map(|one| one.state(now)).collect();
                prop_assert!(states.len() <= 1, "one at a time: {:?}", has);
                prop_assert!(!paused || !states.contains(&State::Runs), "{:?}", has);
                prop_assert!(paused || !states.contains(&State::Paused(Pauser::App)), "{:?}", has);
            }
        }

        #[test]
        fn nothing_overflows(
            first in any::<i64>(), seconds in any::<i64>(), now in any::<i64>(), paused in any::<bool>(),
        ) {
            for one in [Subscription::Until(first), Subscription::Paused { left: first, by: Pauser::App }] {
                for term in [Term::For(seconds), Term::Until(seconds)] {
                    let mut has = Subscriptions(vec![one]);
                    has.prolong(term, now, paused);
                    has.shorten(seconds, now);
                    has.pause(Pauser::Vendor, now);
                    has.resume(now, paused);
                    let _ = (has.left(now), Subscription::new(term, now, paused));
                }
            }
        }
    }
}
