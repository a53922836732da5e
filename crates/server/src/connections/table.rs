//! Who is here, and who gives way.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::connection::{Connection, Order};

/// Where a connection stands that is in no table any more.
const GONE: usize = usize::MAX;
/// How many of the oldest idle ones give way at once, at most.
const AT_ONCE: usize = 64;

/// All connections of one kind, by address.
#[derive(Debug)]
pub(super) struct Table {
    all: usize,
    address: usize,
    count: usize,
    groups: HashMap<IpAddr, Group>,
}

/// Those of one address.
#[derive(Debug, Default)]
struct Group {
    /// Whether it is a trusted proxy, which speaks for many.
    exempt: bool,
    members: Vec<Arc<Connection>>,
}

/// Whether there is a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// There is.
    Place,
    /// The address has its share, and uses all of it.
    OverShare,
    /// All places are taken, and nobody gives way.
    Full,
}

impl Table {
    /// Room for `all`, of which one address may have so many.
    pub(super) fn new(all: usize, address: usize) -> Self {
        Self { all, address: address.max(1), count: 0, groups: HashMap::new() }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether room is short.
    pub(super) fn is_short(&self) -> bool {
        self.count >= self.all - self.all / 4
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.groups.values().flat_map(|group| &group.members)
    }

    /// Looks for a place for one more connection of an address; others give way if need be, and their number is told.
    pub(super) fn room(&mut self, peer: IpAddr, exempt: bool) -> (Room, usize) {
        let size = self.groups.get(&peer).map_or(0, |group| group.members.len());
        let mut gone = 0;
        if !exempt && size >= self.address {
            let oldest = self.groups[&peer].oldest(1, Connection::is_idle).pop();
            let Some(oldest) = oldest else { return (Room::OverShare, 0) };
            self.close(&oldest, Order::Close);
            gone = 1;
        }
        if self.count >= self.all {
            gone += self.make_room((self.all / 64).clamp(1, AT_ONCE), 0, Connection::is_idle);
        }
        if self.count >= self.all {
            // Whoever has many more than the newcomer gives up one that waits for it.
            gone += self.make_room(1, size * 2 + 2, Connection::waits_for_peer);
        }
        (if self.count < self.all { Room::Place } else { Room::Full }, gone)
    }

    /// Adds a connection for which there is room.
    pub(super) fn add(&mut self, connection: &Arc<Connection>, exempt: bool) {
        let group = self.groups.entry(connection.peer).or_default();
        group.exempt = exempt;
        connection.slot.store(group.members.len(), Relaxed);
        group.members.push(connection.clone());
        self.count += 1;
    }

    /// Takes a connection out, if it is still in.
    pub(super) fn remove(&mut self, connection: &Connection) {
        let slot = connection.slot.swap(GONE, Relaxed);
        let Some(group) = self.groups.get_mut(&connection.peer).filter(|_| slot != GONE) else { return };
        group.members.swap_remove(slot);
        if let Some(moved) = group.members.get(slot) {
            moved.slot.store(slot, Relaxed);
        }
        if group.members.is_empty() {
            self.groups.remove(&connection.peer);
        } else if group.members.capacity() > 4 * group.members.len() {
            group.members.shrink_to(2 * group.members.len());
        }
        self.count -= 1;
    }

    /// Tells a connection to end; its place is free at once.
    pub(super) fn close(&mut self, connection: &Connection, order: Order) {
        self.remove(connection);
        connection.order(order);
    }

    /// Lets up to `wanted` connections go that `may`: those of the address with most of them first, of which only as many
    /// as it has more than the next; among equals the oldest first, and trusted proxies last. Tells how many went.
    pub(super) fn make_room(&mut self, wanted: usize, least: usize, may: fn(&Connection) -> bool) -> usize {
        let mut sizes: Vec<(bool, usize, IpAddr)> = self
            .groups
            .iter()
            .map(|(peer, group)| (group.exempt, group.members.len(), *peer))
            .filter(|&(_, size, _)| size >= least)
            .collect();
        sizes.sort_unstable_by_key(|&(exempt, size, _)| (exempt, std::cmp::Reverse(size)));
        let mut going = Vec::new();
        for equal in sizes.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (exempt, size, _) = equal[0];
            let next =
                sizes.iter().find(|other| other.0 == exempt && other.1 < size).map_or(0, |other| other.1);
            let each = if exempt { 1 } else { size - next };
            let of_equals = equal.iter().flat_map(|(.., peer)| self.groups[peer].oldest(each, may));
            let mut of_equals: Vec<_> = of_equals.collect();
            of_equals.sort_unstable_by_key(|connection| connection.since());
            of_equals.truncate(wanted - going.len());
            going.append(&mut of_equals);
            if going.len() == wanted {
                break;
            }
        }
        going.iter().for_each(|connection| self.close(connection, Order::Close));
        going.len()
    }
}

impl Group {
    /// Up to `wanted` of those that `may`, the oldest first.
    fn oldest(&self, wanted: usize, may: fn(&Connection) -> bool) -> Vec<Arc<Connection>> {
        let mut found: Vec<_> = self.members.iter().filter(|connection| may(connection)).collect();
        if found.len() > wanted {
            found.select_nth_unstable_by_key(wanted, |connection| connection.since());
            found.truncate(wanted);
        }
        found.sort_unstable_by_key(|connection| connection.since());
        found.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{bounds::ConnectionBounds, clock::Clock},
        *,
    };

    /// A table, and a way to fill it.
    struct Fixture {
        table: Table,
        all: Vec<Arc<Connection>>,
    }

    impl Fixture {
        fn new(all: usize, address: usize) -> Self {
            Self { table: Table::new(all, address), all: Vec::new() }
        }

        /// One more connection of an address, if there is room; it is idle unless it is `busy`.
        fn come(&mut self, host: u8, exempt: bool, busy: bool) -> Room {
            let peer = IpAddr::from([192, 0, 2, host]);
            let (room, _) = self.table.room(peer, exempt);
            if room == Room::Place {
                let bounds = Arc::new(ConnectionBounds::default());
                let connection = Arc::new(Connection::new(peer, false, bounds, Arc::new(Clock::new())));
                if busy {
                    connection.begins();
                }
                self.table.add(&connection, exempt);
                self.all.push(connection);
            }
            room
        }

        /// How many connections of an address are in.
        fn of(&self, host: u8) -> usize {
            self.table.groups.get(&IpAddr::from([192, 0, 2, host])).map_or(0, |group| group.members.len())
        }
    }

    #[test]
    fn those_of_the_address_with_most_give_way() {
        let mut room = Fixture::new(20, 20);
        (0..12).for_each(|_| assert_eq!(room.come(1, false, false), Room::Place));
        (0..7).for_each(|_| assert_eq!(room.come(2, false, false), Room::Place));
        assert_eq!(room.come(3, false, false), Room::Place);
        (0..4).for_each(|_| assert_eq!(room.come(4, false, false), Room::Place));
        assert_eq!([1, 2, 3, 4].map(|host| room.of(host)), [8, 7, 1, 4]);
        assert_eq!((room.table.count(), room.all[0].ordered()), (20, Order::Close));
        (0..100).for_each(|_| assert_eq!(room.come(1, false, false), Room::Place));
        assert!(room.of(3) == 1 && room.of(4) == 4, "those with few stay");
    }

    #[test]
    fn proxies_give_way_last() {
        let mut room = Fixture::new(10, 2);
        (0..9).for_each(|_| assert_eq!(room.come(1, true, false), Room::Place));
        assert_eq!(room.come(2, false, false), Room::Place);
        assert_eq!(room.come(3, false, false), Room::Place);
        assert_eq!([1, 2, 3].map(|host| room.of(host)), [9, 0, 1]);
        assert_eq!(room.come(3, false, true), Room::Place);
        assert_eq!([1, 3].map(|host| room.of(host)), [9, 1], "of two the idle one");
        assert_eq!(room.come(4, false, false), Room::Place);
        assert_eq!([1, 3, 4].map(|host| room.of(host)), [8, 1, 1]);
    }

    #[test]
    fn nobody_who_works_gives_way() {
        let mut room = Fixture::new(4, 3);
        (0..3).for_each(|_| assert_eq!(room.come(1, false, true), Room::Place));
        assert_eq!(room.come(1, false, true), Room::OverShare);
        assert_eq!(room.come(2, false, true), Room::Place);
        assert_eq!(room.come(3, false, false), Room::Full);
        // But who is waited for does, where its address has far more.
        room.all[1].body_waits();
        assert_eq!(room.come(3, false, false), Room::Place);
        assert_eq!((room.of(1), room.all[1].ordered()), (2, Order::Close));
        let first = room.all[0].clone();
        room.table.remove(&first);
        room.table.remove(&first);
        assert_eq!((room.of(1), room.table.count()), (1, 3));
    }
}
