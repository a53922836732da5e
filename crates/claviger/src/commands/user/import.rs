//! `claviger user import`.

use std::path::PathBuf;

use claviger_domain::{Clock, SystemClock};
use claviger_service::takeover::{UserList, UsersReport};

use super::super::{backup::telling, import::keyauth::tell_refused, license::term, run::with_app};
use crate::{config::StoreArgs, output};

/// What is to be imported.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// OWNER/APP
    app: String,
    /// The list, which may be compressed by gzip
    file: PathBuf,
    /// Subscription of users of whom the list tells none
    #[arg(long, value_name = "NAME")]
    subscription: Option<String>,
    /// Days that a subscription lasts from now on of which the list tells no end: decimals are allowed, and `never`
    #[arg(long, allow_negative_numbers = true, conflicts_with = "until")]
    days: Option<String>,
    /// Date on which it ends, UTC: 2027-01-31 or 2027-01-31T12:00:00Z
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Let users without a password sign in with any, which is theirs from then on
    #[arg(long)]
    first_login_sets_password: bool,
    /// Change nothing, and tell what would be made
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(store: StoreArgs, args: Args) -> anyhow::Result<()> {
    let (days, until) = (args.days.as_deref(), args.until.as_deref());
    let is_told = days.or(until).is_some();
    let term = is_told.then(|| term(days, until, "a subscription", SystemClock.now())).transpose()?;
    let list = UserList {
        path: args.file,
        subscription: args.subscription,
        term,
        first_login_sets_password: args.first_login_sets_password,
        dry_run: args.dry_run,
    };
    let deed = store.deed.clone();
    with_app(store, &args.app, async move |service, app| {
        let report = service.import_users(&app, &list, &telling("import")).await?;
        if let Some(deed) = deed {
            deed.tell(format!("made: {}; there: {}", report.users.taken, report.users.there));
        }
        if args.json { output::json(&report) } else { tell(&report) }
    })
}

fn tell(UsersReport { dry_run, again, users, notes }: &UsersReport) -> anyhow::Result<()> {
    if *again {
        println!("another run reads or has read this very list: what it dealt with is not made again");
    }
    let made = if *dry_run { "would be made" } else { "made" };
    println!("users: {} {made}, {} are there, {} not taken", users.taken, users.there, users.refused);
    tell_refused(users);
    for note in notes {
        output::say(format_args!("note: {note}"));
    }
    if *dry_run {
        println!("nothing was changed");
    }
    Ok(())
}
