//! What is odd about the proxy in front of the server, as requests tell it. Every request may tell it, so that it costs
//! them a look at a flag.

use std::{
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use claviger_outgoing::is_inner;

/// Told for so long after it was seen last.
const LATELY: Duration = Duration::from_secs(600);

/// What is odd about a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyFault {
    /// The address that requests come from.
    pub proxy: IpAddr,
    /// The header that would tell the client's address.
    pub header: String,
}

/// Something odd, and when it was seen last.
#[derive(Debug, Default)]
struct Sight {
    /// Seen since the last [`ProxyWatch::turn`].
    fresh: AtomicBool,
    last: Mutex<Option<(ProxyFault, Instant)>>,
}

impl Sight {
    /// Whether it was seen since the last turn; else it counts as seen from now on.
    fn is_known(&self) -> bool {
        self.fresh.load(Ordering::Relaxed) || self.fresh.swap(true, Ordering::Relaxed)
    }

    fn note(&self, proxy: IpAddr, header: &str, now: Instant) {
        let fault = ProxyFault { proxy, header: header.into() };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((fault, now));
    }

    fn lately(&self, now: Instant) -> Option<ProxyFault> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(_, seen)| now.duration_since(*seen) < LATELY).map(|(fault, _)| fault.clone())
    }
}

/// What was odd lately about proxies.
#[derive(Debug, Default)]
pub struct ProxyWatch {
    unbelieved: Sight,
    silent: Sight,
}

impl ProxyWatch {
    /// A request came from an address that is not trusted to tell another one in `header`; `told` looks whether it did.
    /// Only what comes from an inner address can be a proxy's: anybody may write such a header.
    pub fn untrusted(&self, peer: IpAddr, header: &str, told: impl FnOnce() -> bool) {
        if is_inner(peer) && told() && !self.unbelieved.is_known() {
            self.unbelieved.note(peer, header, Instant::now());
        }
    }

    /// A trusted proxy told no address that can be read.
    pub fn silent(&self, proxy: IpAddr, header: &str) {
        if !self.silent.is_known() {
            self.silent.note(proxy, header, Instant::now());
        }
    }

    /// Lets what is seen from now on count as news.
    pub(crate) fn turn(&self) {
        for sight in [&self.unbelieved, &self.silent] {
            sight.fresh.store(false, Ordering::Relaxed);
        }
    }

    /// The header that was not believed lately.
    pub(crate) fn lately_unbelieved(&self, now: Instant) -> Option<ProxyFault> {
        self.unbelieved.lately(now)
    }

    /// The trusted proxy that lately told no address.
    pub(crate) fn lately_silent(&self, now: Instant) -> Option<ProxyFault> {
        self.silent.lately(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_told_for_a_while() {
        let (watch, start) = (ProxyWatch::default(), Instant::now());
        let told = |watch: &ProxyWatch, after| watch.lately_unbelieved(start + Duration::from_secs(after));
        let [first, second, stranger] =
            ["10.0.0.1", "::1", "8.8.8.8"].map(|text| text.parse::<IpAddr>().unwrap());
        watch.untrusted(first, "x-forwarded-for", || false);
        watch.untrusted(stranger, "x-forwarded-for", || true);
        assert_eq!(told(&watch, 0), None);
        watch.untrusted(first, "x-forwarded-for", || true);
        watch.untrusted(second, "x-forwarded-for", || true);
        let fault = ProxyFault { proxy: first, header: "x-forwarded-for".into() };
        assert_eq!(told(&watch, 590), Some(fault), "one is enough");
        assert_eq!(told(&watch, 700), None);
        watch.turn();
        watch.untrusted(second, "forwarded", || true);
        assert_eq!(told(&watch, 1), Some(ProxyFault { proxy: second, header: "forwarded".into() }));
        assert_eq!(watch.lately_silent(start), None, "that is something else");
        watch.silent(first, "forwarded");
        assert_eq!(watch.lately_silent(start).map(|fault| fault.proxy), Some(first));
    }
}
