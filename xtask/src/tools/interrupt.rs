//! Ctrl-C, SIGTERM and SIGHUP as a flag that long waits look at.
//!
//! A chore that is interrupted returns an error, so that every server it started is stopped and
//! every temporary folder is removed on the way out.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// Exit status of a program that was ended by Ctrl-C.
const INTERRUPTED: u8 = 130;

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Starts to watch for the signals. Called once, at the start of the program.
pub fn watch() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        if let Err(error) = flag::register(signal, Arc::clone(&REQUESTED)) {
            eprintln!("warning: cannot watch for signal {signal} ({error}); servers may be left running");
        }
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
