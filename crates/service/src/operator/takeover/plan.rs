//! What is to be taken, and how.

use std::path::PathBuf;

use claviger_domain::ApiVersions;

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
