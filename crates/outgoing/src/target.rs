//! What an operator allows to be called although it is an inner address.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use url::{Host, Url};

/// An inner address that the operator allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedTarget {
    /// Every address of a network.
    Network(IpNet),
    /// A host, whatever it resolves to.
    Host {
        /// Its name or address, in lower case.
        host: String,
        /// Only this port.
        port: Option<u16>,
    },
}

/// What is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a network such as 10.0.0.0/8 nor a host such as hooks.internal or localhost:9000")]
pub struct BadTarget(String);

impl FromStr for AllowedTarget {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, BadTarget> {
        let text = text.trim();
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        let bad = || BadTarget(text.into());
        // Neither parts of an address beside host and port, nor patterns: nothing would ever match those.
        if text.contains(['/', '@', '?', '#', ' ', '*']) {
            return Err(bad());
        }
        let url = Url::parse(&format!("x://{text}")).map_err(|_| bad())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(bad)?;
        // As addresses of the web write it.
        let host = Host::parse(host).map_err(|_| bad())?.to_string();
        Ok(Self::Host { host, port: url.port() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_hosts() {
        let network = |text: &str| AllowedTarget::Network(text.parse().unwrap());
        let host = |host: &str, port| AllowedTarget::Host { host: host.into(), port };
        for (text, target) in [
            ("127.0.0.0/8", network("127.0.0.0/8")),
            (" 10.1.2.3 ", network("10.1.2.3/32")),
            ("fd00::/8", network("fd00::/8")),
            ("::1", network("::1/128")),
            ("hooks.internal", host("hooks.internal", None)),
            ("Hooks.INTERNAL:9000", host("hooks.internal", Some(9000))),
            ("localhost:80", host("localhost", Some(80))),
            ("10.1.2.3:8080", host("10.1.2.3", Some(8080))),
            ("[::1]:80", host("[::1]", Some(80))),
            ("bücher.test", host("xn--bcher-kva.test", None)),
        ] {
            assert_eq!(text.parse(), Ok(target), "{text}");
        }
    }

    #[test]
    fn what_is_neither() {
        for text in
            ["", " ", "http://x", "a b", "x/y", "10.0.0.0/99", "host:port", "user@host", "*.internal", ":80"]
        {
            assert!(text.parse::<AllowedTarget>().is_err(), "{text}");
        }
        assert_eq!(
            "a b".parse::<AllowedTarget>().unwrap_err().to_string(),
            "`a b` is neither a network such as 10.0.0.0/8 nor a host such as hooks.internal or localhost:9000"
        );
    }
}
