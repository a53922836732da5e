//! Addresses of VPNs, proxies and hosting providers.

mod entry;
mod list;
mod ranges;
mod systems;
mod watch;

pub use entry::{Entry, EntryError, parse_entry};
pub use list::VpnList;
pub use watch::VpnWatch;
