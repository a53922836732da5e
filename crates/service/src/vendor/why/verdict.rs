//! What is told of a user or a license.

use claviger_store::{
    licenses::License, sessions::shared::OfUser, user_subscriptions::UserSubscription, users::User,
};

use super::{act::Act, reason::Reason, tried::Tried};

/// What a question is about, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A user.
    User(i64),
    /// A license.
    License(i64),
}

/// How a user or a license stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Works,
    /// It would, and nobody has used it yet.
    Unused,
    /// It should work, but the last try was refused for something that only the client can tell, such as a password.
    LastTryFailed,
    /// It does not work.
    Refused,
}

impl Standing {
    /// In a word, for bots.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Unused => "unused",
            Self::LastTryFailed => "last_try_failed",
            Self::Refused => "refused",
        }
    }
}

/// Why a user or a license works or does not.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Whom it is about.
    pub subject: Subject,
    /// How it stands.
    pub standing: Standing,
    /// The same in one line.
    pub line: String,
    /// Why it does not work, in the order of the checks: the first is what a program is told.
    pub reasons: Vec<Reason>,
    /// What to tell the customer.
    pub tell: String,
    /// What can be done: first what mends it, then what can always be done.
    pub acts: Vec<Act>,
    /// The user: that of the license, if it has one still.
    pub user: Option<User>,
    /// The license that was asked for, or the one by which the user signs in.
    pub license: Option<License>,
    /// The licenses that the user used, newest first; at most 20.
    pub licenses: Vec<License>,
    /// The user's subscriptions, oldest first, also those that have ended.
    pub subscriptions: Vec<UserSubscription>,
    /// The user's live sessions, newest first; at most 20.
    pub sessions: Vec<OfUser>,
    /// The last tries, newest first; at most 20.
    pub tries: Vec<Tried>,
    /// The last tries of strangers from the same addresses, newest first; at most 10. They may be others'.
    pub nearby: Vec<Tried>,
    /// The second as of which all this is told.
    pub now: i64,
}

impl Verdict {
    /// What to tell the customer after something was done: whether that sufficed is known by now.
    pub fn tell_after(&self, act: &Act) -> String {
        match self.standing {
            Standing::Refused => self.tell.clone(),
            _ => act.tell().into(),
        }
    }
}
