//! People who work on the dashboard: owners, and the managers and resellers of an application. How they sign in, what is
//! theirs, and what they choose for themselves.

mod applications;
mod error;
mod form_token;
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
    form_token::is_form_token,
    log::{Event, LogEntry},
    person::{Person, Standing, Theme},
    sign_in::SignedIn,
    sign_ins::{ENDS_AFTER, FRESH, IDLE},
    visitor::Visitor,
};

#[cfg(test)]
mod tests;
