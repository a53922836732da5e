//! How many requests are served. Limits are token buckets: short bursts pass, a steady flood does not.

use std::{net::IpAddr, num::NonZeroU32};

use claviger_domain::subscriber;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Requests a minute; 0: no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// To the Client API, from one address.
    pub client: u32,
    /// To the Seller API, for one application.
    pub seller: u32,
    /// To the Seller API, with unknown seller keys, from one address.
    pub unknown_seller_key: u32,
}

/// The buckets.
pub struct Limits {
    client: Option<DefaultKeyedRateLimiter<IpAddr>>,
    seller: Option<DefaultKeyedRateLimiter<i64>>,
    unknown_seller_key: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// Full buckets for these rates.
    pub fn new(rates: Rates) -> Self {
        Self {
            client: limiter(rates.client),
            seller: limiter(rates.seller),
            unknown_seller_key: limiter(rates.unknown_seller_key),
        }
    }

    /// Whether the Client API serves one more request from `address`.
    pub(crate) fn client_may(&self, address: IpAddr) -> bool {
        allows(self.client.as_ref(), &subscriber(address))
    }

    /// Whether the Seller API serves one more request for the application.
    pub(crate) fn seller_may(&self, app: i64) -> bool {
        allows(self.seller.as_ref(), &app)
    }

    /// Whether one more unknown seller key from `address` is answered as such.
    pub(crate) fn may_guess(&self, address: IpAddr) -> bool {
        allows(self.unknown_seller_key.as_ref(), &subscriber(address))
    }

    /// Forgets buckets that are full again; call it now and then.
    pub fn forget_idle(&self) {
        for limiter in [&self.client, &self.unknown_seller_key].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        if let Some(limiter) = &self.seller {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn limiter<K: Clone + Eq + std::hash::Hash>(per_minute: u32) -> Option<DefaultKeyedRateLimiter<K>> {
    NonZeroU32::new(per_minute).map(|rate| RateLimiter::keyed(Quota::per_minute(rate)))
}

fn allows<K: Clone + Eq + std::hash::Hash>(limiter: Option<&DefaultKeyedRateLimiter<K>>, key: &K) -> bool {
    limiter.is_none_or(|limiter| limiter.check_key(key).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_in_ipv6() {
        let limits = Limits::new(Rates { unknown_seller_key: 1, ..Rates::default() });
        assert!(limits.may_guess("2001:db8::1".parse().unwrap()));
        assert!(!limits.may_guess("2001:db8::2".parse().unwrap()));
        assert!(limits.may_guess("2001:db8:0:1::1".parse().unwrap()));
        limits.forget_idle();
        assert!(!limits.may_guess("2001:db8::3".parse().unwrap()));
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = Limits::new(Rates::default());
        assert!((0..1000).all(|_| limits.seller_may(1)));
    }
}
