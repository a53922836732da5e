//! Addresses and networks, in the one form in which they are kept and compared: IPv4 addresses mapped into IPv6 are
//! IPv4, and a network has no bits beyond its prefix.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::tidy;

/// Length of the prefix that a subscriber of IPv6 has.
const SUBSCRIBER_PREFIX: u8 = 64;
/// The networks of IPv6 that are counted, as lengths of prefixes, and how many times the budget of an address each has:
/// who has a whole network has many addresses, but not as many times the budget.
const COUNTED: [(u8, u32); 3] = [(SUBSCRIBER_PREFIX, 1), (56, 4), (48, 16)];
/// Length of the prefix of IPv4 addresses mapped into IPv6.
const MAPPED_PREFIX: u8 = 96;

/// What counts as one address: in IPv6 a /64, since one subscriber has a whole one.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address => address,
    }
}

/// Whether an address that was kept as text is that of the same subscriber.
pub fn is_same_subscriber(kept: &str, address: IpAddr) -> bool {
    kept.parse().is_ok_and(|kept| subscriber(kept) == subscriber(address))
}

/// A network, or an address as the network of it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Network {
    /// What an address is worth where its subscriber is meant: itself, in IPv6 its /64.
    pub fn of_subscriber(address: IpAddr) -> Self {
        let single = Self::from(address);
        single.subscriber().unwrap_or(single)
    }

    /// Of a single IPv6 address the network that its subscriber has; `None` for all else.
    pub fn subscriber(self) -> Option<Self> {
        let IpNet::V6(net) = self.0 else { return None };
        let single = net.prefix_len() == net.max_prefix_len();
        single.then(|| Self::cut(IpAddr::V6(net.addr()), SUBSCRIBER_PREFIX))
    }

    /// Whether an address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// How the texts of all addresses in it begin, in their canonical form; empty where that tells nothing. For searches
    /// that read texts: what begins so need not be in it.
    pub fn text_prefix(self) -> String {
        let bits = usize::from(self.0.prefix_len());
        match self.0 {
            net if net.prefix_len() == net.max_prefix_len() => net.addr().to_string(),
            IpNet::V4(net) => {
                net.addr().octets().iter().take(bits / 8).map(|octet| format!("{octet}.")).collect()
            }
            // Zeros may be left out, from the first one on.
            IpNet::V6(net) => {
                let groups =
                    net.addr().segments().into_iter().take(bits / 16).take_while(|&group| group != 0);
                groups.map(|group| format!("{group:x}:")).collect()
            }
        }
    }

    /// All networks that an address is in, the widest first: 33 in IPv4, 129 in IPv6.
    pub fn around(address: IpAddr) -> impl Iterator<Item = Self> {
        let address = address.to_canonical();
        (0..=IpNet::from(address).max_prefix_len()).map(move |prefix| Self::cut(address, prefix))
    }

    /// What an address counts for where something is limited, the narrowest first, each with how many times the budget of
    /// an address it has: itself, in IPv6 the networks that it is in.
    pub fn counted(address: IpAddr) -> impl Iterator<Item = (Self, u32)> {
        let address = address.to_canonical();
        let (single, networks) = match address {
            IpAddr::V4(_) => (Some((Self::from(address), 1)), &COUNTED[..0]),
            IpAddr::V6(_) => (None, &COUNTED[..]),
        };
        single
            .into_iter()
            .chain(networks.iter().map(move |&(prefix, times)| (Self::cut(address, prefix), times)))
    }

    /// Whether it is the widest that an address of it counts for.
    pub fn is_widest_counted(self) -> bool {
        Self::counted(self.0.addr()).last().is_some_and(|(widest, _)| widest == self)
    }

    /// The network of an address and a prefix that is not longer than the address.
    fn cut(address: IpAddr, prefix: u8) -> Self {
        Self(IpNet::new_assert(address, prefix).trunc())
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }
}

impl From<IpNet> for Network {
    fn from(net: IpNet) -> Self {
        let net = match net {
            IpNet::V6(net) => in_v4(net).map_or(IpNet::V6(net), IpNet::V4),
            IpNet::V4(_) => net,
        };
        Self(net.trunc())
    }
}

/// The network in IPv4, if it is one that is mapped into IPv6.
fn in_v4(net: Ipv6Net) -> Option<Ipv4Net> {
    let prefix = net.prefix_len().checked_sub(MAPPED_PREFIX)?;
    Ipv4Net::new(net.addr().to_ipv4_mapped()?, prefix).ok()
}

/// The text is no address and no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkError(String);

impl fmt::Display for NetworkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8", self.0)
    }
}

impl std::error::Error for NetworkError {}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let text = tidy(text);
        let address = text.parse::<IpAddr>().map(Self::from);
        address.or_else(|_| text.parse::<IpNet>().map(Self::from)).map_err(|_| NetworkError(text.into()))
    }
}

impl fmt::Display for Network {
    /// As it is kept: an address alone has no prefix.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(formatter)
        } else {
            self.0.fmt(formatter)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use proptest::prelude::*;

    fn form(text: &str) -> String {
        text.parse::<Network>().unwrap().to_string()
    }

    #[test]
    fn networks_have_one_form() {
        for (text, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.7/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::1/128", "2001:db8::1"),
            ("2001:db8::1/64", "2001:db8::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:c000:207", "192.0.2.7"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:192.0.2.7/95", "::fffe:0:0/95"),
            ("::/0", "::/0"),
            (" ::1\u{A0}", "::1"),
        ] {
            assert_eq!(form(text), expected, "{text}");
        }
        for text in
            ["", "x", "192.0.2", "192.0.2.07", "192.0.2.7/33", "192.0.2.7/", "::1/129", ": :1", "fe80::1%1"]
        {
            let error = text.parse::<Network>().unwrap_err().to_string();
            let expected =
                format!("`{text}` is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn a_subscriber_of_ipv6_has_a_network() {
        let of = |text: &str| text.parse::<Network>().unwrap().subscriber().map(|net| net.to_string());
        assert_eq!(of("2001:db8::1").as_deref(), Some("2001:db8::/64"));
        for text in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::/64", "2001:db8::/127"] {
            assert_eq!(of(text), None, "{text}");
        }
        let same = |kept, address: &str| is_same_subscriber(kept, address.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.7", "192.0.2.7") && same("192.0.2.7", "::ffff:192.0.2.7"));
        assert!(!same("::ffff:192.0.2.7", "192.0.2.8") && !same("192.0.2.7", "192.0.2.8"));
        assert!(!same("", "::") && !same("x", "::1"));
    }

    #[test]
    fn networks_of_ipv6_are_counted() {
        let counted = |text: &str| -> Vec<_> {
            Network::counted(text.parse().unwrap()).map(|(net, times)| (net.to_string(), times)).collect()
        };
        let networks = [("2001:db8:1:2::/64", 1), ("2001:db8:1::/56", 4), ("2001:db8:1::/48", 16)];
        assert_eq!(counted("2001:db8:1:2::3"), networks.map(|(text, times)| (text.to_owned(), times)));
        assert_eq!(counted("192.0.2.7"), [("192.0.2.7".to_owned(), 1)]);
        assert_eq!(counted("::ffff:192.0.2.7"), [("192.0.2.7".to_owned(), 1)]);
        for (text, widest) in [("2001:db8::/48", true), ("2001:db8::/56", false), ("192.0.2.7", true)] {
            assert_eq!(text.parse::<Network>().unwrap().is_widest_counted(), widest, "{text}");
        }
    }

    #[test]
    fn networks_tell_how_texts_begin() {
        for (text, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2."),
            ("192.0.2.0/25", "192.0.2."),
            ("10.0.0.0/7", ""),
            ("2001:db8::/32", "2001:db8:"),
            ("2001:db8::/64", "2001:db8:"),
            ("2001:db8:1::/47", "2001:db8:"),
            ("2001:db8::7", "2001:db8::7"),
            ("::/0", ""),
            ("::/96", ""),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().text_prefix(), expected, "{text}");
        }
    }

    fn address() -> impl Strategy<Value = IpAddr> {
        // Few bits differ, so that networks and addresses meet.
        let near = |bits: u128, base: u128| bits & 0x0003_0000_0000_0001_0000_0001_0000_0103 | base;
        prop_oneof![
            any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits & 0x8000_0103 | 0x0a00_0000).into()),
            any::<u128>().prop_map(move |bits| Ipv6Addr::from_bits(near(bits, 0x2001_0db8 << 96)).into()),
            any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits & 0x8000_0103).to_ipv6_mapped().into()),
        ]
    }

    proptest! {
        #[test]
        fn the_networks_around_an_address_are_those_that_contain_it(
            address in address(),
            within in address(),
            prefix in 0u8..=128,
        ) {
            let net = IpNet::new(within, prefix.min(IpNet::from(within).max_prefix_len())).unwrap();
            let network = Network::from(net);
            let contains = Network::around(address).any(|one| one == network);
            prop_assert_eq!(contains, network.contains(address));
            let IpNet::V6(v6) = net else {
                prop_assert_eq!(contains, net.contains(&address.to_canonical()));
                return Ok(());
            };
            if in_v4(v6).is_none() {
                prop_assert_eq!(contains, net.contains(&address.to_canonical()));
            }
        }

        #[test]
        fn what_is_in_a_network_begins_as_it(within in address(), prefix in 0u8..=128, address in address()) {
            let network = Network::cut(within, prefix.min(IpNet::from(within.to_canonical()).max_prefix_len()));
            let begins = |address: IpAddr| address.to_canonical().to_string().starts_with(&network.text_prefix());
            prop_assert!(begins(within));
            prop_assert!(!network.contains(address) || begins(address));
        }

        #[test]
        fn the_form_is_read_as_the_same(address in address(), prefix in 0u8..=128) {
            let prefix = prefix.min(IpNet::from(address).max_prefix_len());
            let network = Network::from(IpNet::new(address, prefix).unwrap());
            prop_assert_eq!(network.to_string().parse(), Ok(network));
            prop_assert!(network.contains(address) || prefix < MAPPED_PREFIX);
        }

        #[test]
        fn any_text_is_judged(text in "\\PC*") {
            let _ = text.parse::<Network>();
        }
    }
}
