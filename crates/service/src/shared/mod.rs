//! What all use cases share: caches, counters, keys, and what the service is made of.

pub(crate) mod asked;
pub(crate) mod attempts;
pub(crate) mod calls;
pub(crate) mod catalog;
pub(crate) mod embed;
pub(crate) mod figures;
pub(crate) mod file_store;
pub(crate) mod key_uses;
pub(crate) mod limits;
pub(crate) mod line_budgets;
pub(crate) mod live;
pub(crate) mod mails;
pub(crate) mod outcome;
pub(crate) mod passwords;
pub(crate) mod pauses;
pub(crate) mod private;
pub(crate) mod proxy;
pub(crate) mod screens;
pub(crate) mod shares;
pub(crate) mod stats;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod tries;
pub(crate) mod two_factor;
pub(crate) mod vault;
pub(crate) mod watching;
