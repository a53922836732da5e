//! How many requests are served, and handshakes made.

use std::time::Duration;

use claviger_capacity::{AppRate, AppRates, Budgets};
use claviger_domain::ClientAddress;

/// When an address that has used its requests up has all of them again.
const FULL_AGAIN: Duration = Duration::from_mins(1);

/// So many a minute; 0: no limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// Requests to the Client API, from one address, or from all that are unknown.
    pub client: u32,
    /// Requests to the Seller API, for one application.
    pub seller: u32,
    /// Handshakes of TLS, from one address.
    pub handshakes: u32,
}

/// What is left of the rates.
pub struct Limits {
    client: Budgets,
    client_rate: u32,
    seller: AppRates,
    handshakes: Budgets,
}

impl Limits {
    /// Full buckets for these rates.
    pub fn new(rates: Rates) -> Self {
        Self {
            client: Budgets::new(rates.client),
            client_rate: rates.client,
            seller: AppRates::new(rates.seller),
            handshakes: Budgets::new(rates.handshakes),
        }
    }

    /// Whether the Client API serves one more request from `address`.
    pub(crate) fn client_may(&self, address: ClientAddress) -> bool {
        self.client.take(address).is_ok()
    }

    /// Whether `address` may shake hands once more, which costs a signature whatever comes after it.
    pub(crate) fn handshake_may(&self, address: ClientAddress) -> bool {
        self.handshakes.take(address).is_ok()
    }

    /// The rate of an address that has used all of it up.
    pub(crate) fn client_used_up(&self) -> AppRate {
        AppRate { limit: self.client_rate, remaining: 0, reset: FULL_AGAIN, allowed: false }
    }

    /// Takes one request of an application to the Seller API; `None` where there is no limit.
    pub(crate) fn take_seller(&self, app: i64) -> Option<AppRate> {
        self.seller.take(app)
    }

    /// Forgets what is full again; call it now and then.
    pub fn forget_idle(&self) {
        self.client.forget_idle();
        self.seller.forget_idle();
        self.handshakes.forget_idle();
    }
}
