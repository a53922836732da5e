//! What people go to a provider for, what it answers, and what comes of it.

use claviger_domain::Secret;
use serde::{Deserialize, Serialize};

use crate::people::sign_in::SignedIn;

/// What somebody goes to a provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To link what the provider knows them by with their account.
    Link,
    /// To show that it is still them.
    Prove,
}

/// A provider, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderName {
    /// What stands for it in addresses.
    pub slug: String,
    /// What people know it by.
    pub name: String,
    /// Its address.
    pub issuer: String,
    /// Whether owners may tell by what it will know accounts of their team.
    pub owners_link_team: bool,
}

/// What a provider answered somebody's browser with.
#[derive(Clone, Debug, Default)]
pub struct ProviderAnswer {
    /// For the server to fetch who it is.
    pub code: Option<String>,
    /// What the server had sent along.
    pub state: String,
    /// Which provider says so, where it tells.
    pub issuer: Option<String>,
    /// Why not.
    pub error: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum ProviderOutcome {
    /// The person is signed in.
    SignedIn(Box<SignedIn>),
    /// The identity is linked to the account.
    Linked,
    /// It is still them; the sign-in goes on with this secret.
    Proved(Secret),
}
