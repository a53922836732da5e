//! Running other programs to their end, with an eye on Ctrl-C.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::interrupt;

/// How often a wait looks whether the program has ended.
const POLL: Duration = Duration::from_millis(20);
/// How long a program gets to end by itself after Ctrl-C, which the terminal sent to it as well.
const GRACE: Duration = Duration::from_secs(2);
/// How long a program gets to end after SIGTERM before it is killed.
const TERMINATION: Duration = Duration::from_secs(10);

/// Runs a program with our own input and output.
///
/// # Errors
/// When it cannot be started, ends with a failure, or the chore is interrupted.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    expect_success(command, status)
}

/// Runs a program as [`run`] does, for no longer than `limit`: one that hangs is a failure that tells so.
///
/// # Errors
/// As [`run`], and when the program takes longer.
pub fn run_at_most(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = spawn(command)?;
    let status =
        wait_within(&mut child, limit).with_context(|| format!("`{}` did not end", describe(command)))?;
    expect_success(command, status)
}

/// Runs a program without showing what it prints, unless it fails. Returns its standard output.
///
/// # Errors
/// When it cannot be started, ends with a failure (with all it printed), or the chore is
/// interrupted.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    // Files, not pipes: a full pipe would stop a program that nobody reads from.
    let mut stdout = tempfile::tempfile().context("cannot make a temporary file")?;
    let mut stderr = tempfile::tempfile().context("cannot make a temporary file")?;
    command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
    let mut child = spawn(command)?;
    let status = wait(&mut child)?;
    let printed = read_back(&mut stdout)?;
    let failure = expect_success(command, status);
    failure.with_context(|| format!("{printed}{}", read_back(&mut stderr).unwrap_or_default()))?;
    Ok(printed)
}

/// Runs a program with our own standard error. Returns its standard output.
///
/// # Errors
/// As [`run`].
pub fn run_reading(command: &mut Command) -> Result<String> {
    let mut stdout = tempfile::tempfile().context("cannot make a temporary file")?;
    run(command.stdout(stdout.try_clone()?))?;
    read_back(&mut stdout)
}

/// Whether a program can be started and ends well; what it prints is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Starts a program; the error names it.
///
/// # Errors
/// When it cannot be started.
pub fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| format!("cannot start `{}`", describe(command)))
}

/// The program and its arguments as one line.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// The same program, which then reaches our own servers directly.
pub fn without_proxies(mut command: Command) -> Command {
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

/// Waits for the end of a program; after Ctrl-C it is given a moment, then ended.
///
/// # Errors
/// When it cannot be waited for or the chore was interrupted.
pub fn wait(child: &mut Child) -> Result<ExitStatus> {
    wait_within(child, Duration::MAX)
}

/// Waits as [`wait`] does; a program that still runs after `limit` is ended, which is a failure.
fn wait_within(child: &mut Child, limit: Duration) -> Result<ExitStatus> {
    let start = Instant::now();
    while !interrupt::requested() {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() >= limit {
            end(child, Signal::TERM, TERMINATION)?;
            bail!("it was still running after {} minutes", limit.as_secs() / 60);
        }
        thread::sleep(POLL);
    }
    if wait_at_most(child, GRACE)?.is_none() {
        end(child, Signal::TERM, TERMINATION)?;
    }
    bail!("stopped by a signal")
}

/// Waits up to `limit` for the end of a program; `None` if it is still running then.
///
/// # Errors
/// When it cannot be waited for.
pub fn wait_at_most(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// Sends `signal`, waits up to `limit`, then kills. Returns how the program ended.
///
/// # Errors
/// When it cannot be waited for.
pub fn end(child: &mut Child, signal: Signal, limit: Duration) -> Result<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    // It may end between the two lines; then the wait says so and the error is of no interest.
    let _ = kill_process(Pid::from_child(child), signal);
    if let Some(status) = wait_at_most(child, limit)? {
        return Ok(status);
    }
    child.kill()?;
    Ok(child.wait()?)
}

fn expect_success(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

fn read_back(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
