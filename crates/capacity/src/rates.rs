//! How often, for whom nobody shares an address with: a rate for each application.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

/// Buckets that tell how full they are.
type TellingLimiter = RateLimiter<i64, DefaultKeyedStateStore<i64>, DefaultClock, StateInformationMiddleware>;

/// A token bucket for each application: short bursts pass, a steady flood does not.
pub struct AppRates(Option<TellingLimiter>);

/// How full the bucket of an application is.
#[derive(Clone, Copy, Debug)]
pub struct AppRate {
    /// Requests a minute.
    pub limit: u32,
    /// Requests that are left.
    pub remaining: u32,
    /// Until the bucket is full again; where nothing is left, until the next request is served.
    pub reset: Duration,
    /// Whether the request is served.
    pub allowed: bool,
}

impl AppRates {
    /// So many requests a minute for an application, as many at once; 0: no limit.
    pub fn new(per_minute: u32) -> Self {
        let limiter = |rate| DefaultKeyedRateLimiter::keyed(Quota::per_minute(rate)).with_middleware();
        Self(NonZeroU32::new(per_minute).map(limiter))
    }

    /// Takes one request of an application out of its bucket; `None` where there is no limit.
    pub fn take(&self, app: i64) -> Option<AppRate> {
        let limiter = self.0.as_ref()?;
        Some(match limiter.check_key(&app) {
            Ok(state) => {
                let (quota, remaining) = (state.quota(), state.remaining_burst_capacity());
                let limit = quota.burst_size().get();
                let reset = quota.replenish_interval() * limit.saturating_sub(remaining);
                AppRate { limit, remaining, reset, allowed: true }
            }
            Err(until) => {
                let limit = until.quota().burst_size().get();
                let reset = until.wait_time_from(limiter.clock().now());
                AppRate { limit, remaining: 0, reset, allowed: false }
            }
        })
    }

    /// Forgets buckets that are full again; call it now and then.
    pub fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_tells_how_full_it_is() {
        let rates = AppRates::new(2);
        let taken: Vec<_> = (0..3).map(|_| rates.take(1).unwrap()).collect();
        assert_eq!(taken.iter().map(|rate| rate.remaining).collect::<Vec<_>>(), [1, 0, 0]);
        assert_eq!(taken.iter().map(|rate| rate.allowed).collect::<Vec<_>>(), [true, true, false]);
        assert!(taken.iter().all(|rate| rate.limit == 2 && !rate.reset.is_zero()));
        rates.forget_idle();
        assert!(rates.take(2).unwrap().allowed && !rates.take(1).unwrap().allowed);
    }

    #[test]
    fn zero_means_no_limit() {
        let rates = AppRates::new(0);
        assert!((0..1000).all(|_| rates.take(1).is_none()));
    }
}
