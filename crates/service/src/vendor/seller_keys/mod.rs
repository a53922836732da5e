//! Seller keys: which application one is for, what it may do, and how a vendor makes, changes and ends them.

mod change;
mod find;
mod show;

pub use self::{
    change::{KEYS_MAX, KeyChange, MadeKey, NewKey, OVERLAP_MAX},
    find::FoundSellerKey,
    show::ShownKey,
};
pub(crate) use change::{first_terms, kept_secret, new_secret};
