//! How many requests are served. Limits are token buckets: short bursts pass, a steady flood does not.

use std::{num::NonZeroU32, time::Duration};

use claviger_domain::ClientAddress;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

/// Buckets that tell how full they are.
type TellingLimiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// Requests a minute; 0: no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// To the Client API, from one address, or from all that are unknown.
    pub client: u32,
    /// To the Seller API, for one application.
    pub seller: u32,
    /// To the Seller API, with unknown seller keys, from one address, or from all that are unknown.
    pub unknown_seller_key: u32,
}

/// The buckets.
pub struct Limits {
    client: Option<DefaultKeyedRateLimiter<ClientAddress>>,
    seller: Option<TellingLimiter<i64>>,
    unknown_seller_key: Option<DefaultKeyedRateLimiter<ClientAddress>>,
}

impl Limits {
    /// Full buckets for these rates.
    pub fn new(rates: Rates) -> Self {
        Self {
            client: limiter(rates.client),
            seller: limiter(rates.seller).map(RateLimiter::with_middleware),
            unknown_seller_key: limiter(rates.unknown_seller_key),
        }
    }

    /// Whether the Client API serves one more request from `address`.
    pub(crate) fn client_may(&self, address: ClientAddress) -> bool {
        allows(self.client.as_ref(), &address.crowd())
    }

    /// Takes one request of an application to the Seller API out of its bucket; `None` where there is no limit.
    pub(crate) fn take_seller(&self, app: i64) -> Option<SellerRate> {
        let limiter = self.seller.as_ref()?;
        Some(match limiter.check_key(&app) {
            Ok(state) => {
                let (quota, remaining) = (state.quota(), state.remaining_burst_capacity());
                let limit = quota.burst_size().get();
                let reset = quota.replenish_interval() * limit.saturating_sub(remaining);
                SellerRate { limit, remaining, reset, allowed: true }
            }
            Err(until) => {
                let limit = until.quota().burst_size().get();
                let reset = until.wait_time_from(limiter.clock().now());
                SellerRate { limit, remaining: 0, reset, allowed: false }
            }
        })
    }

    /// Whether one more unknown seller key from `address` is answered as such.
    pub(crate) fn may_guess(&self, address: ClientAddress) -> bool {
        allows(self.unknown_seller_key.as_ref(), &address.crowd())
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

/// How full the bucket of an application is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SellerRate {
    /// Requests a minute.
    pub(crate) limit: u32,
    /// Requests that are left.
    pub(crate) remaining: u32,
    /// Until the bucket is full again; where nothing is left, until the next request is served.
    pub(crate) reset: Duration,
    /// Whether the request is served.
    pub(crate) allowed: bool,
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
        let may = |address: &str| limits.may_guess(ClientAddress::Known(address.parse().unwrap()));
        assert!(may("2001:db8::1"));
        assert!(!may("2001:db8::2"));
        assert!(may("2001:db8:0:1::1"));
        limits.forget_idle();
        assert!(!may("2001:db8::3"));
    }

    #[test]
    fn all_that_are_unknown_are_one_crowd() {
        let limits = Limits::new(Rates { client: 2, ..Rates::default() });
        let served = [(); 3].map(|()| limits.client_may(ClientAddress::Unknown));
        assert_eq!(served, [true, true, false]);
        assert!(limits.client_may(ClientAddress::Known("192.0.2.1".parse().unwrap())));
    }

    #[test]
    fn a_bucket_tells_how_full_it_is() {
        let limits = Limits::new(Rates { seller: 2, ..Rates::default() });
        let rates: Vec<_> = (0..3).map(|_| limits.take_seller(1).unwrap()).collect();
        assert_eq!(rates.iter().map(|rate| rate.remaining).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(rates.iter().map(|rate| rate.allowed).collect::<Vec<_>>(), [true, true, false]);
        assert!(rates.iter().all(|rate| rate.limit == 2 && !rate.reset.is_zero()));
        assert!(limits.take_seller(2).unwrap().allowed);
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = Limits::new(Rates::default());
        assert!((0..1000).all(|_| limits.take_seller(1).is_none()));
    }
}
