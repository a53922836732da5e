//! `claviger user import`.

use std::path::PathBuf;

use claviger_domain::{Clock, SystemClock};
use claviger_service::takeover::{UserList, UsersReport};

use super::super::{
    import::outcome::{HowArgs, Outcome, made},
    license::term,
    progress::telling,
    run::with_app,
};
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
    #[command(flatten)]
    how: HowArgs,
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
        first_login_sets_password: args.how.first_login_sets_password,
        dry_run: args.how.dry_run,
    };
    let deed = store.deed.clone();
    with_app(store, &args.app, async move |service, app| {
        let report = service.import_users(&app, &list, &telling("import")).await?;
        if let Some(deed) = deed {
            deed.tell(format!("made: {}; there: {}", report.users.taken, report.users.there));
        }
        if args.how.json { output::json(&report) } else { tell(&report) }
    })
}

fn tell(UsersReport { dry_run, again, users, notes }: &UsersReport) -> anyhow::Result<()> {
    let (dry_run, tables) = (*dry_run, std::slice::from_ref(users));
    Outcome { source: "list", again: *again, dry_run, tables, left_out: &[], notes }.tell(|_| {
        let (made, taken) = (made(dry_run), users.taken);
        println!("users: {taken} {made}, {} are there, {} not taken", users.there, users.refused);
        Ok(())
    })
}
