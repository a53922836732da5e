//! Checks that need nobody else's service: whether an address is that of a VPN, a proxy or a hosting provider, and
//! whether a password was in a breach, and in which country it is. All ask data that the operator provides.

mod countries;
mod error;
mod leaked;
mod lines;
mod vpn;

pub use countries::{Countries, CountryWatch};
pub use error::ScreeningError;
pub use leaked::{LeakedPasswords, RangeSource, range_url};
pub use vpn::{Entry, EntryError, VpnList, VpnWatch, parse_entry};
