//! Ctrl-C, SIGTERM and SIGHUP as a flag that long waits look at.
//!
//! A chore that is interrupted returns an error, so that every server it started is stopped and
//! every temporary folder is removed on the way out.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Result, bail};
use tokio::signal::unix::{SignalKind, signal};

/// Exit status of a program that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Starts to watch for the signals. Called once, at the start of the program.
pub fn watch() {
    let spawned = thread::Builder::new().name("signals".into()).spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        if let Err(error) = runtime.and_then(|runtime| runtime.block_on(record())) {
            eprintln!("warning: cannot watch for Ctrl-C ({error}); servers may be left running");
        }
    });
    if let Err(error) = spawned {
        eprintln!("warning: cannot watch for Ctrl-C ({error}); servers may be left running");
    }
}

async fn record() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        REQUESTED.store(true, Ordering::Relaxed);
    }
}

/// Whether one of the signals has arrived.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Fails when one of the signals has arrived.
///
/// # Errors
/// Exactly when [`requested`] is true.
pub fn check() -> Result<()> {
    if requested() {
        bail!("stopped by a signal");
    }
    Ok(())
}

/// The exit status of a program with this outcome; an error is told on stderr.
pub fn exit_code(outcome: Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if requested() => {
            eprintln!("interrupted: {error:#}");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
