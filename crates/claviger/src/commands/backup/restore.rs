//! `claviger backup restore`.

use claviger_domain::{Clock as _, SystemClock};
use claviger_files::create_private_folder;
use claviger_service::backups::{self, KeyState, Pace, Restore, Restored};

use super::{
    super::{progress::telling, run::opened_by_hand},
    chosen::Chosen,
    key::KeyFileArgs,
    words::{advised, told},
};
use crate::{
    config::{PlaceArgs, Store, StoreArgs},
    output,
};

/// Runs the command.
pub(super) fn run(
    store: StoreArgs,
    place: PlaceArgs,
    key: &KeyFileArgs,
    name: Option<&str>,
    pace: Pace,
) -> anyhow::Result<()> {
    let Chosen { place, name, unlock, store } = Chosen::find(store, place, key, name)?;
    create_private_folder(&store.data_dir)?;
    let restored = backups::restore(&Restore {
        place: &place,
        name: &name,
        unlock: &unlock,
        database: &store.database,
        files_dir: &store.files_dir,
        master_key: &opened_by_hand(&store.master_key)?,
        now: SystemClock.now(),
        pace,
        progress: &telling("restore"),
    });
    tell_restored(&name, &store, &restored.map_err(advised)?);
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
