//! `claviger account`: the team of an application, its managers and resellers.

use claviger_dashboard::invitation_link;
use claviger_domain::{AccountRole, Balance, Permission, ResellerRight};
use claviger_service::vendor::{AddAccount, BalanceEntry, LINK_LASTS_MAX, Limits, Member, NewMember};
use serde_json::json;

use super::{
    args::ConfirmArgs,
    prompt::{confirm, read_password},
    run::with_app,
};
use crate::{
    config::{LinkArgs, StoreArgs},
    output,
};

/// What can be done with accounts.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List managers and resellers
    List {
        /// OWNER/APP
        app: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make an account of a manager or reseller; without a password it is set by a link (`claviger account invite`)
    Add {
        /// OWNER/APP
        app: String,
        /// Name to sign in with
        name: String,
        /// manager or reseller
        #[arg(long, value_parser = role)]
        role: AccountRole,
        #[command(flatten)]
        limits: LimitArgs,
        /// Read the account's password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// Change what an account may do; what is not named stays
    Edit {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Let an account sign in no more, and sign it out everywhere; what it made stays
    Suspend {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
    },
    /// Let a suspended account sign in again
    Resume {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
    },
    /// Delete an account with its balance and its log; what it made stays
    Delete {
        #[command(flatten)]
        from: ConfirmArgs,
        /// Name of the account
        name: String,
    },
    /// Let a reseller make more licenses; a negative number takes away, and none goes below nothing
    Balance {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
        #[command(flatten)]
        more: MoreArgs,
    },
    /// Show what a reseller may still make, and the journal of it
    Show {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
        /// So many entries of the journal
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(0..=10_000))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a link that works once, by which a manager or reseller sets a password
    ///
    /// It ends all sign-ins of before. A newer link makes an older one void.
    Invite {
        /// OWNER/APP
        app: String,
        /// Name of the account
        name: String,
        #[command(flatten)]
        link: LinkArgs,
        /// How long it works, in hours; at most 168
        #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(i64).range(1..=168))]
        hours: i64,
        /// Also switch off two-factor sign-in and remove passkeys, for who lost those too
        #[arg(long)]
        reset_factors: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

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

/// How many more licenses; a negative number takes away.
#[derive(clap::Args)]
pub(crate) struct MoreArgs {
    /// So many more for a day
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    day: i64,
    /// For a week
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    week: i64,
    /// For a month
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    month: i64,
    /// For three months
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    three_month: i64,
    /// For half a year
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    six_month: i64,
    /// For a year
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    year: i64,
    /// For ever
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    lifetime: i64,
}

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
/// Accounts that are read at once.
const PAGE: i64 = 500;

fn role(text: &str) -> Result<AccountRole, String> {
    text.parse().map_err(|()| "a role is manager or reseller".into())
}

impl LimitArgs {
    /// What is named, over what there is.
    fn over(self, mut limits: Limits) -> anyhow::Result<Limits> {
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

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { app, json } => with_app(store, &app, async |service, app| {
            let (mut all, mut after) = (Vec::new(), 0);
            loop {
                let page = service.team_page(&app, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.account.id;
                all.extend(page);
            }
            output::list(json, HEAD, all, cells, as_json)
        }),
        Command::Add { app, name, role, limits, password_stdin } => {
            add(store, &app, name, role, limits, password_stdin)
        }
        Command::Edit { app, name, limits } => with_app(store, &app, async move |service, app| {
            let account = service.account(&app, &name).await?;
            let has = Limits {
                permissions: account.permissions,
                key_levels: account.key_levels,
                rights: account.rights,
            };
            service.set_member_limits(&app, account.id, limits.over(has)?).await?;
            output::say(format_args!("changed what {name} may do"));
            Ok(())
        }),
        Command::Suspend { app, name } => with_app(store, &app, async move |service, app| {
            let id = service.account(&app, &name).await?.id;
            anyhow::ensure!(service.suspend_member(&app, id).await?, "the account is suspended already");
            output::say(format_args!("{name} is suspended, and signed out everywhere"));
            Ok(())
        }),
        Command::Resume { app, name } => with_app(store, &app, async move |service, app| {
            let id = service.account(&app, &name).await?.id;
            anyhow::ensure!(service.resume_member(&app, id).await?, "the account is not suspended");
            output::say(format_args!("{name} can sign in again"));
            Ok(())
        }),
        Command::Delete { from: ConfirmArgs { app, yes }, name } => {
            confirm(yes, &format!("The account {name} of {app} goes, with its balance and its log."))?;
            with_app(store, &app, async move |service, app| {
                service.delete_account(&app, &name).await?;
                output::say(format_args!("deleted {name}"));
                Ok(())
            })
        }
        Command::Balance { app, name, more } => change_balance(store, &app, name, &more),
        Command::Show { app, name, limit, json } => show(store, &app, name, limit, json),
        Command::Invite { app, name, link, hours, reset_factors, json } => {
            let public_url = link.resolve(&store)?;
            with_app(store, &app, async move |service, app| {
                let id = service.account(&app, &name).await?.id;
                let seconds = (hours * 3600).min(LINK_LASTS_MAX);
                let secret = service.invite_member(&app, id, reset_factors, seconds).await?;
                let link = invitation_link(&public_url, &secret);
                if json {
                    return output::json(&json!({ "name": name, "link": link, "seconds": seconds }));
                }
                println!("{link}");
                output::say(format_args!("it works once, within {hours} hours; give it to {name} alone"));
                Ok(())
            })
        }
    }
}

fn add(
    store: StoreArgs,
    app: &str,
    name: String,
    role: AccountRole,
    limits: LimitArgs,
    password_stdin: bool,
) -> anyhow::Result<()> {
    with_app(store, app, async move |service, app| {
        let password = if password_stdin { Some(read_password()?) } else { None };
        let none = Limits { permissions: 0, key_levels: "N/A".into(), rights: 0 };
        let limits = limits.over(none)?;
        let reseller = role == AccountRole::Reseller;
        let new = NewMember {
            role,
            username: name.clone(),
            password,
            email: None,
            key_levels: limits.key_levels.clone(),
            permissions: if reseller { Permission::DEFAULT } else { limits.permissions },
        };
        match service.add_member(&app, new).await? {
            AddAccount::Done(id) => {
                if reseller && limits.rights != 0 {
                    let limits = Limits { permissions: Permission::DEFAULT, ..limits };
                    service.set_member_limits(&app, id, limits).await?;
                }
                output::say(format_args!("made the {} {name}", role.as_str()));
                Ok(())
            }
            AddAccount::NameTaken | AddAccount::EmailTaken => anyhow::bail!("the name is taken"),
            AddAccount::NoPermission => {
                anyhow::bail!("a manager has at least one permission: name some with --permissions")
            }
        }
    })
}

fn change_balance(store: StoreArgs, app: &str, name: String, more: &MoreArgs) -> anyhow::Result<()> {
    let MoreArgs { day, week, month, three_month, six_month, year, lifetime } = *more;
    let more = Balance { day, week, month, three_month, six_month, lifetime, year };
    anyhow::ensure!(more != Balance::default(), "say how many more, such as --week 5");
    let by = crate::deed::actor();
    with_app(store, app, async move |service, app| {
        let (_, new) = service.add_balance(&app, &name, more, [by.as_str(), "command line"]).await?;
        output::table(HEAD_OF_COUNTS, [new.counts().map(|count| count.to_string())]);
        Ok(())
    })
}

fn show(store: StoreArgs, app: &str, name: String, limit: i64, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async move |service, app| {
        let account = service.account(&app, &name).await?;
        let journal = service.balance_journal(&app, account.id, None, limit).await?;
        if json {
            return output::json(&json!({
                "balance": counts(&account.balance),
                "journal": journal.iter().map(entry_as_json).collect::<Vec<_>>(),
            }));
        }
        output::table(HEAD_OF_COUNTS, [account.balance.counts().map(|count| count.to_string())]);
        output::table(["WHEN", "WHAT", "CHANGE", "BY", "FOR"], journal.into_iter().map(entry_cells));
        Ok(())
    })
}

const HEAD_OF_COUNTS: [&str; 7] = ["DAY", "WEEK", "MONTH", "THREE MONTHS", "SIX MONTHS", "LIFETIME", "YEAR"];
const LENGTHS: [&str; 7] = ["day", "week", "month", "three_month", "six_month", "lifetime", "year"];

fn counts(balance: &Balance) -> serde_json::Value {
    let pairs = LENGTHS.into_iter().zip(balance.counts());
    pairs.map(|(name, count)| (name.to_owned(), json!(count))).collect::<serde_json::Map<_, _>>().into()
}

fn entry_as_json(entry: &BalanceEntry) -> serde_json::Value {
    json!({
        "time": entry.time,
        "kind": entry.cause.kind.as_str(),
        "by": entry.cause.actor,
        "for": entry.cause.detail,
        "licenses": entry.cause.licenses.map(|(first, last)| [first, last]),
        "change": counts(&entry.change),
    })
}

fn entry_cells(entry: BalanceEntry) -> [String; 5] {
    let changes = LENGTHS.into_iter().zip(entry.change.counts()).filter(|(_, count)| *count != 0);
    let changes: Vec<String> = changes.map(|(name, count)| format!("{name} {count:+}")).collect();
    let licenses = entry.cause.licenses.map(|(first, last)| format!("licenses {first} to {last}, "));
    [
        output::time(entry.time),
        entry.cause.kind.as_str().into(),
        changes.join(", "),
        entry.cause.actor,
        licenses.unwrap_or_default() + &entry.cause.detail,
    ]
}

const HEAD: [&str; 6] = ["NAME", "ROLE", "MAY", "BALANCE", "LAST SEEN", "STATE"];

fn may(member: &Member) -> Vec<&'static str> {
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
    let left = LENGTHS.into_iter().zip(account.balance.counts()).filter(|(_, count)| *count != 0);
    let left: Vec<String> = left.map(|(name, count)| format!("{name} {count}")).collect();
    [
        account.username,
        account.role.as_str().into(),
        words,
        if left.is_empty() { "-".into() } else { left.join(", ") },
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
        "balance": counts(&account.balance),
        "created": account.created,
        "seen": member.seen,
        "suspended": account.suspended,
        "state": state(member),
        "link_ends": member.link_ends,
    })
}
