//! Where a request comes from. Headers that name another address count only from configured proxies.

mod warning;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use claviger_domain::ClientAddress;
use claviger_service::ProxyWatch;
use claviger_wire::forwarded::{Entry, client_address};
use ipnet::IpNet;

use self::warning::Warning;

/// Finds the address of a client.
#[derive(Debug)]
pub struct ClientIp {
    trusted: Vec<IpNet>,
    header: HeaderName,
    warning: Warning,
    watch: Arc<ProxyWatch>,
}

impl ClientIp {
    /// Believes `header` when the request comes from one of the `trusted` proxies. `watch` is told what is odd about
    /// proxies.
    pub fn new(trusted: Vec<IpNet>, header: HeaderName, watch: Arc<ProxyWatch>) -> Self {
        Self { trusted, header, warning: Warning::default(), watch }
    }

    /// The client's address, as a proxy tells it or else the connection. A proxy that tells nothing leaves it unknown:
    /// else the client would have the proxy's.
    pub fn of(&self, peer: SocketAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.ip().to_canonical();
        if !self.trusts(peer) {
            self.watch.untrusted(peer, self.header.as_str(), || headers.contains_key(&self.header));
            return peer.into();
        }
        let found = self.told(headers);
        if found == ClientAddress::Unknown {
            self.watch.silent(peer, self.header.as_str());
            self.warning.give(&self.header, peer, headers);
        }
        found
    }

    /// Takes out what names an address, where no proxy wrote or saw it.
    pub(crate) fn strip(&self, headers: &mut HeaderMap) {
        headers.remove(&self.header);
    }

    /// Whether a connection comes from a trusted proxy.
    pub(crate) fn trusts_peer(&self, peer: SocketAddr) -> bool {
        self.trusts(peer.ip().to_canonical())
    }

    fn told(&self, headers: &HeaderMap) -> ClientAddress {
        let values = headers.get_all(&self.header).iter().map(HeaderValue::as_bytes);
        let entry = if self.header == header::FORWARDED { Entry::Pairs } else { Entry::Address };
        client_address(values, entry, |address| self.trusts(address))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROXIES: [&str; 2] = ["10.0.0.0/8", "2001:db8:ffff::/48"];

    fn find(header: &str, peer: &str, values: &[&[u8]]) -> ClientAddress {
        let trusted = PROXIES.map(|net| net.parse().unwrap()).to_vec();
        let header: HeaderName = header.parse().unwrap();
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&header, HeaderValue::from_bytes(value).unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        ClientIp::new(trusted, header, Arc::default()).of(peer, &headers)
    }

    fn client(peer: &str, values: &[&[u8]]) -> String {
        find("x-forwarded-for", peer, values).to_string()
    }

    fn forwarded(values: &[&[u8]]) -> String {
        find("forwarded", "10.0.0.1", values).to_string()
    }

    #[test]
    fn ignores_the_header_of_strangers() {
        assert_eq!(client("203.0.113.7", &[b"198.51.100.1"]), "203.0.113.7");
        assert_eq!(client("203.0.113.7", &[b"\xff"]), "203.0.113.7");
        let nobody = ClientIp::new(Vec::new(), HeaderName::from_static("x-forwarded-for"), Arc::default());
        let peer = SocketAddr::new("::ffff:10.0.0.1".parse().unwrap(), 1);
        assert_eq!(nobody.of(peer, &HeaderMap::new()).to_string(), "10.0.0.1");
    }

    #[test]
    fn takes_the_last_address_that_is_no_proxy() {
        for (values, expected) in [
            (&[&b"198.51.100.1"[..]][..], "198.51.100.1"),
            (&[b"192.0.2.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (&[b"192.0.2.9", b"198.51.100.1"], "198.51.100.1"),
            (&[b"192.0.2.9", b"198.51.100.1", b"10.0.0.3,10.0.0.2"], "198.51.100.1"),
            (&[b"2001:db8::1"], "2001:db8::1"),
            (&[b"::ffff:198.51.100.1,::ffff:10.0.0.9"], "198.51.100.1"),
            (&[b"198.51.100.1, 2001:db8:ffff::1"], "198.51.100.1"),
            // The proxy's own machine asks.
            (&[b"10.0.0.3"], "10.0.0.3"),
            (&[b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(client("10.0.0.1", values), expected, "{values:?}");
            assert_eq!(client("::ffff:10.0.0.1", values), expected, "{values:?}");
        }
    }

    #[test]
    fn what_stands_further_left_does_not_matter() {
        for front in [
            &b"\xff"[..],
            b"\xff\xfe,,",
            b"\"",
            b"\"a\\\"",
            b"[",
            b"unknown",
            b";;=",
            b"192.0.2.1:x",
            b"\\\"",
        ] {
            let line = [front, b", 198.51.100.7"].concat();
            assert_eq!(client("10.0.0.1", &[&line]), "198.51.100.7", "{front:?}");
            assert_eq!(client("10.0.0.1", &[front, b"198.51.100.7"]), "198.51.100.7", "{front:?}");
            let line = [front, b", for=\"198.51.100.7:1\";proto=https"].concat();
            assert_eq!(forwarded(&[&line]), "198.51.100.7", "{front:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let unreadable: [&[&[u8]]; 16] = [
            &[],
            &[b""],
            &[b" \t "],
            &[b"\xff"],
            &[b"nonsense"],
            &[b"nonsense, 10.0.0.2"],
            &[b"198.51.100.1, \xff"],
            &[b"198.51.100.1,"],
            &[b"198.51.100.1", b""],
            &[b"198.51.100.1, unknown"],
            &[b"198.51.100.1, _hidden"],
            &[b"198.51.100.1\xff"],
            &[b"198.51.100.1 198.51.100.2"],
            &[b"198.51.100.1;198.51.100.2"],
            &[b"for=198.51.100.1"],
            &[b"198.51.100.1, \"10.0.0.2"],
        ];
        for values in unreadable {
            assert_eq!(client("10.0.0.1", values), "unknown", "{values:?}");
        }
        let unreadable: [&[&[u8]]; 10] = [
            &[],
            &[b""],
            &[b"198.51.100.1"],
            &[b"for=unknown"],
            &[b"for=_hidden"],
            &[b"for=198.51.100.1, for=unknown"],
            &[b"for=198.51.100.1, proto=https"],
            &[b"for=198.51.100.1;for=198.51.100.2"],
            &[b"for=198.51.100.1, for=\"10.0.0.2"],
            &[b"by=198.51.100.1"],
        ];
        for values in unreadable {
            assert_eq!(forwarded(values), "unknown", "{values:?}");
        }
    }

    #[test]
    fn reads_what_rfc_7239_shows() {
        for (values, expected) in [
            (&[&b"for=192.0.2.60;proto=http;by=203.0.113.43"[..]][..], "192.0.2.60"),
            (&[b"For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
            (&[b"for=192.0.2.43, for=198.51.100.17"], "198.51.100.17"),
            (&[b"for=192.0.2.43, for=\"[2001:db8:ffff::17]\""], "192.0.2.43"),
            (&[b"for=192.0.2.43", b"for=10.1.1.1;host=\"a,b;c\\\"d\""], "192.0.2.43"),
            (&[b"proto=https ; FOR = \"192.0.2.43:_port\" ;by=\"_p,for=1.1.1.1\""], "192.0.2.43"),
            (&[b"for=\"192\\.0.2.43\""], "192.0.2.43"),
        ] {
            assert_eq!(forwarded(values), expected, "{values:?}");
        }
    }

    /// What may stand in a header, which may as well be made of parts of addresses.
    fn line() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![Just(b'\t'), 32..=126u8, 128..=255u8];
        let part = prop_oneof![
            prop::collection::vec(byte, 0..9),
            prop::sample::select(vec!["\"", "\\", ",", ";for=", "10.0.0.2", "[::1]", ":1"])
                .prop_map(|part| part.as_bytes().to_vec()),
        ];
        prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_proxy_is_never_the_client(values in prop::collection::vec(line(), 0..3)) {
            let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
            for header in ["x-forwarded-for", "forwarded"] {
                let peer: IpAddr = "10.255.254.253".parse().unwrap();
                prop_assert_ne!(find(header, "10.255.254.253", &values), ClientAddress::Known(peer));
            }
        }

        #[test]
        fn what_a_proxy_appends_is_found(front in line(), client: IpAddr, port: u16) {
            let client = client.to_canonical();
            prop_assume!(!PROXIES.iter().any(|net| net.parse::<IpNet>().unwrap().contains(&client)));
            let with_port = SocketAddr::new(client, port);
            for told in [client.to_string(), with_port.to_string(), format!("\"{with_port}\"")] {
                let line = [&front[..], b", ", told.as_bytes()].concat();
                let expected = ClientAddress::Known(client);
                prop_assert_eq!(find("x-forwarded-for", "10.0.0.1", &[&line]), expected);
                let line = [&front[..], b", proto=https;for=\"", told.replace('"', "").as_bytes(), b"\""].concat();
                prop_assert_eq!(find("forwarded", "10.0.0.1", &[&line]), expected);
            }
        }
    }
}
