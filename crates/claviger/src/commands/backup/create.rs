//! `claviger backup create`.

use claviger_service::backups::{self, BackupError, Pace};
use serde_json::json;

use super::{
    super::{progress::telling, run::with_service},
    stopping::clean_when_stopped,
    words::{advised, told},
};
use crate::{
    config::{Backups, KeepArgs, PlaceArgs, StoreArgs},
    output,
};

/// Runs the command.
pub(super) fn run(store: StoreArgs, place: PlaceArgs, pace: Pace, json: bool) -> anyhow::Result<()> {
    let backups = Backups::resolve(&store, place, KeepArgs::default())?;
    let (place, lock) = (backups.place()?, backups.lock);
    let begun = place.clone();
    clean_when_stopped(move || begun.give_up())?;
    with_service(store, async move |service| {
        // Blocking libraries must not run on a thread of the runtime's.
        let outcome = std::thread::scope(|scope| {
            let make = || backups::make(&service, &place, lock.as_ref(), pace, &telling("backup"));
            let making = scope.spawn(make);
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
