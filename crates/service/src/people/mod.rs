//! People who work on the dashboard: owners, and the managers and resellers of an application. How they sign in, what is
//! theirs, and what they choose for themselves.

mod applications;
mod error;
mod form_token;
mod guesses;
mod hold;
mod invitation;
mod lasting;
mod log;
mod overview;
mod passkeys;
mod password;
mod person;
mod profile;
mod prove;
mod provider;
pub(crate) mod qr;
mod relying_party;
mod search;
mod second_factor;
mod sign_in;
mod sign_ins;
pub(crate) mod ticket;
mod visitor;

pub use crate::shared::provider::ProviderOptions;
pub use claviger_domain::PersonId;
pub use claviger_store::{
    apps::AppName,
    people::{
        identities::{Claim, Identity},
        sign_ins::SignIn,
    },
};

pub(crate) use self::{
    lasting::since,
    log::{entries_of, note_by_owner},
    provider::IDENTITIES_MAX,
    second_factor::drop_codes,
};

pub use self::{
    error::PeopleError,
    form_token::is_form_token,
    invitation::{INVITATION_LASTS, Invited},
    lasting::{ENDS_AFTER, FRESH, IDLE},
    log::{Event, LogEntry},
    overview::{Factors, Passkey},
    passkeys::PasskeyQuestion,
    person::{Person, Standing, Theme},
    provider::{Errand, ProviderAnswer, ProviderName, ProviderOutcome},
    search::{Hits, Search, Sees},
    second_factor::{CodeSetup, CodesOn},
    sign_in::{SignInStep, SignedIn},
    visitor::Visitor,
};

#[cfg(test)]
mod tests;
