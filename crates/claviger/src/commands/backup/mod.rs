//! `claviger backup`: making backups, looking at them, restoring them, clearing them away.

mod chosen;
mod create;
mod key;
mod restore;
mod stopping;
mod verify;
mod words;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context;
use claviger_domain::{Clock as _, SystemClock};
use claviger_files::private;
use claviger_service::backups::{Condition, Identity, Pace, Place, Stored};
use serde_json::json;

use crate::{
    config::{Backups, KeepArgs, PlaceArgs, StoreArgs},
    output,
};
use key::KeyFileArgs;
pub(super) use words::advised;

/// What can be done with backups.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a backup of the database and the uploaded files; the server may run
    Create {
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        pace: PaceArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the backups, newest first
    List {
        #[command(flatten)]
        place: PlaceArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Look whether a backup can be restored, by doing so in a folder that is removed afterwards
    Verify {
        /// Name of the backup [default: the newest whole one that is not dated later than now]
        name: Option<String>,
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        key: KeyFileArgs,
        #[command(flatten)]
        pace: PaceArgs,
        /// Folder with room for the database [default: the system's for temporary files]
        #[arg(long, value_name = "DIR")]
        scratch: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Restore a backup into a database that has nothing yet, and its files; no session lives on
    Restore {
        /// Name of the backup [default: the newest whole one that is not dated later than now]
        name: Option<String>,
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        key: KeyFileArgs,
        /// Leave most of processor and disk to other servers of this machine, and take some three times as long
        #[arg(long)]
        gentle: bool,
    },
    /// Make a key that opens backups, in a new file, and print the recipient to encrypt them for
    Keygen {
        /// The file; keep it elsewhere than the backups
        file: PathBuf,
    },
    /// Delete the backups that need not be kept
    Prune {
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        keep: KeepArgs,
        /// Only tell which ones
        #[arg(long)]
        dry_run: bool,
    },
}

/// How much of processor and disk is taken.
#[derive(clap::Args)]
pub(crate) struct PaceArgs {
    /// Take all that there is of processor and disk; otherwise most of the time is left to the server
    #[arg(long)]
    fast: bool,
}

impl PaceArgs {
    fn pace(&self) -> Pace {
        if self.fast { Pace::Fast } else { Pace::Gentle }
    }
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { place, pace, json } => create::run(store, place, pace.pace(), json),
        Command::List { place, json } => {
            let backups = Backups::resolve(&store, place, KeepArgs::default())?;
            let place = backups.place()?;
            tell_missing(&place);
            let (rows, now) = (place.list().map_err(advised)?, SystemClock.now());
            output::list(
                json,
                ["NAME", "MADE", "BYTES", "STATE"],
                rows,
                |stored| {
                    let state = state(&stored, now);
                    [stored.name, output::time(stored.made), stored.bytes.to_string(), state]
                },
                |stored| {
                    json!({
                        "name": stored.name,
                        "made": stored.made,
                        "bytes": stored.bytes,
                        "whole": stored.is_whole(),
                        "unreadable": stored.unreadable(),
                    })
                },
            )
        }
        Command::Verify { name, place, key, pace, scratch, json } => {
            verify::run(store, place, &key, name.as_deref(), pace.pace(), scratch, json)
        }
        Command::Restore { name, place, key, gentle } => {
            // The server that it is for waits for it.
            let pace = if gentle { Pace::Gentle } else { Pace::Fast };
            restore::run(store, place, &key, name.as_deref(), pace)
        }
        Command::Keygen { file } => keygen(&file),
        Command::Prune { place, keep, dry_run } => prune(&store, place, keep, dry_run),
    }
}

/// Tells where there is no folder, which looks like one without backups otherwise.
fn tell_missing(place: &Place) {
    if place.is_missing() {
        eprintln!(
            "claviger: there is no folder {}: see whether the place of backups is right, and its disk mounted; the first \
             backup makes it",
            place.label()
        );
    }
}

/// What can be told of a backup, in words.
fn state(stored: &Stored, now: i64) -> String {
    let found = match &stored.condition {
        Condition::Whole => "whole".to_owned(),
        Condition::CutOff => "cut off".to_owned(),
        Condition::Unreadable(why) => format!("cannot be read: {why}"),
    };
    if stored.is_ahead(now) { format!("{found}, dated later than now") } else { found }
}

fn keygen(file: &Path) -> anyhow::Result<()> {
    let identity = Identity::generate()?;
    let recipient = identity.recipient()?;
    let text = format!("# public key: {recipient}\n{}\n", *identity.expose());
    // It stays whose it is who makes it, whosever folder that is: it opens what the server cannot.
    let made = private().create_new(true).open(file);
    made.and_then(|mut made| made.write_all(text.as_bytes()).and_then(|()| made.sync_all()))
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("{recipient}");
    Ok(())
}

fn prune(store: &StoreArgs, place: PlaceArgs, keep: KeepArgs, dry_run: bool) -> anyhow::Result<()> {
    let backups = Backups::resolve(store, place, keep)?;
    if backups.keep.is_all() {
        anyhow::bail!(
            "nothing says what to keep: name at least one of --keep-days, --keep-daily, --keep-weekly, --keep-monthly"
        );
    }
    let (mut place, now) = (backups.place()?, SystemClock.now());
    if backups.lock.is_some() {
        place = place.encrypted_only();
    }
    tell_missing(&place);
    let all = place.list().map_err(advised)?;
    for stored in all.iter().filter(|stored| stored.is_ahead(now)) {
        eprintln!(
            "claviger: {} is dated later than now: it neither counts nor is deleted; if it need not be kept, delete it by hand",
            stored.name
        );
    }
    for (stored, why) in all.iter().filter_map(|stored| Some((stored, stored.unreadable()?))) {
        eprintln!("claviger: {} cannot be read: {why}; it neither counts nor is deleted", stored.name);
    }
    let gone = if dry_run {
        backups.keep.surplus(&all, now)
    } else {
        backups.keep.prune(&place, now).map_err(advised)?
    };
    let word = if dry_run { "would delete" } else { "deleted" };
    for stored in &gone {
        output::say(format_args!("{word} {}", stored.name));
    }
    if gone.is_empty() {
        println!("all backups are kept");
    }
    Ok(())
}
