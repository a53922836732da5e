//! Signals that end a command that leaves something behind.

use std::{process, thread};

use tokio::signal::unix::{SignalKind, signal};

/// Calls `clean` and ends this process when a signal asks it to end. Who is killed otherwise leaves what there is to the next
/// one.
///
/// # Errors
/// When signals cannot be waited for.
pub(super) fn clean_when_stopped(clean: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _runtime = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let wait = async move {
        tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
        }
    };
    let run = move || {
        let stopped = runtime.block_on(wait);
        // Outside of the runtime: it may wait in one of its own.
        clean();
        // As a shell tells of a process that the signal ended.
        process::exit(128 + stopped.as_raw_value())
    };
    thread::Builder::new().name("signals".into()).spawn(run)?;
    Ok(())
}
