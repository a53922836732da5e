//! What is counted of an application for people's pages, and kept for a moment.

use claviger_store::{activity::Guesses, licenses::LicenseCounts, user_subscriptions::NameCount};

use crate::shared::stats::{Counts, LARGE};

/// How an application does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Sessions that live.
    pub sessions: i64,
    /// Those of them in which somebody signed in.
    pub signed_in: i64,
    /// Users.
    pub users: i64,
    /// License keys by status.
    pub licenses: LicenseCounts,
}

impl Counts for Figures {
    fn is_large(&self) -> bool {
        self.sessions + self.users + self.licenses.total() >= LARGE
    }
}

/// How many users' subscriptions there are, by name; also of names that are not offered any more.
#[derive(Clone, Debug, Default)]
pub struct SubscriberCounts(Vec<NameCount>);

impl SubscriberCounts {
    pub(crate) fn new(counts: Vec<NameCount>) -> Self {
        Self(counts)
    }

    /// Those of a name.
    pub fn of(&self, name: &str) -> NameCount {
        self.0.iter().find(|count| count.name == name).cloned().unwrap_or_default()
    }
}

impl Counts for SubscriberCounts {
    fn is_large(&self) -> bool {
        self.0.iter().map(|count| count.all).sum::<i64>() >= LARGE
    }
}

impl Counts for Notes {
    fn is_large(&self) -> bool {
        false
    }
}

/// What the database tells of an application that needs attention.
pub(crate) struct Notes {
    /// Subscriptions that end soon; no more than are counted.
    pub(crate) ending: i64,
    /// The seller key that ends first of those that end soon: its last four characters and the second.
    pub(crate) key_end: Option<(String, i64)>,
    /// Whether files were uploaded.
    pub(crate) uploads: bool,
    /// Whether users have e-mail addresses.
    pub(crate) emails: bool,
    /// Sign-ins of the last hour that were refused.
    pub(crate) refusals: i64,
    /// Sign-ins of the last hour that went well.
    pub(crate) sign_ins: i64,
    /// Guesses of the last hour.
    pub(crate) guesses: Guesses,
}
