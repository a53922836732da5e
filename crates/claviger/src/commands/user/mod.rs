//! `claviger user`: end users of an application.

mod import;
mod show;

use claviger_service::vendor::LOGIN_TOKEN_SECONDS;
use serde_json::json;

use super::{
    args::{BanAddress, ShowArgs},
    prompt::{confirm, read_password},
    run::with_app,
};
use crate::{config::StoreArgs, output};

/// What can be done with users.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List users, oldest first
    List(ShowArgs),
    /// Make users of a list as CSV, whose first line names its columns
    ///
    /// Columns: username; password (as it was typed, or a hash of bcrypt or Argon2id) or password_hash; email; hwid;
    /// subscription with expiry (a date, a Unix second, or `never`) or days; banned (the reason); ip; created; last_login.
    /// Who is here already stays as they are, so the same list makes nobody twice, and goes on where it was cut off. The
    /// server may run.
    Import(import::Args),
    /// Show a user with subscriptions and variables
    Show {
        #[command(flatten)]
        who: Who,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Ban a user: devices and token are refused too, and the address where banBlacklistsIp is on; all sessions end
    Ban {
        #[command(flatten)]
        who: Who,
        /// What the program shows in place of {reason}
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        address: BanAddress,
    },
    /// Lift all bans of a user, and what they blacklisted; licenses stay banned
    Unban {
        #[command(flatten)]
        who: Who,
    },
    /// Forget a user's devices, so that the next login binds new ones; all sessions end
    ResetHwid {
        #[command(flatten)]
        who: Who,
    },
    /// Set a user's password, read from standard input; all sessions end
    SetPassword {
        #[command(flatten)]
        who: Who,
    },
    /// Set a user's e-mail address, of which a hash is kept
    SetEmail {
        #[command(flatten)]
        who: Who,
        /// The address; an empty one forgets it
        email: String,
    },
    /// Delete a user with subscriptions and variables; all sessions end, licenses stay used
    Delete {
        #[command(flatten)]
        who: Who,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Show a value that logs a user in once, within a minute, in place of the password
    LoginToken {
        #[command(flatten)]
        who: Who,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Turn a user's two-factor sign-in off
    #[command(name = "disable-2fa")]
    DisableTwoFactor {
        #[command(flatten)]
        who: Who,
    },
}

/// A user of an application.
#[derive(clap::Args)]
pub(crate) struct Who {
    /// OWNER/APP
    app: String,
    /// Name of the user
    user: String,
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(ShowArgs { app, json }) => show::list(store, &app, json),
        Command::Import(args) => import::run(store, args),
        Command::Show { who: Who { app, user }, json } => show::show(store, &app, &user, json),
        Command::Ban { who: Who { app, user }, reason, address } => {
            with_app(store, &app, async |service, app| {
                service.ban_username(&app, &user, &reason, address.choice()).await?;
                output::say(format_args!("banned {user}"));
                Ok(())
            })
        }
        Command::Unban { who: Who { app, user } } => with_app(store, &app, async |service, app| {
            match service.unban_username(&app, &user).await? {
                true => output::say(format_args!("unbanned {user}")),
                false => output::say(format_args!("{user} was not banned")),
            }
            Ok(())
        }),
        Command::ResetHwid { who: Who { app, user } } => with_app(store, &app, async |service, app| {
            service.reset_hwid(&app, &user).await?;
            output::say(format_args!("forgot the devices of {user}"));
            Ok(())
        }),
        Command::SetPassword { who } => set_password(store, &who),
        Command::SetEmail { who: Who { app, user }, email } => with_app(store, &app, async |service, app| {
            let email = Some(email.as_str()).filter(|email| !email.is_empty());
            service.set_user_email(&app, &user, email).await?;
            output::say(format_args!(
                "{} the e-mail address of {user}",
                if email.is_some() { "set" } else { "forgot" }
            ));
            Ok(())
        }),
        Command::Delete { who, yes } => delete(store, &who, yes),
        Command::LoginToken { who, json } => login_token(store, &who, json),
        Command::DisableTwoFactor { who: Who { app, user } } => {
            with_app(store, &app, async |service, app| {
                let was_on = service.turn_two_factor_off(&app, &user).await?;
                anyhow::ensure!(was_on, "{user} has no two-factor sign-in");
                output::say(format_args!("turned two-factor sign-in of {user} off"));
                Ok(())
            })
        }
    }
}

fn set_password(store: StoreArgs, Who { app, user }: &Who) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        // A misspelled name is told before the password is asked for.
        service.user(&app, user).await?;
        service.set_user_password(&app, user, Some(&read_password()?)).await?;
        output::say(format_args!("set the password of {user}"));
        Ok(())
    })
}

fn delete(store: StoreArgs, Who { app, user }: &Who, yes: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        service.user(&app, user).await?;
        confirm(yes, &format!("{user} and all that the user has will be gone."))?;
        service.delete_user(&app, user).await?;
        output::say(format_args!("deleted {user}"));
        Ok(())
    })
}

fn login_token(store: StoreArgs, Who { app, user }: &Who, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let token = service.issue_login_token(&app, user).await?;
        if json {
            return output::json(&json!({ "token": token.expose(), "seconds": LOGIN_TOKEN_SECONDS }));
        }
        output::pairs(&[("token", token.expose())]);
        eprintln!("\nIt logs {user} in once, within {LOGIN_TOKEN_SECONDS} seconds.");
        Ok(())
    })
}
