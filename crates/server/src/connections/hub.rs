//! All connections of a server: who gets in, who is too slow, and who ends when the server does.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use claviger_domain::subscriber;

use super::{
    bounds::ConnectionBounds,
    clock::{Clock, millis},
    connection::{Connection, Order, Phase},
    fault::Fault,
    figures::Figures,
    table::{Room, Table},
};

/// How often the log tells that connections are refused, in milliseconds.
const TELL_EVERY: u64 = 60_000;
/// How long an idle connection may still bring a request once the server is asked to stop.
const LAST_REQUEST: Duration = Duration::from_millis(500);
/// How many idle connections end when there are no descriptors.
const WITHOUT_DESCRIPTORS: usize = 32;

/// All connections of a server.
#[derive(Debug)]
pub struct Hub {
    bounds: Arc<ConnectionBounds>,
    reserve_bounds: Arc<ConnectionBounds>,
    pub(super) clock: Arc<Clock>,
    tables: Mutex<Tables>,
    /// Tasks that hold a socket.
    tasks: AtomicUsize,
    stopping: AtomicBool,
    stopping_since: AtomicU64,
    figures: Figures,
}

#[derive(Debug)]
struct Tables {
    main: Table,
    reserve: Table,
    /// Whom the log tells of next, how many there were, and when it told last.
    unheard: Option<(IpAddr, &'static str)>,
    refused: u64,
    told: Option<u64>,
}

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    hub: Arc<Hub>,
    pub(super) connection: Arc<Connection>,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The address has as many as it may.
    OverShare,
    /// There are as many as there may be, through no fault of the one who comes last.
    Full,
}

impl Hub {
    /// A server without connections.
    pub fn new(bounds: ConnectionBounds) -> Self {
        let reserve = bounds.reserve();
        Self {
            tables: Mutex::new(Tables {
                main: Table::new(bounds.all, bounds.address),
                reserve: Table::new(reserve.all, reserve.address),
                unheard: None,
                refused: 0,
                told: None,
            }),
            bounds: Arc::new(bounds),
            reserve_bounds: Arc::new(reserve),
            clock: Arc::new(Clock::new()),
            tasks: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            stopping_since: AtomicU64::new(0),
            figures: Figures::default(),
        }
    }

    /// What happened so far.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// How many connections there are.
    pub fn held(&self) -> usize {
        let tables = self.tables();
        tables.main.count() + tables.reserve.count()
    }

    /// Whether the server was asked to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Relaxed)
    }

    /// From now on each connection ends with its reply.
    pub(super) fn stop(&self) {
        self.stopping_since.store(self.clock.look(), Relaxed);
        self.stopping.store(true, Relaxed);
    }

    /// Whether no task holds a socket.
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.load(Relaxed) == 0
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection that was accepted.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn admit(self: &Arc<Self>, peer: SocketAddr, exempt: bool) -> Result<Place, Refused> {
        self.figures.accepted.add();
        self.place(peer, exempt)
    }

    /// A place for the client whose connection it is, instead of the proxy's that opened it.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn readmit(
        self: &Arc<Self>,
        of_proxy: Place,
        client: SocketAddr,
        exempt: bool,
    ) -> Result<Place, Refused> {
        self.tables().of(&of_proxy.connection).remove(&of_proxy.connection);
        let place = self.place(client, exempt);
        // Only now: as long as it is there, the server that stops knows of a task.
        drop(of_proxy);
        place
    }

    fn place(self: &Arc<Self>, peer: SocketAddr, exempt: bool) -> Result<Place, Refused> {
        let (peer, address) = (subscriber(peer.ip()), peer.ip().to_canonical());
        let mut tables = self.tables();
        let (room, gone) = tables.main.room(peer, exempt);
        (0..gone).for_each(|_| self.figures.gave_way.add());
        let reserved = match room {
            Room::Place => false,
            Room::OverShare => {
                self.figures.over_share.add();
                tables.refuse(address, "connections_of_address");
                return Err(Refused::OverShare);
            }
            Room::Full => {
                tables.refuse(address, "connections");
                match tables.reserve.room(peer, exempt).0 {
                    Room::Place => self.figures.reserved.add(),
                    Room::OverShare | Room::Full => {
                        self.figures.refused.add();
                        return Err(Refused::Full);
                    }
                }
                true
            }
        };
        let bounds = if reserved { &self.reserve_bounds } else { &self.bounds };
        let connection = Arc::new(Connection::new(peer, reserved, bounds.clone(), self.clock.clone()));
        tables.of(&connection).add(&connection, exempt);
        self.tasks.fetch_add(1, Relaxed);
        Ok(Place { hub: self.clone(), connection })
    }

    /// Lets idle connections go, since there is no descriptor for a new one.
    pub(super) fn without_descriptors(&self) -> usize {
        let gone = self.tables().main.make_room(WITHOUT_DESCRIPTORS, 0, Connection::is_idle);
        (0..gone).for_each(|_| self.figures.gave_way.add());
        gone
    }

    /// Looks at the time and at all connections: ends those that are too slow or idle for too long.
    pub(super) fn look(&self) {
        let now = self.clock.look();
        let mut tables = self.tables();
        let stopping = self.is_stopping().then(|| self.stopping_since.load(Relaxed));
        let Tables { main, reserve, .. } = &mut *tables;
        for table in [main, reserve] {
            let short = table.is_short();
            let mut ending = Vec::new();
            for connection in table.iter() {
                if let Some(fault) = connection.fault(now, short) {
                    ending.push((connection.clone(), Some(fault)));
                } else if stopping.is_some_and(|since| has_nothing_more(connection, since, now)) {
                    ending.push((connection.clone(), None));
                } else if stopping.is_some() && connection.streams().is_some() {
                    connection.order(Order::Finish);
                } else if connection.should_rest(now) {
                    connection.order(Order::Rest);
                }
            }
            for (connection, fault) in ending {
                table.close(&connection, self.note(fault));
            }
        }
        let news = tables.news(now);
        drop(tables);
        // Whoever reads the log may be slow.
        if let Some(news) = news {
            news.tell();
        }
    }

    /// Counts why a connection ends, and tells how.
    fn note(&self, fault: Option<Fault>) -> Order {
        match fault {
            Some(Fault::SlowReader) => {
                self.figures.slow_readers.add();
                return Order::Cut;
            }
            Some(Fault::SlowSender) => self.figures.slow_senders.add(),
            Some(Fault::Idle) => self.figures.idle.add(),
            None => {}
        }
        Order::Close
    }
}

/// Whether a connection is idle although the server was asked to stop a while ago.
fn has_nothing_more(connection: &Connection, stopping_since: u64, now: u64) -> bool {
    let since = connection.since().max(stopping_since);
    connection.phase() == Phase::Idle && now.saturating_sub(since) >= millis(LAST_REQUEST)
}

impl Tables {
    /// The one that a connection is in.
    fn of(&mut self, connection: &Connection) -> &mut Table {
        if connection.reserved { &mut self.reserve } else { &mut self.main }
    }

    fn refuse(&mut self, address: IpAddr, event: &'static str) {
        self.refused += 1;
        self.unheard = Some((address, event));
    }

    /// Whether the log is to be told of refused connections: once a minute.
    fn news(&mut self, now: u64) -> Option<Refusals> {
        let (address, event) = self.unheard?;
        if self.told.is_some_and(|told| now.saturating_sub(told) < TELL_EVERY) {
            return None;
        }
        self.told = Some(now);
        self.unheard = None;
        Some(Refusals { address, event, refused: std::mem::take(&mut self.refused), held: self.main.count() })
    }
}

/// What the log is told of refused connections.
struct Refusals {
    /// From where the last one came.
    address: IpAddr,
    event: &'static str,
    refused: u64,
    held: usize,
}

impl Refusals {
    fn tell(&self) {
        let Self { address, event, refused, held } = self;
        tracing::warn!(event, %address, refused, held, "connections were refused, the last one from this address");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut tables = self.hub.tables();
        tables.of(&self.connection).remove(&self.connection);
        drop(tables);
        self.hub.tasks.fetch_sub(1, Relaxed);
    }
}
