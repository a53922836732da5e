//! From where seller keys worked of late: there they go on while others guess at the same address.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use claviger_domain::ClientAddress;

use super::catalog::SellerKeyHash;

/// So many seconds a use is remembered.
const LATELY: i64 = 86_400;
/// Keys that are remembered at most.
const KEYS_MAX: usize = 10_000;
/// Addresses of a key that are remembered at most; the one used longest ago goes first.
const ADDRESSES_MAX: usize = 64;

/// From where seller keys worked of late, in seconds since 1970, by the keys' hashes.
#[derive(Default)]
pub(crate) struct ProvenKeys(Mutex<HashMap<SellerKeyHash, HashMap<ClientAddress, i64>>>);

impl ProvenKeys {
    fn lock(&self) -> MutexGuard<'_, HashMap<SellerKeyHash, HashMap<ClientAddress, i64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note that a key worked.
    pub(crate) fn note(&self, hash: SellerKeyHash, ip: ClientAddress, now: i64) {
        // All whose address is unknown are no neighbours.
        if ip.known().is_none() {
            return;
        }
        let mut keys = self.lock();
        if keys.len() >= KEYS_MAX && !keys.contains_key(&hash) {
            return;
        }
        let addresses = keys.entry(hash).or_default();
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&ip.crowd()) {
            let oldest = addresses.iter().min_by_key(|(_, last)| **last).map(|(address, _)| *address);
            oldest.map(|oldest| addresses.remove(&oldest));
        }
        addresses.insert(ip.crowd(), now);
    }

    /// Whether a key worked of late from an address.
    pub(crate) fn is_proven(&self, hash: &SellerKeyHash, ip: ClientAddress, now: i64) -> bool {
        let keys = self.lock();
        keys.get(hash)
            .and_then(|addresses| addresses.get(&ip.crowd()))
            .is_some_and(|last| now - last <= LATELY)
    }

    /// Drops what can be forgotten; call it now and then.
    pub(crate) fn forget(&self, now: i64) {
        let mut keys = self.lock();
        keys.retain(|_, addresses| {
            addresses.retain(|_, last| now - *last <= LATELY);
            !addresses.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(number: u32) -> ClientAddress {
        ClientAddress::Known(std::net::Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn a_key_is_proven_where_it_worked_and_for_a_day() {
        let proven = ProvenKeys::default();
        proven.note([1; 32], host(1), 0);
        let is = |key, at, now| proven.is_proven(&[key; 32], host(at), now);
        assert!(is(1, 1, LATELY) && !is(1, 1, LATELY + 1) && !is(1, 2, 0) && !is(2, 1, 0));
        proven.note([1; 32], ClientAddress::Unknown, 0);
        assert!(!proven.is_proven(&[1; 32], ClientAddress::Unknown, 0));
        proven.forget(LATELY + 1);
        assert!(proven.lock().is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let proven = ProvenKeys::default();
        for at in 0..1000 {
            proven.note([1; 32], host(at), at.into());
        }
        assert_eq!(proven.lock()[&[1; 32]].len(), ADDRESSES_MAX);
        assert!(proven.is_proven(&[1; 32], host(999), 999) && !proven.is_proven(&[1; 32], host(0), 999));
        for key in 0..20_000_u64 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&key.to_le_bytes());
            proven.note(hash, host(1), 0);
        }
        assert_eq!(proven.lock().len(), KEYS_MAX);
    }
}
