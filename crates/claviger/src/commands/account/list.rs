//! The list of an application's team.

use claviger_domain::AccountRole;
use claviger_service::vendor::Member;
use serde_json::json;

use super::{super::run::with_app, balance, limits::may};
use crate::{config::StoreArgs, output};

/// Accounts that are read at once.
const PAGE: i64 = 500;

const HEAD: [&str; 6] = ["NAME", "ROLE", "MAY", "BALANCE", "LAST SEEN", "STATE"];

/// Runs the command.
pub(super) fn run(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let page = service.team_page(&app, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.account.id;
            all.extend(page);
        }
        output::list(json, HEAD, all, cells, as_json)
    })
}

fn state(member: &Member) -> &'static str {
    match (member.account.suspended, member.account.password.is_empty(), member.link_ends) {
        (Some(_), ..) => "suspended",
        (None, true, Some(_)) => "invited",
        (None, true, None) => "no password",
        (None, false, _) => "active",
    }
}

fn cells(member: Member) -> [String; 6] {
    let (mut words, state) = (may(&member).join(", "), state(&member));
    let Member { account, seen, .. } = member;
    if account.role == AccountRole::Reseller {
        let rest = if words.is_empty() { String::new() } else { format!("; {words}") };
        words = format!("levels {}{rest}", account.key_levels);
    }
    [
        account.username,
        account.role.as_str().into(),
        words,
        balance::in_words(&account.balance),
        output::time_or_dash(seen),
        state.into(),
    ]
}

fn as_json(member: &Member) -> serde_json::Value {
    let account = &member.account;
    json!({
        "name": account.username,
        "role": account.role.as_str(),
        "may": may(member),
        "levels": account.key_levels,
        "balance": balance::counts(&account.balance),
        "created": account.created,
        "seen": member.seen,
        "suspended": account.suspended,
        "state": state(member),
        "link_ends": member.link_ends,
    })
}
