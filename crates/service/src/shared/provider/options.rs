//! What an operator tells of an identity provider.

use claviger_domain::Secret;

/// An identity provider, by which people may sign in.
#[derive(Clone, Debug)]
pub struct ProviderOptions {
    /// What people know it by.
    pub name: String,
    /// Its address, exactly as it calls itself.
    pub issuer: String,
    /// What it knows this server by.
    pub client_id: String,
    /// What this server shows it; none for a public client.
    pub client_secret: Option<Secret>,
    /// What is asked for besides `openid`, such as `email`.
    pub scopes: Vec<String>,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// Who is in this group and has no account yet becomes an owner.
    pub owner_group: Option<String>,
    /// Whether owners may tell by what it will know accounts of their team, before those sign in.
    pub owners_link_team: bool,
}

impl ProviderOptions {
    /// What stands for it in addresses: its name in lower case, and dashes for all but letters and digits.
    pub fn slug(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let slug: String = self.name.chars().map(plain).collect();
        slug.trim_matches('-').to_owned()
    }
}
