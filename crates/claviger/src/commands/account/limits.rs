//! What managers and resellers may do, in words.

use claviger_domain::{AccountRole, Permission, ResellerRight};
use claviger_service::vendor::{Limits, Member};

const AREAS: [(Permission, &str); 12] = [
    (Permission::Licenses, "licenses"),
    (Permission::Users, "users"),
    (Permission::Subscriptions, "subscriptions"),
    (Permission::Chats, "chats"),
    (Permission::Sessions, "sessions"),
    (Permission::Webhooks, "webhooks"),
    (Permission::Files, "files"),
    (Permission::Variables, "variables"),
    (Permission::Logs, "logs"),
    (Permission::Blacklists, "blacklists"),
    (Permission::Settings, "settings"),
    (Permission::Tokens, "tokens"),
];
const RIGHTS: [(ResellerRight, &str); 3] = [
    (ResellerRight::Ban, "ban"),
    (ResellerRight::Delete, "delete"),
    (ResellerRight::ResetDevices, "devices"),
];

/// What an account may do.
#[derive(clap::Args)]
pub(crate) struct LimitArgs {
    /// What a manager may do, separated by commas: licenses, users, subscriptions, chats, sessions, webhooks, files,
    /// variables, logs, blacklists, settings, tokens; or `all`
    #[arg(long, value_name = "AREAS", value_delimiter = ',')]
    permissions: Vec<String>,
    /// Levels of licenses that a reseller may make, separated by commas; `all`
    #[arg(long)]
    levels: Option<String>,
    /// What a reseller may do with licenses that it made, separated by commas: ban, delete, devices; or `none`
    #[arg(long, value_delimiter = ',')]
    rights: Vec<String>,
}

impl LimitArgs {
    /// What is named, over what there is.
    pub(super) fn over(self, mut limits: Limits) -> anyhow::Result<Limits> {
        if !self.permissions.is_empty() {
            limits.permissions = bits(
                &self.permissions,
                "all",
                Permission::ALL,
                &AREAS.map(|(area, word)| (area as i64, word)),
            )?;
        }
        if !self.rights.is_empty() {
            limits.rights = bits(&self.rights, "none", 0, &RIGHTS.map(|(right, word)| (right as i64, word)))?;
        }
        match self.levels.as_deref() {
            Some("all") => limits.key_levels = "N/A".into(),
            Some(levels) => limits.key_levels = levels.into(),
            None => {}
        }
        Ok(limits)
    }
}

/// Words as bits; `whole` stands for these bits.
fn bits(words: &[String], whole: &str, of_whole: i64, known: &[(i64, &str)]) -> anyhow::Result<i64> {
    let mut bits = 0;
    for word in words {
        let bit = known.iter().find(|(_, known)| known == word).map(|(bit, _)| *bit);
        let bit = bit.or((word == whole).then_some(of_whole));
        bits |= bit.ok_or_else(|| anyhow::anyhow!("`{word}` is none of them; see --help"))?;
    }
    Ok(bits)
}

/// The words for what an account may do.
pub(super) fn may(member: &Member) -> Vec<&'static str> {
    match member.account.role {
        AccountRole::Manager => {
            let areas = AREAS.iter().filter(|(area, _)| area.is_in(member.account.permissions));
            areas.map(|(_, word)| *word).collect()
        }
        AccountRole::Reseller => {
            let rights = RIGHTS.iter().filter(|(right, _)| right.is_in(member.account.rights));
            rights.map(|(_, word)| *word).collect()
        }
    }
}
