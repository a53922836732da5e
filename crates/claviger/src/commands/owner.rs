//! `claviger owner`: the accounts of vendors.

use claviger_dashboard::invitation_link;
use claviger_domain::Role;
use claviger_service::{Owner, people::INVITATION_LASTS};
use serde_json::json;

use super::{prompt::read_password, run::with_service};
use crate::{
    config::{LinkArgs, StoreArgs},
    output,
};

/// What can be done with owners.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make an owner
    Create {
        /// Name of the account
        name: String,
        /// What the owner may do: tester, developer or seller (only sellers may use the Seller API)
        #[arg(long, default_value = "seller")]
        role: Role,
        /// Read the account's password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List owners
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a link that works once, for an hour: for an owner who has no password yet, or lost it
    ///
    /// Whoever opens it chooses a password, which ends all sign-ins of before. A newer link makes an older one void.
    Invite {
        /// Name of the account
        name: String,
        #[command(flatten)]
        link: LinkArgs,
        /// Also switch off two-factor sign-in and remove passkeys, for an owner who lost those too
        #[arg(long)]
        reset_factors: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End all sign-ins to the dashboard of an owner, manager or reseller, at once
    ///
    /// They may sign in again: to keep somebody out, delete the account, or print a link for a new password.
    SignOut {
        /// Name of the account
        name: String,
    },
    /// Give an owner another role; a running server obeys within a second
    SetRole {
        /// Name of the account
        name: String,
        /// tester, developer or seller
        role: Role,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    let settings = store.clone();
    with_service(store, async move |service| match command {
        Command::Create { name, role, password_stdin, json } => {
            let password = if password_stdin { Some(read_password()?) } else { None };
            let owner = service.create_owner(&name, role, password.as_ref()).await?;
            let rows =
                [("name", owner.name.as_str()), ("role", owner.role.as_str()), ("owner id", &owner.owner_id)];
            output::record(json, &as_json(&owner), &rows)
        }
        Command::List { json } => output::list(json, HEAD, service.owners().await?, cells, as_json),
        Command::Invite { name, link, reset_factors, json } => {
            let public_url = link.resolve(&settings)?;
            let secret = service.invite_owner(&name, reset_factors).await?;
            let link = invitation_link(&public_url, &secret);
            if json {
                return output::json(&json!({ "name": name, "link": link, "seconds": INVITATION_LASTS }));
            }
            println!("{link}");
            output::say(format_args!("it works once, within an hour; give it to {name} alone"));
            Ok(())
        }
        Command::SignOut { name } => {
            let ended = service.end_sign_ins_of(&name).await?;
            output::say(format_args!("ended sign-ins of {name}: {ended}"));
            Ok(())
        }
        Command::SetRole { name, role } => {
            service.set_role(&name, role).await?;
            output::say(format_args!("{name} is now {role}"));
            Ok(())
        }
    })
}

const HEAD: [&str; 4] = ["NAME", "OWNER ID", "ROLE", "CREATED"];

fn cells(owner: Owner) -> [String; 4] {
    [owner.name, owner.owner_id, owner.role.to_string(), output::time(owner.created)]
}

fn as_json(owner: &Owner) -> serde_json::Value {
    json!({
        "name": owner.name,
        "owner_id": owner.owner_id,
        "role": owner.role,
        "role_until": owner.role_until,
        "created": owner.created,
    })
}
