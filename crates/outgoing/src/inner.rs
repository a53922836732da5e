//! Which addresses lead inside: to this machine, its network, or to nobody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to this machine, its network, or to nobody.
pub fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_inner_v4(address),
        IpAddr::V6(address) => is_inner_v6(address),
    }
}

fn is_inner_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        // Shared by a provider's customers.
        || (a == 100 && (64..128).contains(&b))
        // Protocol assignments, benchmarks, reserved and broadcast.
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240
        // Where Azure's host answers its guests: public by its number only.
        || [a, b, c, d] == [168, 63, 129, 16]
}

fn is_inner_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if let Some(embedded) = embedded_v4(address) {
        return is_inner_v4(embedded);
    }
    // Only 2000::/3 is given out; the rest is local (a network's own NAT64 too), multicast, or nobody's.
    (segments[0] & 0xE000) != 0x2000
        // Protocol assignments and Teredo, documentation.
        || (segments[0] == 0x2001 && segments[1] < 0x0200)
        || (segments[0] == 0x2001 && segments[1] == 0x0DB8)
        || (segments[0] == 0x3FFF && segments[1] < 0x1000)
}

/// The IPv4 address that an IPv6 address leads to.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let [a, b, c, ..] = address.segments();
    let low = Ipv4Addr::from_bits(bits as u32);
    match address.to_ipv4_mapped() {
        Some(mapped) => Some(mapped),
        // NAT64.
        None if bits >> 32 == 0x0064_FF9B << 64 => Some(low),
        // 6to4.
        None if a == 0x2002 => Some(Ipv4Addr::from_bits((u32::from(b) << 16) | u32::from(c))),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inner_and_outer_addresses() {
        for inner in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(is_inner(inner.parse().unwrap()), "{inner}");
        }
        for outer in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "168.63.129.17",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(!is_inner(outer.parse().unwrap()), "{outer}");
        }
    }

    proptest! {
        #[test]
        fn an_inner_address_stays_inner_in_other_forms(bits in any::<u32>()) {
            let address = Ipv4Addr::from_bits(bits);
            let nat64 = Ipv6Addr::from_bits((0x0064_FF9B << 96) | u128::from(bits));
            for form in [address.to_ipv6_mapped(), nat64] {
                prop_assert_eq!(is_inner(address.into()), is_inner(form.into()));
            }
        }
    }
}
