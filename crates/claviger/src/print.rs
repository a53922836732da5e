//! Writing to the terminal. The macros of the standard library panic where a disk is full or nobody reads on, and a restore
//! must not end so in its middle. Those of the same names here never fail: what happened is told at the end.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
    process::ExitCode,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Why standard output could not be written, the first time.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

macro_rules! print {
    ($($words:tt)*) => { $crate::print::out(format_args!($($words)*)) };
}

macro_rules! println {
    () => { $crate::print::out(format_args!("\n")) };
    ($($words:tt)*) => { $crate::print::out(format_args!("{}\n", format_args!($($words)*))) };
}

macro_rules! eprint {
    ($($words:tt)*) => { $crate::print::aside(format_args!($($words)*)) };
}

macro_rules! eprintln {
    () => { $crate::print::aside(format_args!("\n")) };
    ($($words:tt)*) => { $crate::print::aside(format_args!("{}\n", format_args!($($words)*))) };
}

/// A list is not written on, since the rest would be lost.
#[derive(Debug)]
struct Unwritten;

impl fmt::Display for Unwritten {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the output cannot be written")
    }
}

impl std::error::Error for Unwritten {}

/// Writes to standard output; see the macro `println`.
pub(crate) fn out(words: fmt::Arguments<'_>) {
    keep(io::stdout().lock().write_fmt(words));
}

/// Writes bytes to standard output.
pub(crate) fn bytes(bytes: &[u8]) {
    keep(io::stdout().lock().write_all(bytes));
}

/// Writes to standard error; see the macro `eprintln`.
pub(crate) fn aside(words: fmt::Arguments<'_>) {
    // Where that fails there is nobody to tell.
    let _ = io::stderr().lock().write_fmt(words);
}

/// Fails once standard output failed: a long list ends then.
///
/// # Errors
/// When something that was printed could not be written.
pub(crate) fn is_written() -> anyhow::Result<()> {
    if failed().is_some() { Err(Unwritten.into()) } else { Ok(()) }
}

/// Says what a command came to, and the status that it ends with.
pub(crate) fn finish(outcome: anyhow::Result<()>) -> ExitCode {
    keep(io::stdout().lock().flush());
    let failed = failed().take();
    match (outcome, failed) {
        (Err(error), _) if !error.is::<Unwritten>() => eprintln!("claviger: {error:#}"),
        (_, None) => return ExitCode::SUCCESS,
        // Whoever read has enough, as `head` has.
        (_, Some(error)) if error.kind() == ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        (Ok(()), Some(error)) => {
            eprintln!("claviger: it is done, but what it prints cannot be written: {error}");
        }
        (Err(_), Some(error)) => eprintln!("claviger: what it prints cannot be written: {error}"),
    }
    ExitCode::FAILURE
}

fn keep(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        failed().get_or_insert(error);
    }
}

fn failed() -> MutexGuard<'static, Option<io::Error>> {
    FAILED.lock().unwrap_or_else(PoisonError::into_inner)
}
