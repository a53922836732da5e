//! A table `[[identity_provider]]` of the settings file.

use serde::Deserialize;

use super::path_in_file::PathInFile;

/// A table of the settings file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderConfig {
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) client_secret_file: Option<PathInFile>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) groups_claim: Option<String>,
    pub(super) owner_group: Option<String>,
    pub(super) owners_link_team: Option<bool>,
}
