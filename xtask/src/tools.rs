//! What every chore uses: other programs, packages of the distribution, cargo, signals.

pub mod apt;
pub mod cargo;
pub mod command;
pub mod daemon;
pub mod interrupt;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// The folder of the workspace's `Cargo.toml`.
pub fn workspace_root() -> &'static Path {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_dir.parent().unwrap_or(manifest_dir)
}

/// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
///
/// # Errors
/// When no port of the loopback address can be bound.
pub fn free_port() -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Says on stderr what is being done, so that a pause has a reason.
pub fn say(what: impl AsRef<str>) {
    eprintln!("xtask: {}", what.as_ref());
}
