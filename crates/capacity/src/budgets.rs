//! How often: a budget for each address, and for the networks that it is in. Who has a whole network of IPv6 has many
//! addresses, but not as many times the budget.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use claviger_domain::ClientAddress;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::who::prefix;

/// The networks of an IPv6 address that are counted, as bits of their prefix, and how many times the budget of an
/// address each has.
const NETWORKS: [(u32, u32); 3] = [(64, 1), (56, 4), (48, 16)];
/// Budgets of one kind of network that are remembered at once. Beyond them a network of IPv6 has only the budgets of those
/// around it, and all others share one.
const REMEMBERED: usize = 500_000;
/// Counting what is remembered locks all of it, so it is done once in so many times.
const COUNT_EVERY: usize = 1024;

/// Token buckets of addresses and networks: short bursts pass, a steady flood does not. Held in memory, whose amount is
/// bounded.
pub struct Budgets(Option<Limiters>);

struct Limiters {
    addresses: Limiter<ClientAddress>,
    networks: [Limiter<Ipv6Addr>; 3],
}

/// The budgets of one kind of network.
struct Limiter<K: Clone + Eq + Hash> {
    buckets: DefaultKeyedRateLimiter<K>,
    taken: AtomicUsize,
    remembered: usize,
    is_full: AtomicBool,
}

impl Budgets {
    /// So many a minute for an address (in IPv6: a /64), as many at once; 0: no limit.
    pub fn new(per_minute: u32) -> Self {
        Self::remembering(per_minute, REMEMBERED)
    }

    fn remembering(per_minute: u32, remembered: usize) -> Self {
        Self(NonZeroU32::new(per_minute).map(|rate| Limiters {
            addresses: Limiter::new(rate, remembered),
            networks: NETWORKS.map(|(_, times)| {
                let times = NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN);
                Limiter::new(rate.saturating_mul(times), remembered)
            }),
        }))
    }

    /// Takes one out of the budgets of an address and its networks.
    ///
    /// # Errors
    /// How long it takes until there is one again, when there is none.
    pub fn take(&self, address: ClientAddress) -> Result<(), Duration> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        match address.known().map(|address| address.to_canonical()) {
            Some(IpAddr::V6(address)) => {
                for (at, ((bits, _), limiter)) in NETWORKS.into_iter().zip(&limiters.networks).enumerate() {
                    // Whoever has very many networks must not be all others' bad neighbour.
                    if at + 1 < NETWORKS.len() && limiter.is_full.load(Ordering::Relaxed) {
                        continue;
                    }
                    limiter.take(&prefix(address, bits), &Ipv6Addr::UNSPECIFIED)?;
                }
                Ok(())
            }
            Some(address) => limiters.addresses.take(&address.into(), &ClientAddress::Unknown),
            None => limiters.addresses.take(&ClientAddress::Unknown, &ClientAddress::Unknown),
        }
    }

    /// Forgets budgets that are full again; call it now and then.
    pub fn forget_idle(&self) {
        let Some(limiters) = &self.0 else { return };
        limiters.addresses.forget_idle();
        limiters.networks.iter().for_each(Limiter::forget_idle);
    }
}

impl<K: Clone + Eq + Hash> Limiter<K> {
    fn new(per_minute: NonZeroU32, remembered: usize) -> Self {
        let buckets = RateLimiter::keyed(Quota::per_minute(per_minute));
        Self { buckets, taken: AtomicUsize::new(0), remembered, is_full: AtomicBool::new(false) }
    }

    /// Takes one out of the budget of `key`, or of that of the `crowd` when too many are remembered.
    fn take(&self, key: &K, crowd: &K) -> Result<(), Duration> {
        if self.taken.fetch_add(1, Ordering::Relaxed).is_multiple_of(COUNT_EVERY) {
            self.is_full.store(self.buckets.len() >= self.remembered, Ordering::Relaxed);
        }
        let key = if self.is_full.load(Ordering::Relaxed) { crowd } else { key };
        let outcome = self.buckets.check_key(key);
        outcome.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }

    fn forget_idle(&self) {
        self.buckets.retain_recent();
        self.buckets.shrink_to_fit();
        self.is_full.store(self.buckets.len() >= self.remembered, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(budgets: &Budgets, addresses: impl Iterator<Item = String>) -> usize {
        let take = |text: &String| budgets.take(ClientAddress::Known(text.parse().unwrap())).is_ok();
        addresses.filter(take).count()
    }

    #[test]
    fn networks_have_growing_budgets() {
        let budgets = Budgets::new(2);
        assert_eq!(taken(&budgets, (0..9).map(|host| format!("2001:db8::{host}"))), 2);
        // Of a /56, those of the /64 above among them.
        assert_eq!(taken(&budgets, (1..20).map(|net| format!("2001:db8:0:{net:x}::"))), 6);
        assert_eq!(taken(&budgets, (1..90).map(|net| format!("2001:db8:0:{net:x}00::"))), 24);
        assert_eq!(taken(&budgets, (1..90).map(|net| format!("2001:db8:1:{net:x}00::"))), 32);
    }

    #[test]
    fn addresses_of_ipv4_stand_alone() {
        let budgets = Budgets::new(1);
        assert_eq!(taken(&budgets, (1..9).map(|host| format!("192.0.2.{host}"))), 8);
        assert_eq!(taken(&budgets, std::iter::once("::ffff:192.0.2.1".into())), 0);
        assert!(budgets.take(ClientAddress::Unknown).is_ok());
        assert!(budgets.take(ClientAddress::Unknown).is_err_and(|wait| !wait.is_zero()));
        budgets.forget_idle();
        assert_eq!(taken(&budgets, std::iter::once("192.0.2.1".into())), 0);
    }

    #[test]
    fn who_has_very_many_networks_uses_up_no_budget_of_others() {
        let budgets = Budgets::remembering(100, 1000);
        // More /64 than are remembered, of a few /48.
        let of_flood = |number: u32| format!("2001:db8:{:x}:{:x}::", number % 20, number / 20 % 256);
        let flood = taken(&budgets, (0..20_000).map(of_flood));
        assert!(flood >= 5000, "{flood}");
        assert_eq!(taken(&budgets, (0..100).map(|host| format!("2001:db8:100::{host:x}"))), 100);
    }

    #[test]
    fn zero_means_no_limit() {
        let budgets = Budgets::new(0);
        assert!((0..1000).all(|_| budgets.take(ClientAddress::Unknown).is_ok()));
    }
}
