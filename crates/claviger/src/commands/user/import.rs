//! `claviger user import`.

use std::{cell::Cell, path::PathBuf};

use anyhow::ensure;
use claviger_domain::{Clock, SystemClock};
use claviger_service::takeover::{Origin, UserList, UsersReport};

use super::super::{
    import::outcome::{HowArgs, NOTHING_TAKEN, Outcome, made},
    input::{is_read_once, name_of, read_whole},
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
    /// The list, which may be compressed by gzip; `-` is the standard input
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
        origin: origin(args.file)?,
        subscription: args.subscription,
        term,
        first_login_sets_password: args.how.first_login_sets_password,
        dry_run: args.how.dry_run,
    };
    let (deed, any) = (store.deed.clone(), Cell::new(false));
    let is_any = &any;
    with_app(store, &args.app, async move |service, app| {
        let report = service.import_users(&app, &list, &telling("import")).await?;
        if let Some(deed) = deed {
            deed.tell(format!("made: {}; there: {}", report.users.taken, report.users.there));
        }
        is_any.set(report.users.is_any());
        if args.how.json { output::json(&report) } else { tell(&report) }
    })?;
    ensure!(any.get(), NOTHING_TAKEN);
    Ok(())
}

/// What is read once only is held: a list is read several times.
fn origin(path: PathBuf) -> anyhow::Result<Origin> {
    if !is_read_once(&path) {
        return Ok(Origin::File(path));
    }
    let bytes = read_whole(&path, "write it into a file, and name that")?;
    Ok(Origin::Held { name: name_of(&path), bytes: bytes.into() })
}

fn tell(UsersReport { dry_run, again, users, notes }: &UsersReport) -> anyhow::Result<()> {
    let (dry_run, tables) = (*dry_run, std::slice::from_ref(users));
    Outcome { source: "list", again: *again, dry_run, tables, left_out: &[], notes }.tell(|_| {
        let (made, taken) = (made(dry_run), users.taken);
        println!("users: {taken} {made}, {} are there, {} not taken", users.there, users.refused);
        Ok(())
    })
}
