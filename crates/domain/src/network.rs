//! Addresses as limits count them.

use std::net::{IpAddr, Ipv6Addr};

/// What counts as one address: in IPv6 a /64, since one subscriber has a whole one.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
