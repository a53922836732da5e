//! Log records, on standard error.

use std::{env, io, io::IsTerminal};

use anyhow::anyhow;
use tracing_subscriber::{filter::Targets, fmt, prelude::*, registry};

use crate::config::{Config, LogFormat};

/// Starts logging as the settings ask.
///
/// # Errors
/// When logging was started before.
pub(crate) fn start(config: &Config) -> anyhow::Result<()> {
    let on_terminal = io::stderr().is_terminal();
    let json = match config.log_format {
        LogFormat::Auto => !on_terminal,
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    // Colors are for people who did not ask to be spared them.
    let colors = on_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let records = fmt::layer().with_writer(io::stderr).with_ansi(colors);
    let wanted = registry().with(config.log.parse::<Targets>()?);
    let started = if json {
        wanted.with(records.json().flatten_event(true)).try_init()
    } else {
        wanted.with(records).try_init()
    };
    started.map_err(|error| anyhow!("cannot start logging: {error}"))
}
