//! The addresses of this machine: whatever is public of them leads inside all the same, past the proxy before this server
//! and to what listens here for this machine's own network only.

use std::{
    collections::HashSet,
    fmt,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long the addresses are believed.
const FOR: Duration = Duration::from_secs(30);

/// Reads the addresses of this machine's interfaces.
type Read = fn() -> std::io::Result<Vec<IpAddr>>;

/// The addresses of this machine, read anew now and then.
pub(crate) struct OwnAddresses {
    read: Read,
    known: Mutex<Option<(Instant, HashSet<IpAddr>)>>,
}

impl fmt::Debug for OwnAddresses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OwnAddresses").finish_non_exhaustive()
    }
}

impl Default for OwnAddresses {
    fn default() -> Self {
        Self::with(read_interfaces)
    }
}

impl OwnAddresses {
    pub(crate) fn with(read: Read) -> Self {
        Self { read, known: Mutex::default() }
    }

    /// Whether an address is one of this machine's.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.contain_at(address.to_canonical(), Instant::now())
    }

    fn contain_at(&self, address: IpAddr, now: Instant) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |(read, _): &(Instant, _)| now.duration_since(*read) >= FOR;
        if known.as_ref().is_none_or(is_old) {
            match (self.read)() {
                Ok(found) => *known = Some((now, found.into_iter().map(|own| own.to_canonical()).collect())),
                // What was known is better than nothing.
                Err(error) => tracing::warn!(%error, "this machine's addresses cannot be read"),
            }
        }
        known.as_ref().is_some_and(|(_, own)| own.contains(&address))
    }
}

fn read_interfaces() -> std::io::Result<Vec<IpAddr>> {
    Ok(if_addrs::get_if_addrs()?.into_iter().map(|interface| interface.ip()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[test]
    fn are_read_anew_now_and_then() {
        static LAST: AtomicU8 = AtomicU8::new(1);
        let own = OwnAddresses::with(|| match LAST.load(Ordering::Relaxed) {
            0 => Err(std::io::Error::other("no")),
            last => Ok(vec![IpAddr::from([8, 8, 8, last])]),
        });
        let begun = Instant::now();
        let has = |last, seconds| {
            own.contain_at(IpAddr::from([8, 8, 8, last]), begun + Duration::from_secs(seconds))
        };
        assert!(has(1, 0) && !has(2, 0));
        LAST.store(2, Ordering::Relaxed);
        assert!(has(1, 29) && !has(2, 29));
        assert!(!has(1, 30) && has(2, 30));
        // As long as they cannot be read, the last ones count.
        LAST.store(0, Ordering::Relaxed);
        assert!(has(2, 100));
    }

    #[test]
    fn this_machine_has_some() {
        assert!(OwnAddresses::default().contain([127, 0, 0, 1].into()));
        assert!(!OwnAddresses::default().contain([1, 1, 1, 1].into()));
    }
}
