//! Programs that drive a server.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::tools::command;

/// How long one may take; it takes a minute at most, after it was built.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Runs one, which reaches our own servers directly.
///
/// # Errors
/// When it fails, or does not end in time.
pub fn run(client: Command) -> Result<()> {
    command::run_at_most(&mut command::without_proxies(client), LIMIT)
}
