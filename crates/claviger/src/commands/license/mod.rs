//! `claviger license`: license keys.

mod add;
mod import;
mod list;
mod term;

use std::path::PathBuf;

use claviger_domain::{Clock, SystemClock};
use claviger_service::vendor::EditedLicense;

use super::{
    args::{BanAddress, ShowArgs},
    run::with_app,
};
use crate::{config::StoreArgs, output};
use add::NewArgs;
use import::ImportArgs;
use term::TermArgs;
pub(super) use term::term;

/// What can be done with licenses.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make license keys
    Add {
        /// OWNER/APP
        app: String,
        #[command(flatten)]
        new: NewArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change how long a license lasts
    Edit {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
        #[command(flatten)]
        term: TermArgs,
        /// Where it is used: its user's time ends later or earlier by the difference
        #[arg(long)]
        user_too: bool,
    },
    /// Make licenses of a list: a key on each line, or a table whose first line names its columns: key, level, days or
    /// expiry, note, used_by. All are made or none
    Import {
        /// OWNER/APP
        app: String,
        /// The file; `-` is the standard input
        file: PathBuf,
        #[command(flatten)]
        new: ImportArgs,
    },
    /// List licenses, oldest first
    List(ShowArgs),
    /// Ban a license: nobody can use it or sign in with it. A user with a name of their own goes on
    Ban {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
        /// What the program shows in place of {reason}
        #[arg(long, default_value = "")]
        reason: String,
        /// Also ban the user who used it, as `user ban` does
        #[arg(long)]
        user_too: bool,
        #[command(flatten)]
        address: BanAddress,
    },
    /// Lift the ban of a license, and what that ban put on its user; other bans of the user stay
    Unban {
        /// OWNER/APP
        app: String,
        /// The license key
        key: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, new, json } => add::run(store, &app, new, json),
        Command::Edit { app, key, term, user_too } => edit(store, &app, &key, &term, user_too),
        Command::Import { app, file, new } => import::run(store, &app, &file, new),
        Command::List(ShowArgs { app, json }) => list::run(store, &app, json),
        Command::Ban { app, key, reason, user_too, address } => {
            with_app(store, &app, async |service, app| {
                let license = service.ban_license(&app, &key, &reason, user_too, address.choice()).await?;
                println!("banned {}", output::plain(&license.key));
                Ok(())
            })
        }
        Command::Unban { app, key } => with_app(store, &app, async |service, app| {
            let license = service.unban_license(&app, &key).await?;
            println!("unbanned {}", output::plain(&license.key));
            Ok(())
        }),
    }
}

fn edit(store: StoreArgs, app: &str, key: &str, term: &TermArgs, user_too: bool) -> anyhow::Result<()> {
    let term = term.term(SystemClock.now())?;
    with_app(store, app, async |service, app| {
        let edited = service.set_license_duration(&app, key, term, user_too).await?;
        println!("changed {}", output::plain(key));
        match edited {
            EditedLicense::UserKept if user_too => eprintln!("Its user is gone: nothing else was changed."),
            EditedLicense::UserKept => {
                eprintln!("It is used: its user keeps the time that it brought, unless --user-too.");
            }
            EditedLicense::Unused | EditedLicense::UserChanged => {}
        }
        Ok(())
    })
}
