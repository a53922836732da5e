//! One of several requests on a connection, until its reply is sent.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

use super::{
    connection::{Connection, Order},
    streams::Meters,
    told::Hears,
};

/// One request on its way, until its reply has been sent.
#[derive(Debug)]
pub(super) struct OneOf {
    connection: Arc<Connection>,
    meters: Arc<Meters>,
    /// Bytes of the reply that are made, and not sent.
    unsent: AtomicUsize,
    answered: AtomicBool,
}

impl OneOf {
    /// A request begins.
    pub(super) fn begin(connection: &Arc<Connection>) -> Arc<Self> {
        let meters = connection.multiplex().begin(connection.bounds(), || connection.begins());
        let connection = connection.clone();
        Arc::new(Self { connection, meters, unsent: AtomicUsize::new(0), answered: AtomicBool::new(false) })
    }

    /// So many bytes of the reply are made.
    pub(super) fn reply_made(&self, bytes: usize) {
        if self.unsent.fetch_add(bytes, Relaxed) == 0 && bytes > 0 {
            self.meters.reply.waits(self.connection.now());
        }
    }

    /// So many of them are on their way, or given up.
    pub(super) fn reply_moved(&self, bytes: usize) {
        let now = self.connection.now();
        self.meters.reply.moved(bytes, now, self.connection.bounds().reply);
        if self.unsent.fetch_sub(bytes, Relaxed) > bytes {
            self.meters.reply.waits(now);
        }
    }

    /// All of the reply is made.
    pub(super) fn answered(&self) {
        self.answered.store(true, Relaxed);
    }
}

impl Hears for OneOf {
    fn body_waits(&self) {
        self.meters.body.waits(self.connection.now());
    }

    fn body_moved(&self, bytes: usize) {
        self.meters.body.moved(bytes, self.connection.now(), self.connection.bounds().body);
    }

    fn body_ended(&self) {
        self.meters.body.restart(self.connection.bounds().body);
    }
}

impl Drop for OneOf {
    fn drop(&mut self) {
        let connection = &self.connection;
        let streams = connection.multiplex();
        if streams.end(&self.meters, self.answered.load(Relaxed), || connection.all_answered()) {
            connection.order(Order::Close);
        }
    }
}
