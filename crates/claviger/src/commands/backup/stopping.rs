//! Signals that end a look at a backup.

use std::{process, thread};

use claviger_service::backups::Scratch;
use tokio::signal::unix::{SignalKind, signal};

/// Removes the folder, in which what was encrypted lies as it is, and ends this process when a signal asks it to end. Who
/// is killed otherwise leaves it to the next one.
///
/// # Errors
/// When signals cannot be waited for.
pub(super) fn remove_when_stopped(scratch: &Scratch) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _runtime = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let path = scratch.path().to_owned();
    let wait = async move {
        let stopped = tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
        };
        Scratch::remove(&path);
        // As a shell tells of a process that the signal ended.
        process::exit(128 + stopped.as_raw_value())
    };
    thread::Builder::new().name("signals".into()).spawn(move || runtime.block_on(wait))?;
    Ok(())
}
