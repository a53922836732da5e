//! What all share who read and write files: threads that may block, and room on the disk.

use std::{
    collections::HashMap,
    hash::Hash,
    io::{self, Error, ErrorKind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use claviger_capacity::{Party, Tenant, Who};

/// Does what blocks on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::other)?
}

/// How many bytes there are, and how many of them one may have.
#[derive(Clone, Copy, Debug)]
struct Shares {
    all: u64,
    tenant: u64,
    party: u64,
    /// Whoever has no more than this may have some of the last quarter.
    few: u64,
}

/// So much room, for all who write at once: a quarter of it for a tenant, an eighth for a party, and always enough for
/// one file.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    shares: Shares,
    taken: Arc<Mutex<Taken>>,
}

/// Bytes that are taken.
#[derive(Debug, Default)]
struct Taken {
    all: u64,
    tenants: HashMap<Tenant, u64>,
    parties: HashMap<Party, u64>,
}

/// Room that somebody took, until it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    rooms: Rooms,
    who: Who,
    bytes: u64,
}

impl Rooms {
    /// `max` bytes, or more where these are not enough for four files of `file_max`.
    pub(crate) fn new(max: u64, file_max: u64) -> Self {
        let all = max.max(file_max.saturating_mul(4));
        let share = |part: u64| (all / part).max(file_max);
        let shares = Shares { all, tenant: share(4), party: share(8), few: share(64) };
        Self { shares, taken: Arc::default() }
    }

    /// Room for somebody, nothing so far.
    pub(crate) fn begin(&self, who: Who) -> Room {
        Room { rooms: self.clone(), who, bytes: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn taken(&self) -> u64 {
        let taken = self.lock();
        assert_eq!(taken.tenants.is_empty(), taken.all == 0);
        taken.all
    }
}

impl Taken {
    /// Takes more for somebody, if there is as much.
    fn take(&mut self, who: &Who, bytes: u64, shares: Shares) -> bool {
        let after = |taken: u64| taken.saturating_add(bytes);
        let (all, tenant) = (after(self.all), after(of(&self.tenants, &who.tenant)));
        let party = if who.party == Party::Own { 0 } else { after(of(&self.parties, &who.party)) };
        let reserve = shares.all / 4;
        let fits = tenant <= shares.tenant
            && party <= shares.party
            && all <= shares.all
            && (all <= shares.all - reserve || tenant <= shares.few);
        if fits && bytes > 0 {
            self.all = all;
            self.tenants.insert(who.tenant.clone(), tenant);
            if who.party != Party::Own {
                self.parties.insert(who.party, party);
            }
        }
        fits
    }

    fn give_back(&mut self, who: &Who, bytes: u64) {
        self.all = self.all.saturating_sub(bytes);
        less(&mut self.tenants, &who.tenant, bytes);
        less(&mut self.parties, &who.party, bytes);
    }
}

fn of<K: Eq + Hash>(taken: &HashMap<K, u64>, key: &K) -> u64 {
    taken.get(key).copied().unwrap_or_default()
}

fn less<K: Eq + Hash>(taken: &mut HashMap<K, u64>, key: &K, bytes: u64) {
    if let Some(theirs) = taken.get_mut(key) {
        *theirs = theirs.saturating_sub(bytes);
        if *theirs == 0 {
            taken.remove(key);
        }
    }
}

impl Room {
    /// Takes more.
    ///
    /// # Errors
    /// When there is no more, or as much is taken as one may have.
    pub(crate) fn grow(&mut self, bytes: u64) -> io::Result<()> {
        if !self.rooms.lock().take(&self.who, bytes, self.rooms.shares) {
            return Err(Error::new(ErrorKind::QuotaExceeded, "too many large files wait to be taken"));
        }
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.rooms.lock().give_back(&self.who, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use claviger_domain::ClientAddress;

    use super::*;

    fn at(app: i64, host: u32) -> Who {
        Who::client(app, ClientAddress::Known(Ipv4Addr::from_bits(host).into()))
    }

    /// Takes files of `size` bytes until one does not fit.
    fn fill(rooms: &Rooms, size: u64, who: impl Fn(u32) -> Who) -> Vec<Room> {
        let take = |number| {
            let mut room = rooms.begin(who(number));
            room.grow(size).ok().map(|()| room)
        };
        (0..1000).map_while(take).collect()
    }

    #[test]
    fn who_takes_nothing_has_a_share_of_the_room_and_no_more() {
        let rooms = Rooms::new(6400, 100);
        // One address, whichever applications it asks; one application, from however many addresses.
        let address = fill(&rooms, 100, |number| at(number.into(), 1));
        assert_eq!(address.len(), 8);
        let apps: Vec<_> = (100..104).map(|app| fill(&rooms, 100, |host| at(app, 10 + host))).collect();
        assert_eq!(apps.iter().map(Vec::len).collect::<Vec<_>>(), [16, 16, 8, 1]);
        // There is still room for others, a file each.
        let others: Vec<_> =
            (200..300).map_while(|app| fill(&rooms, 100, |_| at(app, app as u32)).pop()).collect();
        assert_eq!(others.len(), 15);
        assert!(rooms.begin(at(300, 300)).grow(1).is_err(), "all of it is taken");
        drop((address, apps, others));
        assert_eq!(rooms.taken(), 0);
        assert!(rooms.lock().parties.is_empty());
    }

    #[test]
    fn there_is_room_for_the_largest_file() {
        let rooms = Rooms::new(100, 1000);
        let files: Vec<_> = (1..=4).map(|app| fill(&rooms, 1000, |_| at(app, app as u32))).collect();
        assert_eq!(files.iter().map(Vec::len).collect::<Vec<_>>(), [1; 4]);
    }
}
