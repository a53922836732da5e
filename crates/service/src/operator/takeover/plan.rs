//! What is to be taken, and how.

use std::path::PathBuf;

use claviger_domain::{ApiVersions, Term};

use super::origin::Origin;

/// What is to be taken, and how.
#[derive(Clone, Debug)]
pub struct Takeover {
    /// A dump, a JSON reply, or a folder of such; each may be compressed by gzip.
    pub path: PathBuf,
    /// Name of the owner here, who is made if there is none.
    pub owner: String,
    /// Whose applications of a dump are taken; `None`: the owner's of that name, or the only one's.
    pub from: Option<String>,
    /// Names of the applications that are taken; empty: all of the owner.
    pub apps: Vec<String>,
    /// Versions of the Client API that new applications answer.
    pub api: ApiVersions,
    /// A user of whom the export tells no password gets the one of the first login, as new users without any do. Else
    /// nobody signs in until the vendor sets one.
    pub first_login_sets_password: bool,
    /// Change nothing, and tell what would be made.
    pub dry_run: bool,
}

/// A list of users that is to be taken, and how.
#[derive(Clone, Debug)]
pub struct UserList {
    /// A table as CSV whose first line names its columns; it may be compressed by gzip.
    pub origin: Origin,
    /// Subscription of users of whom the list tells none.
    pub subscription: Option<String>,
    /// How long a subscription lasts of which the list does not tell it.
    pub term: Option<Term>,
    /// A user of whom the list tells no password gets the one of the first login. Else nobody signs in until the vendor
    /// sets one.
    pub first_login_sets_password: bool,
    /// Change nothing, and tell what would be made.
    pub dry_run: bool,
}

/// What users of a list have where it does not say it.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    /// Subscription.
    pub(super) subscription: Option<String>,
    /// How long it lasts.
    pub(super) term: Option<Term>,
    /// Who made them.
    pub(super) owner: String,
}
