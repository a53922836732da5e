//! For whom a place is: whose share it counts against, and with whom it takes turns.

use std::net::{IpAddr, Ipv6Addr};

use claviger_domain::ClientAddress;

/// Bits of an IPv6 address that tell parties apart: a site is given as many, and has 65,536 networks below.
const PARTY_PREFIX: u32 = 48;

/// Those who share the server and know nothing of each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tenant {
    /// An application, by its number.
    App(i64),
    /// An owner, by the owner's id, where it is about all of the owner's applications.
    Owner(String),
    /// Those who sign in to the dashboard, as long as it is not known who they are.
    People,
    /// Nobody: it is the server's own work.
    Server,
}

/// Those whom a tenant deals with: clients at one address, in IPv6 at one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// An IPv4 address, or the first 48 bits of an IPv6 address.
    At(IpAddr),
    /// All whose address is not known.
    Unknown,
    /// Nobody: it is the tenant's own work, or the server's.
    Own,
}

impl Party {
    /// The party that a client belongs to.
    pub fn of(address: ClientAddress) -> Self {
        match address.known().map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => Self::At(IpAddr::V6(prefix(address, PARTY_PREFIX))),
            Some(address) => Self::At(address),
            None => Self::Unknown,
        }
    }
}

/// The first bits of an address; the others are 0.
pub(crate) fn prefix(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    Ipv6Addr::from_bits(address.to_bits() & mask)
}

/// A tenant and a party.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Who {
    /// Whose share it counts against.
    pub tenant: Tenant,
    /// Whom it is for, among those whom the tenant deals with.
    pub party: Party,
}

impl Who {
    /// A client of an application.
    pub fn client(app: i64, address: ClientAddress) -> Self {
        Self { tenant: Tenant::App(app), party: Party::of(address) }
    }

    /// An application itself.
    pub fn app(app: i64) -> Self {
        Self { tenant: Tenant::App(app), party: Party::Own }
    }

    /// Somebody at the dashboard's door.
    pub fn person(address: ClientAddress) -> Self {
        Self { tenant: Tenant::People, party: Party::of(address) }
    }

    /// The server itself.
    pub fn server() -> Self {
        Self { tenant: Tenant::Server, party: Party::Own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_an_address_or_a_site() {
        let party = |text: &str| Party::of(ClientAddress::Known(text.parse().unwrap()));
        assert_eq!(party("2001:db8:1:2::3"), party("2001:db8:1:ffff::"));
        assert_ne!(party("2001:db8:1::"), party("2001:db8:2::"));
        assert_eq!(party("::ffff:192.0.2.1"), party("192.0.2.1"));
        assert_ne!(party("192.0.2.1"), party("192.0.2.2"));
        assert_eq!(Party::of(ClientAddress::Unknown), Party::Unknown);
    }
}
