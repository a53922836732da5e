//! `claviger account`: the team of an application, its managers and resellers.

mod balance;
mod limits;
mod list;

use claviger_dashboard::invitation_link;
use claviger_domain::{AccountRole, Permission};
use claviger_service::vendor::{AddAccount, LINK_LASTS_MAX, Limits, NewMember};
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
use balance::MoreArgs;
use limits::LimitArgs;

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

fn role(text: &str) -> Result<AccountRole, String> {
    text.parse().map_err(|()| "a role is manager or reseller".into())
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { app, json } => list::run(store, &app, json),
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
        Command::Balance { app, name, more } => balance::change(store, &app, name, &more),
        Command::Show { app, name, limit, json } => balance::show(store, &app, name, limit, json),
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
