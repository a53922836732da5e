//! `claviger backup`: making backups, looking at them, restoring them, clearing them away.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use claviger_domain::{Clock as _, SystemClock};
use claviger_files::{create_private_folder, write_private};
use claviger_service::backups::{
    self, BackupError, Identity, KeyState, Restore, Restored, Summary, Unlock, Verify,
};
use serde_json::json;

use super::{
    progress::telling,
    run::{opened_by_hand, with_service},
};
use crate::{
    config::{Backups, KeepArgs, PlaceArgs, Store, StoreArgs},
    output,
};

/// What can be done with backups.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a backup of the database and the uploaded files; the server may run
    Create {
        #[command(flatten)]
        place: PlaceArgs,
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
        /// Name of the backup [default: the newest]
        name: Option<String>,
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        key: KeyFileArgs,
        /// Folder with room for the database [default: the system's for temporary files]
        #[arg(long, value_name = "DIR")]
        scratch: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Restore a backup into a database that has nothing yet, and its files; no session lives on
    Restore {
        /// Name of the backup [default: the newest whole one]
        name: Option<String>,
        #[command(flatten)]
        place: PlaceArgs,
        #[command(flatten)]
        key: KeyFileArgs,
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

/// What opens an encrypted backup, besides its passphrase.
#[derive(clap::Args)]
pub(crate) struct KeyFileArgs {
    /// File with the key of a recipient (AGE-SECRET-KEY-1…), as `backup keygen` or age-keygen makes it
    #[arg(long, value_name = "FILE", env = "CLAVIGER_BACKUP_IDENTITY")]
    identity: Option<PathBuf>,
}

impl KeyFileArgs {
    fn unlock(&self, backups: &Backups) -> anyhow::Result<Unlock> {
        let identities = match &self.identity {
            Some(path) => {
                let told = || format!("the key file {}", path.display());
                let text = fs::read_to_string(path).with_context(told)?;
                Identity::all(&text).with_context(told)?
            }
            None => Vec::new(),
        };
        Ok(Unlock { passphrase: backups.passphrase.clone(), identities })
    }
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { place, json } => create(store, place, json),
        Command::List { place, json } => {
            let backups = Backups::resolve(&store, place, KeepArgs::default())?;
            let rows = backups.place()?.list().map_err(advised)?;
            output::list(
                json,
                ["NAME", "MADE", "BYTES", "STATE"],
                rows,
                |stored| {
                    let state = if stored.whole { "whole" } else { "cut off" };
                    [stored.name, output::time(stored.made), stored.bytes.to_string(), state.into()]
                },
                |stored| json!({ "name": stored.name, "made": stored.made, "bytes": stored.bytes, "whole": stored.whole }),
            )
        }
        Command::Verify { name, place, key, scratch, json } => {
            verify(store, place, &key, name.as_deref(), scratch, json)
        }
        Command::Restore { name, place, key } => restore(store, place, &key, name.as_deref()),
        Command::Keygen { file } => keygen(&file),
        Command::Prune { place, keep, dry_run } => prune(&store, place, keep, dry_run),
    }
}

fn keygen(file: &Path) -> anyhow::Result<()> {
    let identity = Identity::generate()?;
    let recipient = identity.recipient()?;
    let text = format!("# public key: {recipient}\n{}\n", *identity.expose());
    write_private(file, text.as_bytes()).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{recipient}");
    Ok(())
}

fn create(store: StoreArgs, place: PlaceArgs, json: bool) -> anyhow::Result<()> {
    let backups = Backups::resolve(&store, place, KeepArgs::default())?;
    let (place, lock) = (backups.place()?, backups.lock);
    with_service(store, async move |service| {
        // Blocking libraries must not run on a thread of the runtime's.
        let outcome = std::thread::scope(|scope| {
            let making = scope.spawn(|| backups::make(&service, &place, lock.as_ref(), &telling("backup")));
            making
                .join()
                .unwrap_or_else(|_| Err(BackupError::Refused("making the backup failed unexpectedly".into())))
        });
        service.note_backup(&outcome).await.map_err(advised)?;
        let backup = outcome.map_err(advised)?;
        if json {
            return output::json(&json!({
                "name": backup.made.name,
                "made": backup.made.at,
                "bytes": backup.made.bytes,
                "rows": backup.summary.rows,
                "files": backup.summary.files,
                "missed": backup.summary.missed,
            }));
        }
        let bytes = backup.made.bytes;
        output::say(format_args!(
            "made {} in {}: {}, {bytes} bytes",
            backup.made.name,
            place.label(),
            told(&backup.summary)
        ));
        Ok(())
    })
}

fn verify(
    store: StoreArgs,
    place: PlaceArgs,
    key: &KeyFileArgs,
    name: Option<&str>,
    scratch: Option<PathBuf>,
    json: bool,
) -> anyhow::Result<()> {
    let backups = Backups::resolve(&store, place, KeepArgs::default())?;
    let (place, unlock) = (backups.place()?, key.unlock(&backups)?);
    let store = Store::resolve(store)?;
    let found = place.find(name).map_err(advised)?;
    let verified = backups::verify(&Verify {
        place: &place,
        name: &found.name,
        unlock: &unlock,
        master_key: &opened_by_hand(&store.master_key)?,
        scratch: &scratch.unwrap_or_else(env::temp_dir),
        now: SystemClock.now(),
        progress: &telling("verify"),
    });
    let verified = verified.map_err(advised)?;
    let tables: Vec<_> = verified
        .header
        .tables
        .iter()
        .map(|table| json!({ "name": table.name, "rows": table.rows }))
        .collect();
    if json {
        output::json(&json!({
            "name": found.name,
            "made": verified.header.made,
            "schema": verified.header.schema,
            "rows": verified.summary.rows,
            "files": verified.summary.files,
            "tables": tables,
            "key": key_word(verified.key),
        }))?;
    } else {
        output::say(format_args!(
            "{} can be restored: {}, as of {}",
            found.name,
            told(&verified.summary),
            output::time(verified.header.made)
        ));
    }
    let key = &store.master_key;
    match verified.key {
        KeyState::Opens | KeyState::Unneeded => Ok(()),
        KeyState::Missing => {
            eprintln!(
                "claviger: the master key {key} is not there: it was not looked whether it opens the backup's secrets"
            );
            Ok(())
        }
        KeyState::Wrong => anyhow::bail!(
            "the master key {key} does not open the secrets in this backup: a server restored from it needs the key that it \
             was made with"
        ),
    }
}

fn restore(store: StoreArgs, place: PlaceArgs, key: &KeyFileArgs, name: Option<&str>) -> anyhow::Result<()> {
    let backups = Backups::resolve(&store, place, KeepArgs::default())?;
    let (place, unlock) = (backups.place()?, key.unlock(&backups)?);
    let store = Store::resolve(store)?;
    let found = place.find(name).map_err(advised)?;
    create_private_folder(&store.data_dir)?;
    let restored = backups::restore(&Restore {
        place: &place,
        name: &found.name,
        unlock: &unlock,
        database: &store.database,
        files_dir: &store.files_dir,
        master_key: &opened_by_hand(&store.master_key)?,
        now: SystemClock.now(),
        progress: &telling("restore"),
    });
    tell_restored(&found.name, &store, &restored.map_err(advised)?);
    Ok(())
}

fn tell_restored(name: &str, store: &Store, restored: &Restored) {
    let (ended, made) = (restored.ended, output::time(restored.header.made));
    output::say(format_args!("restored {name} into {}: {}", store.database_label(), told(&restored.summary)));
    output::say(format_args!(
        "ended, since it may have been ended after the backup was made: all sessions of {} applications, {} sign-ins to the \
         dashboard and to panels, {} links, {} waiting messages",
        ended.apps, ended.sign_ins, ended.links, ended.messages
    ));
    output::say(format_args!(
        "what else changed after {made} is as it was then: look for users and licenses that were banned or deleted, and \
         seller keys that were revoked, since then"
    ));
    if restored.changed > 0 {
        output::say(format_args!(
            "{} texts held a NUL, which PostgreSQL cannot keep: it is U+FFFD now",
            restored.changed
        ));
    }
    if restored.key == KeyState::Missing {
        output::say(format_args!(
            "put the master key that belongs to it at {}, mode 0600, before the server starts",
            store.master_key
        ));
    }
}

fn prune(store: &StoreArgs, place: PlaceArgs, keep: KeepArgs, dry_run: bool) -> anyhow::Result<()> {
    let backups = Backups::resolve(store, place, keep)?;
    if backups.keep.is_all() {
        anyhow::bail!(
            "nothing says what to keep: name at least one of --keep-days, --keep-daily, --keep-weekly, --keep-monthly"
        );
    }
    let (place, now) = (backups.place()?, SystemClock.now());
    let gone = if dry_run {
        backups.keep.surplus(&place.list().map_err(advised)?, now)
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

/// What was in a backup.
fn told(summary: &Summary) -> String {
    let Summary { rows, files, missed, .. } = summary;
    match missed {
        0 => format!("{rows} rows, {files} files"),
        missed => {
            format!("{rows} rows, {files} files ({missed} were deleted or replaced meanwhile, or not there)")
        }
    }
}

fn key_word(key: KeyState) -> &'static str {
    match key {
        KeyState::Opens => "opens",
        KeyState::Missing => "missing",
        KeyState::Wrong => "wrong",
        KeyState::Unneeded => "unneeded",
    }
}

/// A failure, with what to do about it.
pub(super) fn advised(error: BackupError) -> anyhow::Error {
    match error.advice() {
        Some(advice) => anyhow::anyhow!("{error}: {advice}"),
        None => error.into(),
    }
}
