//! Where a request comes from. Headers that name another address count only from configured proxies.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// Finds the address of a client.
#[derive(Clone, Debug)]
pub struct ClientIp {
    trusted: Vec<IpNet>,
    header: HeaderName,
}

impl ClientIp {
    /// Believes `header` when the request comes from one of the `trusted` proxies.
    pub fn new(trusted: Vec<IpNet>, header: HeaderName) -> Self {
        Self { trusted, header }
    }

    /// The client's address: the last one in the header that is not itself a trusted proxy, else the peer's.
    pub fn of(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.ip().to_canonical();
        if self.trusted.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let mut client = peer;
        // Each proxy appends the address it saw; what stands further left may be the client's own invention.
        for value in headers.get_all(&self.header).iter().rev() {
            for text in value.to_str().unwrap_or_default().rsplit(',') {
                let Ok(address) = text.trim().parse::<IpAddr>() else { return client };
                client = address.to_canonical();
                if !self.trusts(client) {
                    return client;
                }
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let trusted = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let header = HeaderName::from_static("x-forwarded-for");
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(&header, axum::http::HeaderValue::from_static(value));
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 1);
        ClientIp::new(trusted, header).of(peer, &headers).to_string()
    }

    #[test]
    fn ignores_the_header_of_strangers() {
        assert_eq!(client(&[], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn takes_the_last_address_that_is_no_proxy() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(client(&trusted, "10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&trusted, "10.0.0.1", &["192.0.2.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client(&trusted, "10.0.0.1", &["192.0.2.9", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&trusted, "::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn falls_back_to_the_nearest_known_address() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(client(&trusted, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client(&trusted, "10.0.0.1", &["nonsense, 10.0.0.2"]), "10.0.0.2");
    }
}
