//! `claviger backup verify`.

use std::{env, path::PathBuf};

use claviger_domain::{Clock as _, SystemClock};
use claviger_service::backups::{self, KeyState, Pace, Scratch, Verify};
use serde_json::json;

use super::{
    super::{progress::telling, run::opened_by_hand},
    chosen::Chosen,
    key::KeyFileArgs,
    stopping::clean_when_stopped,
    words::{advised, told},
};
use crate::{
    config::{PlaceArgs, StoreArgs},
    output,
};

/// Runs the command.
pub(super) fn run(
    store: StoreArgs,
    place: PlaceArgs,
    key: &KeyFileArgs,
    name: Option<&str>,
    pace: Pace,
    scratch: Option<PathBuf>,
    json: bool,
) -> anyhow::Result<()> {
    let Chosen { place, name, unlock, store } = Chosen::find(store, place, key, name)?;
    let master_key = opened_by_hand(&store.master_key)?;
    let scratch = Scratch::within(&scratch.unwrap_or_else(env::temp_dir)).map_err(advised)?;
    let folder = scratch.path().to_owned();
    // What was encrypted lies in it as it is.
    clean_when_stopped(move || Scratch::remove(&folder))?;
    let verified = backups::verify(&Verify {
        place: &place,
        name: &name,
        unlock: &unlock,
        master_key: &master_key,
        scratch: &scratch,
        now: SystemClock.now(),
        pace,
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
            "name": name,
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
            name,
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

fn key_word(key: KeyState) -> &'static str {
    match key {
        KeyState::Opens => "opens",
        KeyState::Missing => "missing",
        KeyState::Wrong => "wrong",
        KeyState::Unneeded => "unneeded",
    }
}
