//! One connection: what it does, since when, and what it was told to do.

use std::{
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{
    bounds::ConnectionBounds,
    clock::{Clock, millis},
    fault::Fault,
    meter::Meter,
    streams::Streams,
};

/// Without a request for so long, the connection keeps nothing but its socket.
const REST_AFTER: u64 = 3000;
/// How long a connection may be idle while room is short, in milliseconds.
const IDLE_WHEN_SHORT: u64 = 10_000;

/// What a connection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nothing of a request has come.
    Idle,
    /// A part of a request's head has come, or of what secures the connection.
    Head,
    /// A request is answered.
    Work,
    /// The reply is made, and not all of it is sent.
    Sent,
    /// All is said; the peer has not seen that yet.
    Ended,
}

/// What a connection is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Order {
    /// To go on.
    None,
    /// To give back all but its socket, if it is idle.
    Rest,
    /// To end with what is under way, where several requests go at once.
    Finish,
    /// To end.
    Close,
    /// To end at once: nothing that it still has to send is worth keeping.
    Cut,
}

/// The state of one connection. Its own task writes it, and others look.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What counts as its address.
    pub(super) peer: IpAddr,
    /// Whether only questions about health are answered.
    pub(crate) reserved: bool,
    /// Where it stands in the table among those of its address; the table's own.
    pub(super) slot: AtomicUsize,
    bounds: Arc<ConnectionBounds>,
    clock: Arc<Clock>,
    phase: AtomicU8,
    since: AtomicU64,
    /// Whether bytes came that are none of the request's that is being answered, as far as it can be told.
    ahead: AtomicBool,
    /// Whether its proxy says nothing of who is behind it.
    nameless: AtomicBool,
    /// The socket alone is held.
    resting: AtomicBool,
    body: Meter,
    reply: Meter,
    /// Where several requests go at once, each of them.
    streams: OnceLock<Box<Streams>>,
    order: AtomicU8,
    told: Notify,
}

impl Connection {
    pub(super) fn new(
        peer: IpAddr,
        reserved: bool,
        bounds: Arc<ConnectionBounds>,
        clock: Arc<Clock>,
    ) -> Self {
        Self {
            peer,
            reserved,
            slot: AtomicUsize::new(0),
            phase: AtomicU8::new(Phase::Idle as u8),
            since: AtomicU64::new(clock.now()),
            ahead: AtomicBool::new(false),
            nameless: AtomicBool::new(false),
            resting: AtomicBool::new(true),
            body: Meter::new(bounds.body),
            reply: Meter::new(bounds.reply),
            streams: OnceLock::new(),
            order: AtomicU8::new(Order::None as u8),
            told: Notify::new(),
            bounds,
            clock,
        }
    }

    /// Its proxy told that it says nothing of who is behind it.
    pub(super) fn leave_nameless(&self) {
        self.nameless.store(true, Relaxed);
    }

    /// Whether its proxy says nothing of who is behind it: what its requests say of that is somebody else's word.
    pub(crate) fn is_nameless(&self) -> bool {
        self.nameless.load(Relaxed)
    }

    pub(super) fn bounds(&self) -> &ConnectionBounds {
        &self.bounds
    }

    /// The time, as it was seen last.
    pub(super) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// From now on several requests go at once.
    pub(super) fn multiplex(&self) -> &Streams {
        self.streams.get_or_init(Box::default)
    }

    /// The requests that go at once, if several may.
    pub(super) fn streams(&self) -> Option<&Streams> {
        self.streams.get().map(|streams| &**streams)
    }

    /// How long the peer may take nothing of what is sent.
    pub(super) fn patience(&self) -> Duration {
        self.bounds.reply.grace
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Work,
            3 => Phase::Sent,
            _ => Phase::Ended,
        }
    }

    /// Since when it does what it does.
    pub(super) fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }

    fn enter(&self, phase: Phase) {
        self.since.store(self.clock.now(), Relaxed);
        self.phase.store(phase as u8, Relaxed);
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        match self.phase() {
            Phase::Idle => self.enter(Phase::Head),
            Phase::Head | Phase::Ended => {}
            Phase::Work | Phase::Sent => self.ahead.store(true, Relaxed),
        }
    }

    /// The handshake is done; a request may come, or not for a while.
    pub(super) fn secured(&self) {
        self.enter(Phase::Idle);
    }

    /// A request's head is there.
    pub(crate) fn begins(&self) {
        self.ahead.store(false, Relaxed);
        self.body.restart(self.bounds.body);
        self.reply.restart(self.bounds.reply);
        self.enter(Phase::Work);
    }

    /// More of the body is waited for.
    pub(crate) fn body_waits(&self) {
        self.body.waits(self.clock.now());
    }

    /// So many bytes of the body came.
    pub(crate) fn body_moved(&self, bytes: usize) {
        self.body.moved(bytes, self.clock.now(), self.bounds.body);
    }

    /// The body is there, or nobody wants more of it.
    pub(crate) fn body_ended(&self) {
        self.body.restart(self.bounds.body);
        self.ahead.store(false, Relaxed);
    }

    /// All of the reply is made.
    pub(crate) fn answered(&self) {
        self.enter(Phase::Sent);
    }

    /// The peer takes nothing of what is sent.
    pub(super) fn reply_waits(&self) {
        self.reply.waits(self.clock.now());
    }

    /// The peer took so many bytes.
    pub(super) fn reply_moved(&self, bytes: usize) {
        self.reply.moved(bytes, self.clock.now(), self.bounds.reply);
    }

    /// All that was made is sent.
    pub(super) fn flushed(&self) {
        if self.phase() == Phase::Sent {
            self.enter(if self.ahead.load(Relaxed) { Phase::Head } else { Phase::Idle });
        }
    }

    /// All is said: it only waits for the peer to see that, and is the first to give way.
    pub(super) fn ends(&self) {
        self.since.store(0, Relaxed);
        self.phase.store(Phase::Ended as u8, Relaxed);
    }

    /// The last of several requests is answered.
    pub(super) fn all_answered(&self) {
        if self.phase() != Phase::Ended {
            self.enter(Phase::Idle);
        }
    }

    /// Whether it may give way: it answers nothing.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase(), Phase::Idle | Phase::Head | Phase::Ended)
    }

    /// Whether it is the peer's turn to move bytes.
    pub(super) fn waits_for_peer(&self) -> bool {
        let several = || self.streams().is_some_and(Streams::wait_for_peer);
        self.is_idle() || self.body.is_waiting() || self.reply.is_waiting() || several()
    }

    /// Why it must end at `now`; `short` is told when room is.
    pub(super) fn fault(&self, now: u64, short: bool) -> Option<Fault> {
        let lasted = now.saturating_sub(self.since());
        let idle = millis(self.bounds.idle);
        let idle = if short { idle.min(IDLE_WHEN_SHORT) } else { idle };
        match self.phase() {
            Phase::Idle => (lasted >= idle).then_some(Fault::Idle),
            Phase::Ended => None,
            Phase::Head => (lasted >= millis(self.bounds.head)).then_some(Fault::SlowSender),
            Phase::Work | Phase::Sent if self.reply.is_too_slow(now) => Some(Fault::SlowReader),
            Phase::Work | Phase::Sent if self.body.is_too_slow(now) => Some(Fault::SlowSender),
            Phase::Work | Phase::Sent => self.streams().and_then(|streams| streams.fault(now)),
        }
    }

    /// Whether it holds more than it needs while it is idle.
    pub(super) fn should_rest(&self, now: u64) -> bool {
        let idle = self.phase() == Phase::Idle && now.saturating_sub(self.since()) >= REST_AFTER;
        idle && !self.resting.load(Relaxed) && self.streams().is_none()
    }

    /// Notes whether the socket alone is held.
    pub(super) fn rests(&self, resting: bool) {
        self.resting.store(resting, Relaxed);
    }

    /// Tells it what to do.
    pub(super) fn order(&self, order: Order) {
        self.order.fetch_max(order as u8, Relaxed);
        self.told.notify_one();
    }

    /// What it was told; being told to rest or to finish counts once.
    pub(super) fn ordered(&self) -> Order {
        match self.order.load(Relaxed) {
            0 => Order::None,
            order @ (1 | 2) => {
                let _ = self.order.compare_exchange(order, 0, Relaxed, Relaxed);
                if order == 1 { Order::Rest } else { Order::Finish }
            }
            3 => Order::Close,
            _ => Order::Cut,
        }
    }

    /// Waits until it is told something.
    pub(super) async fn told(&self) -> Order {
        loop {
            let order = self.ordered();
            if order != Order::None {
                return order;
            }
            self.told.notified().await;
        }
    }
}

/// Waits until a connection is told to end.
pub(super) async fn ended(connection: &Connection) {
    while connection.told().await < Order::Close {}
}
