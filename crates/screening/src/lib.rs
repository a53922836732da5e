//! Checks that need nobody else's service: whether an address is that of a VPN, a proxy or a hosting provider, and
//! whether a password was in a breach. Both ask data that the operator provides.

mod error;
mod leaked;
mod lines;
mod vpn;

pub use error::ScreeningError;
pub use leaked::{LeakedPasswords, RangeSource, range_url};
pub use vpn::{Entry, EntryError, VpnList, VpnWatch, parse_entry};
