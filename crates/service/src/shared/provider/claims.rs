//! What a provider says of somebody, and what of it is believed beyond the checks of the standard.

use openidconnect::{AdditionalClaims, IdTokenClaims, StandardClaims, UserInfoClaims, core::CoreGenderClaim};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::ProviderFault;

/// Clocks may differ by so many seconds.
pub(super) const SKEW: i64 = 60;
/// A token was made at most so many seconds ago: it is used right after.
pub(super) const AGE_MAX: i64 = 600;
/// Credentials were shown just now if that was at most so many seconds ago.
const FRESH: i64 = 300;
/// Longest name of a subject in bytes, as the standard has it.
const SUBJECT_MAX: usize = 255;
/// Longest name in bytes.
const NAME_MAX: usize = 255;
/// Longest e-mail address in bytes.
const EMAIL_MAX: usize = 254;

/// Claims that the standard does not name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Rest {
    #[serde(flatten)]
    all: serde_json::Map<String, Value>,
}

impl AdditionalClaims for Rest {}

/// What is said in a token.
pub(super) type Said = IdTokenClaims<Rest, CoreGenderClaim>;
/// What is told beside it.
pub(super) type Told = UserInfoClaims<Rest, CoreGenderClaim>;

/// What a provider says of somebody, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Who it is, for ever.
    pub(crate) subject: String,
    /// The e-mail address in lower case, if the provider has seen that it is theirs.
    pub(crate) email: Option<String>,
    /// Whether there was an address that it has not seen to be theirs.
    pub(crate) email_unverified: bool,
    /// What the person is called.
    pub(crate) name: Option<String>,
    pub(crate) groups: Vec<String>,
    /// Unix second when credentials were shown, where it tells.
    pub(crate) shown: Option<i64>,
}

/// Looks at what the library leaves to its users: for whom the token was made, since when it counts, and whom it names.
pub(super) fn check(said: &Said, client_id: &str, now: i64) -> Result<(), &'static str> {
    let party = said.authorized_party().map(|party| party.as_str());
    if party.is_some_and(|party| party != client_id) || (said.audiences().len() > 1 && party.is_none()) {
        return Err("somebody else asked for it");
    }
    let begins = said.additional_claims().all.get("nbf").and_then(Value::as_i64);
    if begins.is_some_and(|begins| begins > now + SKEW) {
        return Err("it begins later");
    }
    let subject = said.subject().as_str();
    if subject.is_empty() || subject.len() > SUBJECT_MAX || subject.contains('\0') {
        return Err("it names nobody");
    }
    Ok(())
}

impl Claims {
    /// What is believed of a token.
    pub(super) fn of(said: &Said, groups_claim: &str) -> Self {
        let (email, email_unverified) =
            address(said.email().map(|email| email.as_str()), said.email_verified().unwrap_or(false));
        Self {
            subject: said.subject().as_str().to_owned(),
            email,
            email_unverified,
            name: said.preferred_username().and_then(|name| named(name.as_str())),
            groups: groups(said.additional_claims().all.get(groups_claim)),
            shown: said.auth_time().map(|at| at.timestamp()),
        }
    }

    /// Whether the provider tells that credentials were shown just now.
    pub(crate) fn is_fresh(&self, now: i64) -> bool {
        self.shown.is_some_and(|at| at <= now + SKEW && at >= now - FRESH)
    }

    /// Whether the provider may tell more of the person beside the token.
    pub(super) fn lacks(&self, with_groups: bool) -> bool {
        (self.email.is_none() && !self.email_unverified) || (with_groups && self.groups.is_empty())
    }

    /// With what the provider tells beside the token. That it is of the same person was looked at.
    pub(super) fn with(self, told: &Told, groups_claim: &str) -> Self {
        let standard: &StandardClaims<CoreGenderClaim> = told.standard_claims();
        let has_address = self.email.is_some() || self.email_unverified;
        let (email, email_unverified) = if has_address {
            (self.email, self.email_unverified)
        } else {
            address(standard.email().map(|email| email.as_str()), standard.email_verified().unwrap_or(false))
        };
        let name = standard.preferred_username().and_then(|name| named(name.as_str()));
        let more = groups(told.additional_claims().all.get(groups_claim));
        Self {
            email,
            email_unverified,
            name: self.name.or(name),
            groups: if self.groups.is_empty() { more } else { self.groups },
            ..self
        }
    }
}

/// The address, if it is verified; whether there is one that is not.
fn address(email: Option<&str>, verified: bool) -> (Option<String>, bool) {
    let fit = |email: &String| email.contains('@') && email.len() <= EMAIL_MAX;
    let email = email.map(|email| email.trim().to_lowercase()).filter(fit);
    let unverified = email.is_some() && !verified;
    (email.filter(|_| verified), unverified)
}

/// A name, if it is one.
fn named(name: &str) -> Option<String> {
    (!name.is_empty() && name.len() <= NAME_MAX).then(|| name.to_owned())
}

fn groups(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::Array(groups)) => {
            groups.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()
        }
        Some(Value::String(group)) => vec![group.clone()],
        _ => Vec::new(),
    }
}

/// When a token was made, as far as that matters.
pub(super) fn check_issued(at: i64, now: i64) -> Result<(), String> {
    if at > now + SKEW {
        return Err("it is made in the future".into());
    }
    if at < now - AGE_MAX {
        return Err("it is too old".into());
    }
    Ok(())
}

impl From<&'static str> for ProviderFault {
    fn from(why: &'static str) -> Self {
        Self::unfit(why)
    }
}
