//! Which addresses may be called. Vendors and end users choose where calls go, so that without a guard they could
//! reach what only this machine or its network can.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Origin, Url};

use crate::{AllowedTarget, inner::is_inner, own::OwnAddresses};

/// Decides where calls may go.
#[derive(Debug)]
pub(crate) struct Guard {
    networks: Vec<IpNet>,
    hosts: Vec<(String, Option<u16>)>,
    /// The server itself.
    own: Option<Origin>,
    /// The machine itself.
    machine: OwnAddresses,
}

/// How an address was found fit to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The operator named this host; it may resolve to anything.
    Named,
    /// It must resolve to outer addresses.
    Outer,
}

impl Guard {
    /// `own_url`: the server itself, which may be called.
    pub(crate) fn new(allow: Vec<AllowedTarget>, own_url: Option<&str>) -> Self {
        Self::on(OwnAddresses::default(), allow, own_url)
    }

    /// As [`Guard::new`], on a machine of these addresses.
    fn on(machine: OwnAddresses, allow: Vec<AllowedTarget>, own_url: Option<&str>) -> Self {
        let own = own_url.and_then(|url| Url::parse(url).ok()).map(|url| url.origin());
        let mut guard = Self { networks: Vec::new(), hosts: Vec::new(), own, machine };
        for target in allow {
            match target {
                AllowedTarget::Network(network) => guard.networks.push(network),
                AllowedTarget::Host { host, port } => guard.hosts.push((host, port)),
            }
        }
        guard
    }

    /// Whether and how `url` may be called, as far as can be told before its host is resolved. The only check of hosts
    /// that are addresses, since those are never resolved.
    pub(crate) fn judge(&self, url: &Url) -> Option<Trust> {
        let host = url.host()?;
        if self.own.as_ref() == Some(&url.origin()) || self.is_named(&host, url.port_or_known_default()) {
            return Some(Trust::Named);
        }
        match host {
            Host::Domain(_) => Some(Trust::Outer),
            Host::Ipv4(address) => self.permits(address.into()).then_some(Trust::Outer),
            Host::Ipv6(address) => self.permits(address.into()).then_some(Trust::Outer),
        }
    }

    fn is_named(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        let name = host.to_string();
        self.hosts.iter().any(|(host, only)| *host == name && (only.is_none() || *only == port))
    }

    fn permits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        !(is_inner(address) || self.machine.contain(address))
            || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// The system's resolver.
pub(crate) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Without a port here, connections use that of the address called.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

/// Resolves names to addresses that the guard permits. Connections go to the very addresses that were checked, so that
/// a name which resolves to something else a moment later gains nothing.
pub(crate) struct GuardedNames {
    pub(crate) guard: Arc<Guard>,
    pub(crate) names: Arc<dyn Resolve>,
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, found) = (self.guard.clone(), self.names.resolve(name));
        Box::pin(async move {
            let permitted: Vec<SocketAddr> =
                found.await?.filter(|address| guard.permits(address.ip())).collect();
            if permitted.is_empty() {
                return Err(InnerAddress.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// A name has inner addresses only.
#[derive(Debug)]
pub(crate) struct InnerAddress;

impl fmt::Display for InnerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("it resolves to inner addresses")
    }
}

impl Error for InnerAddress {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Names;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn odd_spellings_are_the_same_address() {
        let guard = Guard::new(Vec::new(), None);
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.1/",
            "http://127.0.1/",
            "http://127.0.0.1./",
            "http://0/",
            "http://１27.0.0.1/",
            "http://127。0。0。1/",
            "http://%31%32%37.0.0.1/",
            "http:\\\\127.0.0.1\\",
            "http:127.0.0.1",
            "http://\t127.0\n.0.1/",
            "http://[::1]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::127.0.0.1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
        ] {
            assert_eq!(guard.judge(&url(text)), None, "{text}");
        }
        for text in ["http://example.org/", "http://127.0.0.1.example.org/", "http://8.8.8.8/"] {
            assert_eq!(guard.judge(&url(text)), Some(Trust::Outer), "{text}");
        }
    }

    #[test]
    fn the_operator_may_allow_more() {
        let allow =
            ["127.0.0.0/8", "hooks.internal", "localhost:9000", "[::1]:80"].map(|text| text.parse().unwrap());
        let guard = Guard::new(allow.into(), None);
        for (text, trust) in [
            ("http://127.0.0.1:5/", Some(Trust::Outer)),
            ("http://[::ffff:127.0.0.1]/", Some(Trust::Outer)),
            ("http://HOOKS.internal:1234/", Some(Trust::Named)),
            ("http://hooks.internal.evil.example/", Some(Trust::Outer)),
            ("http://localhost:9000/", Some(Trust::Named)),
            ("http://localhost:9001/", Some(Trust::Outer)),
            ("http://[::1]/", Some(Trust::Named)),
            ("http://[::1]:81/", None),
            ("http://10.0.0.1/", None),
        ] {
            assert_eq!(guard.judge(&url(text)), trust, "{text}");
        }
    }

    #[test]
    fn this_machine_is_inside_whatever_its_addresses() {
        let machine =
            || OwnAddresses::with(|| Ok(["8.8.4.4", "2001:4860::1"].map(|own| own.parse().unwrap()).into()));
        let guard = Guard::on(machine(), Vec::new(), None);
        for text in ["http://8.8.4.4/", "http://[::ffff:8.8.4.4]:9000/", "http://[2001:4860::1]/"] {
            assert_eq!(guard.judge(&url(text)), None, "{text}");
        }
        assert_eq!(guard.judge(&url("http://8.8.8.8/")), Some(Trust::Outer));
        let allow = vec!["8.8.4.0/24".parse().unwrap()];
        let guard = Guard::on(machine(), allow, Some("https://[2001:4860::1]"));
        assert_eq!(guard.judge(&url("http://8.8.4.4/")), Some(Trust::Outer));
        assert_eq!(guard.judge(&url("https://[2001:4860::1]/x")), Some(Trust::Named));
    }

    #[test]
    fn the_server_itself_may_be_called() {
        let guard = Guard::new(Vec::new(), Some("http://10.0.0.1:8080/claviger"));
        for (text, trust) in [
            ("http://10.0.0.1:8080/api/seller/", Some(Trust::Named)),
            ("https://10.0.0.1:8080/", None),
            ("http://10.0.0.1/", None),
            ("http://10.0.0.2:8080/", None),
        ] {
            assert_eq!(guard.judge(&url(text)), trust, "{text}");
        }
        let guard = Guard::new(Vec::new(), Some("https://claviger.example.org"));
        assert_eq!(guard.judge(&url("https://claviger.example.org:443/x")), Some(Trust::Named));
        assert_eq!(guard.judge(&url("https://claviger.example.org:8443/x")), Some(Trust::Outer));
        for nothing in ["", "claviger.example.org", "data:x"] {
            let guard = Guard::new(Vec::new(), Some(nothing));
            assert_eq!(guard.judge(&url("http://127.0.0.1/")), None, "{nothing}");
        }
    }

    #[tokio::test]
    async fn only_outer_addresses_of_a_name_are_used() {
        let allow = vec!["10.1.0.0/16".parse().unwrap()];
        let guarded = |addresses: &[&str]| GuardedNames {
            guard: Arc::new(Guard::new(allow.clone(), None)),
            names: Arc::new(Names::new([("some.test", addresses)])),
        };
        let names = guarded(&["127.0.0.1", "8.8.8.8", "::1", "10.0.0.1", "::ffff:10.0.0.1", "10.1.0.1"]);
        let found: Vec<_> = names.resolve("some.test".parse().unwrap()).await.unwrap().collect();
        assert_eq!(
            found.iter().map(|found| found.ip().to_string()).collect::<Vec<_>>(),
            ["8.8.8.8", "10.1.0.1"]
        );
        let names = guarded(&["127.0.0.1", "fe80::1"]);
        let error = names.resolve("some.test".parse().unwrap()).await.err().unwrap();
        assert!(error.is::<InnerAddress>(), "{error}");
    }

    #[tokio::test]
    async fn the_system_knows_localhost() {
        let found = SystemNames.resolve("localhost".parse().unwrap()).await.unwrap();
        assert!(found.map(|found| found.ip()).any(is_inner));
    }
}
