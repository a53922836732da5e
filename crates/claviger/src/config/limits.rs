//! How much callers may have: connections, failed logins, and what they can fill.

use std::time::Duration;

use anyhow::ensure;
use claviger_server::ConnectionBounds;
use claviger_service::{FreeFailures, Shares};

use super::{args::ServeArgs, file::FileConfig};

/// Misspelled passwords are few; whole offices and universities share an address.
const LOGIN_FAILURES_USER: u32 = 10;
const LOGIN_FAILURES_ADDRESS: u32 = 100;
/// Of strangers in ten minutes: far more than mistype, even on the day of a release.
const LOGIN_FAILURES_APP: u32 = 1000;

/// How many connections there may be, and how slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connections {
    /// In all, if it is told.
    pub(crate) max: Option<usize>,
    /// From one address, and times.
    pub(crate) bounds: ConnectionBounds,
}

/// The settings of connections.
///
/// # Errors
/// When one is 0, so that nobody could connect.
pub(super) fn connections(serve: &ServeArgs, values: &FileConfig) -> anyhow::Result<Connections> {
    let defaults = ConnectionBounds::default();
    let max = serve.max_connections.or(values.max_connections);
    let address = serve.max_connections_per_address.or(values.max_connections_per_address);
    let idle = serve.idle_seconds.or(values.idle_seconds);
    let slow = serve.slow_seconds.or(values.slow_seconds);
    some("max_connections", max == Some(0))?;
    some("max_connections_per_address", address == Some(0))?;
    some("idle_seconds", idle == Some(0))?;
    some("slow_seconds", slow == Some(0))?;
    let seconds =
        |given: Option<u32>, default| given.map_or(default, |given| Duration::from_secs(given.into()));
    let bounds = ConnectionBounds {
        address: address.unwrap_or(defaults.address),
        idle: seconds(idle, defaults.idle),
        ..defaults.patient_for(seconds(slow, defaults.reply.grace))
    };
    Ok(Connections { max, bounds })
}

/// Refuses a setting that is 0, so that nobody would get anything.
pub(super) fn some(name: &str, is_zero: bool) -> anyhow::Result<()> {
    ensure!(!is_zero, "{name} is 0: give at least 1, or leave the setting out");
    Ok(())
}

/// How many failed logins are free.
pub(super) fn free_failures(serve: &ServeArgs, values: &FileConfig) -> FreeFailures {
    FreeFailures {
        user: serve.login_failures_user.or(values.login_failures_user).unwrap_or(LOGIN_FAILURES_USER),
        address: serve
            .login_failures_address
            .or(values.login_failures_address)
            .unwrap_or(LOGIN_FAILURES_ADDRESS),
        app: serve.login_failures_app.or(values.login_failures_app).unwrap_or(LOGIN_FAILURES_APP),
    }
}

/// How much each application may have of what its callers can fill.
///
/// # Errors
/// When one is 0, which would be none at all, and not any number as elsewhere.
pub(super) fn shares(serve: &ServeArgs, values: &FileConfig) -> anyhow::Result<Shares> {
    let default = Shares::default();
    let set = |name, flag: Option<u32>, value: Option<u32>, default| {
        let set = flag.or(value);
        some(name, set == Some(0)).map(|()| set.unwrap_or(default))
    };
    Ok(Shares {
        deliveries: set(
            "app_deliveries_max",
            serve.app_deliveries_max,
            values.app_deliveries_max,
            default.deliveries,
        )?,
        anonymous_deliveries: set(
            "app_anonymous_deliveries",
            serve.app_anonymous_deliveries,
            values.app_anonymous_deliveries,
            default.anonymous_deliveries,
        )?,
        session_lines: set(
            "session_log_lines",
            serve.session_log_lines,
            values.session_log_lines,
            default.session_lines,
        )?,
        anonymous_lines: set(
            "app_anonymous_log_lines",
            serve.app_anonymous_log_lines,
            values.app_anonymous_log_lines,
            default.anonymous_lines,
        )?,
        anonymous_sessions: set(
            "app_anonymous_sessions",
            serve.app_anonymous_sessions,
            values.app_anonymous_sessions,
            default.anonymous_sessions,
        )?,
    })
}
