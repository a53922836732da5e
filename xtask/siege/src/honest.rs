//! Honest clients of a tenant that is not attacked: they ask at a steady pace, whatever becomes of the replies.
//!
//! A request's time counts from the moment when it was due, not from when it could be sent: a client that waited for
//! the reply before would hide all those that should have come meanwhile.

use std::fmt;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::select;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout_at};

use crate::http::{Connection, Reply};
use crate::secure::Secure;
use crate::sink::Sink;

/// Failures whose words are kept; all are counted.
const KEPT_WORDS: usize = 3;

/// Makes the request of a number.
pub type MakeRequest = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;
/// Finds what must arrive elsewhere after a reply: in the number of the request and the reply.
pub type MakeMark = Arc<dyn Fn(u64, &Reply) -> String + Send + Sync>;

/// Something that honest clients do again and again.
#[derive(Clone)]
pub struct Errand {
    /// The addresses that they come from; a client each.
    pub from: Vec<Ipv4Addr>,
    /// The request; the client's place in `from` is in the number's lowest byte.
    pub request: MakeRequest,
    /// How often each client asks.
    pub every: Duration,
    /// When a reply has not come it never will.
    pub limit: Duration,
    /// Whether each request has a connection of its own, as those of monitors have.
    pub fresh: bool,
    /// Whether they speak TLS, and whom they trust then.
    pub secure: Option<Secure>,
    /// Whether a reply is what was asked for.
    pub good: fn(&Reply) -> bool,
    /// What must arrive elsewhere before it is done.
    pub arrives: Option<(Arc<Sink>, MakeMark)>,
}

/// What came of the requests since the last lap.
#[derive(Debug, Default, Clone)]
pub struct Lap {
    /// Milliseconds of those that were answered well, sorted.
    pub times: Vec<f64>,
    /// What the others were answered; only the first ones have words.
    pub failures: Vec<String>,
}

impl Lap {
    /// Half of the replies came within this time.
    pub fn p50(&self) -> f64 {
        self.of_1000(500)
    }

    /// 99 of 100 replies came within this time.
    pub fn p99(&self) -> f64 {
        self.of_1000(990)
    }

    /// The slowest reply.
    pub fn slowest(&self) -> f64 {
        self.times.last().copied().unwrap_or(f64::NAN)
    }

    /// p50, p99 and the slowest.
    pub fn shown(&self) -> String {
        let [half, most, all] = [self.p50(), self.p99(), self.slowest()].map(|time| format!("{time:.1}"));
        format!("{half} / {most} / {all}")
    }

    fn of_1000(&self, part: usize) -> f64 {
        self.times.get(self.times.len() * part / 1000).copied().unwrap_or(f64::NAN)
    }
}

/// Clients at work. Dropping it ends them.
pub struct Honest {
    errands: Vec<Notes>,
    /// When it ends, once it does.
    end: watch::Sender<Option<Instant>>,
    tasks: Vec<JoinHandle<()>>,
}

/// What the clients of an errand noted since the last lap.
type Notes = Arc<Mutex<Lap>>;

impl fmt::Debug for Honest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} honest clients", self.tasks.len())
    }
}

impl Honest {
    /// Sends them off.
    pub fn start(runtime: &Runtime, server: SocketAddr, errands: &[Errand]) -> Self {
        let end = watch::Sender::new(None);
        let mut honest = Self { errands: Vec::new(), end, tasks: Vec::new() };
        for errand in errands {
            let notes = Notes::default();
            let begin = Instant::now();
            for (place, from) in errand.from.iter().enumerate() {
                // Spread over the time between two requests.
                let begin = begin + errand.every * place as u32 / errand.from.len() as u32;
                let client = Client { errand: errand.clone(), from: *from, place: place as u64, server };
                honest.tasks.push(runtime.spawn(client.run(
                    begin,
                    honest.end.subscribe(),
                    Arc::clone(&notes),
                )));
            }
            honest.errands.push(notes);
        }
        honest
    }

    /// Ends the lap that runs, and begins the next one: for each errand what was noted.
    pub fn lap(&self) -> Vec<Lap> {
        let taken = self.errands.iter().map(|notes| {
            let mut lap = std::mem::take(&mut *notes.lock().unwrap_or_else(PoisonError::into_inner));
            lap.times.sort_by(f64::total_cmp);
            lap
        });
        taken.collect()
    }

    /// Ends the last lap. Nothing more is asked; what was due until now is waited for, as long as each may take.
    pub fn finish(mut self, runtime: &Runtime) -> Vec<Lap> {
        self.end.send_replace(Some(Instant::now()));
        for task in std::mem::take(&mut self.tasks) {
            // It ends by itself, and a panic of its own would have been told.
            let _ = runtime.block_on(task);
        }
        self.lap()
    }
}

impl Drop for Honest {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

struct Client {
    errand: Errand,
    from: Ipv4Addr,
    place: u64,
    server: SocketAddr,
}

impl Client {
    async fn run(self, begin: Instant, mut end: watch::Receiver<Option<Instant>>, notes: Notes) {
        let mut pace = interval_at(begin, self.errand.every);
        pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut connection = None;
        for turn in 0_u64.. {
            let due = select! {
                biased;
                due = pace.tick() => due,
                _ = end.wait_for(Option::is_some) => break,
            };
            if end.borrow().is_some_and(|end| due > end) {
                break;
            }
            let number = turn << 8 | self.place;
            let outcome = timeout_at(due + self.errand.limit, self.ask(number, &mut connection)).await;
            let outcome = outcome.unwrap_or_else(|_| Err(format!("nothing within {:?}", self.errand.limit)));
            if outcome.is_err() || self.errand.fresh {
                connection = None;
            }
            let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(()) => notes.times.push(due.elapsed().as_secs_f64() * 1e3),
                Err(words) if notes.failures.len() < KEPT_WORDS => notes.failures.push(words),
                Err(_) => notes.failures.push(String::new()),
            }
        }
    }

    async fn ask(&self, number: u64, connection: &mut Option<Connection>) -> Result<(), String> {
        let request = (self.errand.request)(number);
        let reply = self.send(&request, connection).await?;
        if !(self.errand.good)(&reply) {
            return Err(reply.brief());
        }
        if let Some((sink, mark)) = &self.errand.arrives {
            sink.wait_for(&mark(number, &reply)).await;
        }
        Ok(())
    }

    /// Sends a request, again if the server closed a kept connection in the meantime, as every client does.
    async fn send(&self, request: &[u8], kept: &mut Option<Connection>) -> Result<Reply, String> {
        if let Some(mut connection) = kept.take() {
            match connection.ask(request).await {
                Ok(reply) => return Ok(self.keep(connection, reply, kept)),
                Err(error) if is_closed(error.kind()) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        let connection = match &self.errand.secure {
            None => Connection::open(self.from, self.server).await,
            Some(secure) => Connection::open_secure(self.from, self.server, secure).await,
        };
        let mut connection = connection.map_err(|error| format!("cannot connect: {error}"))?;
        let reply = connection.ask(request).await.map_err(|error| error.to_string())?;
        Ok(self.keep(connection, reply, kept))
    }

    fn keep(&self, connection: Connection, reply: Reply, kept: &mut Option<Connection>) -> Reply {
        let closes = reply.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        *kept = (!closes && !self.errand.fresh).then_some(connection);
        reply
    }
}

/// Whether this is how a connection ends that was closed before the request came.
fn is_closed(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lap_tells_its_percentiles() {
        let lap = Lap { times: (1..=1000).map(f64::from).collect(), failures: Vec::new() };
        assert_eq!((lap.p50(), lap.p99(), lap.slowest()), (501.0, 991.0, 1000.0));
        assert!(Lap::default().p99().is_nan());
    }
}
