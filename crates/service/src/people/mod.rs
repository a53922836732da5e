//! People who work on the dashboard: owners, and the managers and resellers of an application. How they sign in, what is
//! theirs, and what they choose for themselves.

mod applications;
mod error;
mod lasting;
mod log;
mod person;
mod profile;
mod sign_in;
mod sign_ins;
mod visitor;

pub use claviger_domain::PersonId;
pub use claviger_store::{apps::AppName, people::sign_ins::SignIn};

pub use self::{
    error::PeopleError,
    lasting::{ENDS_AFTER, FRESH, IDLE},
    log::{Event, LogEntry},
    person::{Person, Standing, Theme},
    sign_in::SignedIn,
    visitor::Visitor,
};

#[cfg(test)]
mod tests;
